from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox import Fault
from sandbox.scenario import ConfigurationManager
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from scripts.conftest import Run

ADMINISTRATOR = "222222222222"
IDENTITY = "sts:GetCallerIdentity"
QUESTIONS = {
    "cloudformation:DescribeOrganizationsAccess",
    "ssm-quicksetup:GetServiceSettings",
    "ssm-quicksetup:ListConfigurationManagers",
}
TARGETS = {"TargetOrganizationalUnits": "Workloads", "TargetRegions": "us-east-1"}


def test_a_bare_organization(aws: Sandbox, run: Run, asked: Callable[[], list[str]]) -> None:
    before = aws.snapshot()
    outcome = run("observe", "organization", query={})
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.result == {
        "schema_version": "1",
        "account_id": "111111111111",
        "stack_sets_access": "DISABLED",
        "explorer_enabling_role_arn": "",
        "placed_account_parent_id": "",
        "configuration_managers": "[]",
        "left_over_configurations": "{}",
    }
    calls = asked()
    assert calls[0] == IDENTITY
    assert sorted(calls[1:]) == sorted(QUESTIONS)
    assert aws.snapshot() == before


def test_an_organization_in_use(aws: Sandbox, run: Run, asked: Callable[[], list[str]]) -> None:
    aws.client("cloudformation").activate_organizations_access()
    roots = aws.client("organizations").list_roots()["Roots"]
    outcome = run("observe", "organization", query={"placed_account_id": ADMINISTRATOR})
    assert outcome.result["stack_sets_access"] == "ENABLED"
    assert outcome.result["placed_account_parent_id"] == roots[0]["Id"]
    assert sorted(asked()) == sorted({IDENTITY, *QUESTIONS, "organizations:ListParents"})


def test_an_account_outside_the_organization_has_no_parent(run: Run, aws: Sandbox) -> None:
    assert not aws.violations
    outcome = run("observe", "organization", query={"placed_account_id": "999999999999"})
    assert outcome.status == 0
    assert outcome.result["placed_account_parent_id"] == ""


@pytest.fixture
def one_manager_a_page() -> Callable[..., Session]:
    """Sessions that ask for pages of one, so that two managers are two pages."""

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        made.events.register(
            "provide-client-params.ssm-quicksetup.ListConfigurationManagers",
            lambda params, **_event: params.update(MaxItems=1),
        )
        return made

    return session


@pytest.mark.scenario("realistic")
def test_managers_of_every_page_are_sorted_by_name(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], one_manager_a_page: Callable[..., Session]
) -> None:
    statuses = {"workloads": "FAILED", "default": "SUCCEEDED", "production": "SUCCEEDED"}
    managers = [
        ConfigurationManager("111111111111", "us-east-1", name, "AWSQuickSetupType-DHMC", TARGETS, status)
        for name, status in statuses.items()
    ]
    aws.reset(replace(aws.scenario, configuration_managers=tuple(managers)))

    outcome = run("observe", "organization", query={}, session_factory=one_manager_a_page)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert asked().count("ssm-quicksetup:ListConfigurationManagers") == 3
    told = json.loads(outcome.result["configuration_managers"])
    assert all(manager.pop("arn").startswith("arn:aws:ssm-quicksetup:us-east-1:111111111111:") for manager in told)
    assert all(manager.pop("async_executions_status") for manager in told)
    assert told == [
        {"name": name, "type": "AWSQuickSetupType-DHMC", "deployment_status": statuses[name]}
        for name in ("default", "production", "workloads")
    ]


@pytest.mark.parametrize("call", [IDENTITY, *sorted(QUESTIONS)])
@pytest.mark.parametrize("kind", ["throttle", "server_error", "dropped"])
def test_survives_what_passes(aws: Sandbox, run: Run, call: str, kind: str) -> None:
    service, operation = call.split(":")
    aws.faults.inject(Fault(service=service, operation=operation, kind=kind, times=2))  # type: ignore[arg-type]
    outcome = run("observe", "organization", query={})
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.result["stack_sets_access"] == "DISABLED"


@pytest.mark.parametrize("call", sorted(QUESTIONS))
def test_a_refusal_says_what_for_whom_and_what_to_do(aws: Sandbox, run: Run, call: str) -> None:
    service, operation = call.split(":")
    aws.faults.inject(Fault(service=service, operation=operation, kind="access_denied", times=1000))
    outcome = run("observe", "organization", query={})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert f"{call} failed for account 111111111111 in Region us-east-1: AccessDenied" in outcome.stderr
    assert f"Allow {call} to the script's credentials" in outcome.stderr


@pytest.mark.usefixtures("aws")
def test_by_hand_with_flags_on_a_terminal(run: Run) -> None:
    arguments = ("organization", "--account-id", "111111111111", "--region=us-east-1")
    outcome = run("observe", *arguments, terminal=True)
    assert outcome.status == 0
    assert "stack_sets_access: DISABLED\n" in outcome.stdout
    assert "configuration_managers: 0\n" in outcome.stdout
