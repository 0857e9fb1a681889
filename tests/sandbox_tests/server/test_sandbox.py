"""Starting, stopping and resetting a sandbox, in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest

from sandbox import Sandbox, SandboxError, Scenario
from sandbox.clock import START, Clock
from sandbox.server.calls import CallLog

if TYPE_CHECKING:
    from pathlib import Path


def test_only_one_runs_in_a_process(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="already running in this process"):
        Sandbox.start(sandbox.scenario)


def test_the_environment_is_all_that_an_sdk_needs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = sandbox.environment("222222222222", region="ap-northeast-1")
    assert environment == {
        "AWS_ENDPOINT_URL": sandbox.endpoint_url,
        "AWS_ACCESS_KEY_ID": "AKIASAND222222222222",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert boto3.session.Session().client("sts").get_caller_identity()["Account"] == "222222222222"
    (call,) = sandbox.calls
    assert (call.account_id, call.region) == ("222222222222", "ap-northeast-1")


def test_the_default_account_is_the_management_account(sandbox: Sandbox) -> None:
    assert sandbox.environment()["AWS_ACCESS_KEY_ID"] == "AKIASAND111111111111"


def test_a_reset_keeps_the_port(sandbox: Sandbox) -> None:
    endpoint = sandbox.endpoint_url
    client = sandbox.client("organizations")
    root = client.list_roots()["Roots"][0]["Id"]
    client.create_organizational_unit(ParentId=root, Name="Fleeting")
    sandbox.clock.advance(60)
    before = sandbox.snapshot()

    sandbox.reset(Scenario.named("bare"))

    assert sandbox.endpoint_url == endpoint
    assert sandbox.calls == []
    assert sandbox.clock.now() == START
    assert client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"] == []
    assert sandbox.snapshot() != before


def test_the_clock_is_virtual() -> None:
    clock = Clock()
    assert clock.now() == clock.now() == START
    assert (clock.advance(30) - START).total_seconds() == 30
    with pytest.raises(ValueError, match="cannot be moved back"):
        clock.advance(-1)


def test_the_log_file_has_a_line_for_each_call(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    log = CallLog(path)
    log.record("sts", "GetCallerIdentity", "111111111111", "us-east-1", 200, None)
    log.record("sts", "AssumeRole", "111111111111", "us-east-1", 403, "AccessDenied")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    log.close()

    assert lines[1] == {
        "sequence": 2,
        "service": "sts",
        "operation": "AssumeRole",
        "account_id": "111111111111",
        "region": "us-east-1",
        "status": 403,
        "error_code": "AccessDenied",
        "resource": "",
    }
