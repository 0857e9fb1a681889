"""What every command has in common that reads several accounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox import Fault
from unit.cases import INSTALLATION, settings_query
from unit.quick_setup_cases import create, prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Run

MANAGEMENT, MEMBER = "111111111111", "333333333333"
MEMBERS = ("--member-role-name", "OrganizationAccountAccessRole", "--region", "us-east-1")
SHARING = "/ssm/documents/console/public-sharing-permission"


def sharing_of(aws: Sandbox, account_id: str) -> str:
    setting = aws.client("ssm", account_id).get_service_setting(SettingId=SHARING)["ServiceSetting"]
    return str(setting["SettingValue"])


@pytest.fixture
def sharing_disabled(tmp_path: Path) -> str:
    """A file of `report.py service-settings --json`."""
    file = tmp_path / "settings.json"
    setting = {"account_id": MANAGEMENT, "region": "us-east-1", "setting_id": SHARING, "value": "Disable"}
    file.write_text(json.dumps({"customized": [setting]}))
    return str(file)


@pytest.mark.parametrize(
    "command",
    [
        ["service-settings"],
        ["session-preferences"],
        ["unified-console"],
        ["leftovers"],
        ["compliance"],
        ["nodes"],
        ["explain", "--execution", "01234567-89ab-cdef-0123-456789abcdef"],
    ],
    ids=lambda command: command[0],
)
def test_nothing_is_read_with_the_credentials_of_another_account(
    run: Run, act_as: Callable[[str], None], api_calls: Callable[[], list[str]], command: list[str]
) -> None:
    act_as(MEMBER)
    outcome = run("report", *command, "--account-id", MANAGEMENT, "--region", "us-east-1")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "SCRIPT_IDENTITY_MISMATCH" in outcome.stderr
    assert set(api_calls()) == {"sts:GetCallerIdentity"}


def test_nothing_is_changed_with_the_credentials_of_another_account(
    aws: Sandbox, run: Run, act_as: Callable[[str], None], sharing_disabled: str
) -> None:
    before = sharing_of(aws, MEMBER)
    act_as(MEMBER)
    command = ("service-settings", "--account-id", MANAGEMENT, "--restore", sharing_disabled, "--yes")
    assert run("report", *command).status == 1
    assert sharing_of(aws, MEMBER) == before != "Disable"


@pytest.mark.parametrize("command", ["service-settings", "session-preferences", "leftovers"])
def test_an_account_that_cannot_be_reached_does_not_hide_the_others(aws: Sandbox, run: Run, command: str) -> None:
    aws.client("ssm").update_service_setting(SettingId=SHARING, SettingValue="Enable")
    aws.faults.inject(Fault("sts", "AssumeRole", "dropped", times=1000))
    outcome = run("report", command, *MEMBERS)
    assert outcome.status == 3
    assert f"Account {MEMBER}: " in outcome.stderr
    assert command != "service-settings" or f"{MANAGEMENT} us-east-1: {SHARING} = Enable" in outcome.stdout


def test_a_check_in_an_account_that_cannot_be_reached_is_a_finding(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws)
    aws.faults.inject(Fault("iam", "GetRole", "dropped", times=1000, account_id=MEMBER))
    aws.faults.inject(Fault("cloud9", "ListEnvironments", "dropped", times=1000, account_id=MEMBER))
    outcome = run("observe", "preflight", *MEMBERS)
    assert f"ACCOUNT_NOT_READABLE {MEMBER} us-east-1" in outcome.stdout


def test_a_conflict_does_not_end_a_list(aws: Sandbox, run: Run) -> None:
    """The model of Quick Setup has ConflictException for ListConfigurationManagers."""
    prepare(aws)
    create(aws, mark=f"{INSTALLATION}/2026-01-01T00:00:00Z")
    query = settings_query(action="restore", execution_role_name="AWS-QuickSetup-Execution")
    refused = run("ensure", "settings", query=query)
    aws.faults.inject(Fault("ssm-quicksetup", "ListConfigurationManagers", "conflict"))
    again = run("ensure", "settings", query=query)
    assert refused.status == again.status == 1
    assert refused.stderr in again.stderr
    assert "scan" in refused.stderr
    assert "retrying" in again.stderr
