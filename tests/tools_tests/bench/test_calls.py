"""Every AWS call of an empty plan beyond those of the resources has a reason."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness import HarnessError
from sandbox import Call
from tools.bench.module.calls import calls_table


def _call(service: str, operation: str) -> Call:
    return Call(1, service, operation, "111111111111", "us-east-1", 200)


def test_reasons() -> None:
    identity, role = _call("sts", "GetCallerIdentity"), _call("iam", "GetRole")
    screen = io.StringIO()
    Console(file=screen, width=200).print(calls_table([identity, identity, role], [identity, role]))
    lines = {line.split()[1]: line for line in screen.getvalue().splitlines() if ":" in line}
    assert "modules need the id of their account" in lines["sts:GetCallerIdentity"]
    assert "roles that exist already" not in lines["iam:GetRole"]


def test_a_call_without_a_reason() -> None:
    with pytest.raises(HarnessError, match="An empty plan calls ec2:DescribeVpcs, for which"):
        calls_table([_call("ec2", "DescribeVpcs")], [])
    assert calls_table([_call("ec2", "DescribeVpcs")], [], reasons_required=False).row_count == 1
