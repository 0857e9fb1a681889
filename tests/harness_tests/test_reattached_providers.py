"""Shared providers: one of AWS for each environment, at most two, and none after `close`."""

from __future__ import annotations

import json
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from harness import HarnessError
from harness.providers import EXTERNAL
from harness.reattachment.reattached_providers import ReattachedProviders

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.0.0/linux_amd64"
_ADDRESS = '{\\"Pid\\": $$, \\"Addr\\": {\\"String\\": \\"$TMPDIR/$$\\"}}'
_REATTACH = f'echo "  TF_REATTACH_PROVIDERS=\'{{\\"aws\\": {_ADDRESS}}}\'"'


def _install(directory: Path, program: str) -> Path:
    """An installed provider that prints its process id as the reattach configuration."""
    file = directory / _FOLDER / "terraform-provider-aws_v5.0.0"
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\n{program}\n")
    file.chmod(0o755)
    return directory


def _process(variables: dict[str, str]) -> int:
    return int(json.loads(variables["TF_REATTACH_PROVIDERS"])["aws"]["Pid"])


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_for_each_environment(tmp_path: Path) -> None:
    directory = _install(tmp_path, f"{_REATTACH}; exec sleep 300")
    with closing(ReattachedProviders()) as providers:
        first, second, third = ({"PATH": os.environ["PATH"], "AWS_REGION": name} for name in ("a", "b", "c"))
        process = _process(providers.start(directory, first))
        other = _process(providers.start(directory, second))
        assert _process(providers.start(directory, first)) == process != other
        latest = _process(providers.start(directory, third))
        assert [_is_running(number) for number in (process, other, latest)] == [True, False, True]
    assert not any(map(_is_running, (process, latest)))


def test_separate(tmp_path: Path) -> None:
    directory, environment = _install(tmp_path, f"{_REATTACH}; exec sleep 300"), {"PATH": os.environ["PATH"]}
    with closing(ReattachedProviders()) as providers:
        shared = _process(providers.start(directory, environment))
        separate = providers.start_separate(directory, environment)
        assert separate is not None
        assert _process(separate.variables) == separate.process.pid != shared
        assert _process(providers.start(directory, environment)) == shared
    assert not _is_running(shared)
    assert _is_running(separate.process.pid)
    separate.end()
    assert not _is_running(separate.process.pid)


@pytest.mark.parametrize(("content", "served"), [(b"#!/bin/sh\n", True), (b"\x7fELF", False)])
def test_the_stand_in_for_external_alone_is_served(tmp_path: Path, content: bytes, *, served: bool) -> None:
    program = tmp_path / ".terraform/providers" / EXTERNAL / "2.3.5/linux_amd64/terraform-provider-external_v2.3.5"
    program.parent.mkdir(parents=True)
    program.write_bytes(content)
    with closing(ReattachedProviders()) as providers:
        variables = providers.start(tmp_path, {})
        assert variables == providers.start(tmp_path, {})
        assert list(json.loads(variables.get("TF_REATTACH_PROVIDERS", "{}"))) == ([EXTERNAL] if served else [])


def test_no_provider(tmp_path: Path) -> None:
    with closing(ReattachedProviders()) as providers:
        assert providers.start(tmp_path, {}) == {}
        assert providers.start_separate(tmp_path, {}) is None
        with pytest.raises(HarnessError, match="ended with 3: Terraform cannot reattach"):
            providers.start(_install(tmp_path, "exit 3"), {})
