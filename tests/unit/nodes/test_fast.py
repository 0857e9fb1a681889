"""`report.py nodes --fast`, against the sandbox."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.unmanaged_instances import REGION, Workshop
from sandbox_tests.cases.quick_setup import UNIFIED_CONSOLE
from unit.nodes.test_command import MEMBER, OTHER, SCENARIO
from unit.quick_setup_cases import MANAGEMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

_PRINCIPALS = (
    "ssm.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
)


@pytest.fixture
def fast(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Instances of both member accounts, of which MEMBER is the administrator account."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    aws.reset(SCENARIO)
    Workshop(aws, MEMBER).twelve_ways()
    aws.client("cloudformation").activate_organizations_access()
    organizations = aws.client("organizations")
    for principal in _PRINCIPALS:
        if not principal.startswith("member.org"):
            organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=MEMBER, ServicePrincipal=principal)
    for name, value in aws.environment(MEMBER).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: run("report", "nodes", "--fast", "--region", "us-east-1", *arguments)


@pytest.fixture
def console(aws: Sandbox, fast: Callable[..., Outcome]) -> Callable[..., Outcome]:
    quick_setup = aws.client("ssm-quicksetup", MEMBER)
    quick_setup.create_configuration_manager(Name="console", ConfigurationDefinitions=[UNIFIED_CONSOLE])
    aws.clock.advance(120)
    # "now" is later than what was collected.
    aws.clock.advance(3600)
    return fast


def document(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_without_the_sync_it_says_what_to_do(fast: Callable[..., Outcome]) -> None:
    outcome = fast()
    assert outcome.status == 1
    assert (
        f"--fast reads the resource data sync AWS-QuickSetup-ManagedNode, which account {MEMBER} does not have in "
        "us-east-1. Use credentials of the unified console's administrator account"
    ) in outcome.stderr


def test_all_accounts_by_one_call_and_as_the_slow_report(aws: Sandbox, console: Callable[..., Outcome]) -> None:
    before = len(aws.calls)
    outcome = console("--format", "json", "--by", "node")
    made = [call for call in aws.calls[before:] if call.operation == "ListNodes"]
    assert [call.account_id for call in made] == [MEMBER]
    report = document(outcome)
    assert report["totals"] | {"nodes": 18, "managed": 2, "unmanaged": 16} == report["totals"]
    assert {node["account_id"] for node in report["nodes"] if node["status"] == "MANAGED"} == {OTHER}
    assert {node["cause"] for node in report["nodes"]} == {""}
    assert {node["captured_at"] for node in report["nodes"]} == {report["captured_at"]["oldest"]}
    # The management account has no sync: the report is not complete.
    assert outcome.status == 3


def test_groups_are_accounts_and_the_age_is_told(console: Callable[..., Outcome]) -> None:
    outcome = console("--accounts", OTHER, MEMBER, "--regions", REGION)
    assert outcome.status == 0
    assert "18 nodes: 2 managed, 16 not managed.\nAWS collected them between 20" in outcome.stdout
    assert f"{MEMBER} Shop: 16 nodes, 16 not managed" in outcome.stdout
    assert f"{OTHER} Bank: 2 nodes, 0 not managed" in outcome.stdout
    assert f"{MANAGEMENT}" not in outcome.stdout


def test_the_management_account_is_not_read(console: Callable[..., Outcome]) -> None:
    assert "SYNC_NOT_DEPLOYED" in console().stdout
    rows = list(csv.DictReader(io.StringIO(console("--accounts", OTHER, "--format", "csv").stdout)))
    assert [row["status"] for row in rows] == ["MANAGED", "MANAGED"]


@pytest.mark.parametrize("arguments", [("--cause", "UNKNOWN"), ("--resume",)])
def test_what_fast_does_not_have(fast: Callable[..., Outcome], arguments: tuple[str, ...]) -> None:
    outcome = fast(*arguments)
    assert outcome.status in (1, 2)
    assert "--fast has no causes, assumes no role, and reads everything again: leave --cause, " in outcome.stderr


def test_a_region_that_does_not_exist_is_refused(console: Callable[..., Outcome]) -> None:
    outcome = console("--regions", "us-esat-1", REGION)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "There is no Region us-esat-1: name some of " in outcome.stderr


def test_an_account_that_is_not_active_was_not_read(aws: Sandbox, console: Callable[..., Outcome]) -> None:
    """As in every other report: what was collected before it was closed says nothing about now."""
    aws.client("organizations").close_account(AccountId=OTHER)
    aws.clock.advance(600)
    report = document(console("--accounts", OTHER, "--regions", REGION, "--format", "json"))
    assert report["nodes"] == []
    (found,) = report["account_regions"]
    assert (found["state"], found["code"]) == ("NOT_READ", "ACCOUNT_NOT_ACTIVE")
