"""`observe.py preflight` on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.organization import root_id
from unit.preflight_cases import (
    HOST_MANAGEMENT,
    PATCH_POLICY,
    ROLE,
    manager,
    reset,
    the,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

SESSION = "account {0}, Region {1}, as arn:aws:iam::{0}:user/Administrator"


@pytest.fixture
def scanned_twice(aws: Sandbox) -> None:
    """A patch policy and a Host Management that scans, both there already."""
    managers = (manager("console", PATCH_POLICY), manager("hosts", HOST_MANAGEMENT))
    reset(aws, trusted_access=("ssm.amazonaws.com",), stack_sets_access="ENABLED", configuration_managers=managers)


@pytest.mark.usefixtures("scanned_twice")
def test_it_checks_existing_configurations_and_fails_on_an_error(run: Run) -> None:
    arguments = ("--region", "us-east-1", "--member-role-name", ROLE)
    outcome = run("observe", "preflight", *arguments)
    assert outcome.status == 1
    assert outcome.stdout.startswith("error SCAN_CONFLICT console and hosts: A patch policy and a Host Management")
    assert outcome.stderr == f"1 error, 0 warnings, in {SESSION.format(111111111111, 'us-east-1')}.\n"

    outcome = run("observe", "preflight", *arguments, "--severities", '{"SCAN_CONFLICT": "warning"}', "--json")
    assert outcome.status == 0
    assert the(json.loads(outcome.stdout), "SCAN_CONFLICT")["severity"] == "warning"


def test_another_account_is_an_error(aws: Sandbox, run: Run, act_as: Callable[[str], None]) -> None:
    act_as("333333333333")
    before = len(aws.calls)
    outcome = run("observe", "preflight", "--region", "us-east-1")
    assert outcome.status == 1
    assert outcome.stdout == (
        "error NOT_MANAGEMENT_ACCOUNT 333333333333: the credentials belong to account 333333333333, but the management "
        "account of this organization is 111111111111. Use credentials of the management account.\n"
    )
    assert outcome.stderr == f"1 error, 0 warnings, in {SESSION.format(333333333333, 'us-east-1')}.\n"
    assert {call.operation for call in aws.calls[before:]} == {"GetCallerIdentity", "DescribeOrganization"}


@pytest.mark.usefixtures("scanned_twice")
def test_nothing_to_check_is_no_success(run: Run) -> None:
    outcome = run("observe", "preflight", "--region", "eu-west-1")
    assert outcome.status == 3
    assert "NOTHING_CHECKED" in outcome.stdout
    assert "Account 111111111111 has no configuration manager in Region eu-west-1" in outcome.stdout
    assert outcome.stderr == f"0 errors, 0 warnings, in {SESSION.format(111111111111, 'eu-west-1')}.\n"


@pytest.mark.usefixtures("scanned_twice")
def test_a_terminal_gets_a_table(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    outcome = run("observe", "preflight", "--region=us-east-1", terminal=True)
    assert outcome.status == 1
    for expected in ("finding", "SCAN_CONFLICT", "console and hosts", 'Set ScanInstances of hosts to "false".'):
        assert expected in outcome.stdout


@pytest.mark.usefixtures("aws")
def test_account_and_region_are_optional(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("observe", "preflight", "--json").status == 3
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    outcome = run("observe", "preflight", "--json")
    assert (outcome.status, outcome.stderr) == (
        2,
        "observe.py preflight: no Region is configured: use --region, or set AWS_REGION.\n",
    )


def test_a_configuration_without_regions_has_none_to_check(aws: Sandbox, run: Run) -> None:
    configurations = json.dumps([{"name": "all", "organizational_unit_ids": [root_id(aws)]}])
    arguments = ("--region", "us-east-1", "--member-role-name", ROLE, "--configurations", configurations)
    outcome = run("observe", "preflight", *arguments)
    assert outcome.status == 0, outcome.stderr
    assert "0 errors" in outcome.stderr


def test_options_beside_a_query_are_refused(aws: Sandbox, run: Run) -> None:
    outcome = run("observe", "preflight", "--region", "eu-west-1", '{"account_id": "111111111111"}')
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "--region and a QUERY are given, of which one would be ignored: give options alone" in outcome.stderr
    assert aws.calls == []
