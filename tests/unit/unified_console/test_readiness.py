"""`report.py unified-console`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox.services.ssm.models import ssm_backend_of
from sandbox_tests.cases.quick_setup import JUST_IN_TIME_NODE_ACCESS, UNIFIED_CONSOLE
from unit.quick_setup_cases import ADMINISTRATOR, MANAGEMENT, WORKLOAD, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

ROLE = "OrganizationAccountAccessRole"
SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
PRINCIPALS = (
    "ssm.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
)
DEPLOYED, RAN = 60, 120
"""Seconds after the creation."""


@pytest.fixture
def deploy(aws: Sandbox) -> Callable[[int], None]:
    """Deploys both to the organization, and waits."""
    prepare(aws)
    organizations = aws.client("organizations")
    for principal in ("ssm-quicksetup.amazonaws.com", "resource-explorer-2.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    for principal in PRINCIPALS:
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)

    def deploy(seconds: int) -> None:
        quick_setup = aws.client("ssm-quicksetup", ADMINISTRATOR)
        for name, definition in (("console", UNIFIED_CONSOLE), ("access", JUST_IN_TIME_NODE_ACCESS)):
            quick_setup.create_configuration_manager(Name=name, ConfigurationDefinitions=[definition])
        aws.clock.advance(seconds)

    return deploy


def readiness(run: Run, status: int) -> dict[str, dict[str, Any]]:
    outcome = run("report", "unified-console", "--member-role-name", ROLE, "--json")
    assert outcome.status == status, outcome.stdout
    return {item["account_id"]: item for item in json.loads(outcome.stdout)["account_regions"]}


def test_nothing_is_deployed(aws: Sandbox, run: Run) -> None:  # noqa: ARG001 - the environment
    assert {item["state"] for item in readiness(run, 3).values()} == {"not_deployed"}


def test_deployed_is_not_ready(run: Run, deploy: Callable[[int], None]) -> None:
    deploy(DEPLOYED)
    found = readiness(run, 2)
    assert {account_id: item["state"] for account_id, item in found.items()} == {
        MANAGEMENT: "not_deployed",
        ADMINISTRATOR: "in_progress",
        WORKLOAD: "in_progress",
    }
    reasons = " ".join(found[WORKLOAD]["reasons"])
    for created in ("Explorer.", "Default Host Management Configuration.", "the index of Resource Explorer."):
        assert f"has not run yet, which creates {created}" in reasons
    assert "AWS-QuickSetup-EnableJITNA-TA-" in reasons


def test_ready_when_all_have_run(run: Run, deploy: Callable[[int], None]) -> None:
    deploy(RAN)
    found = readiness(run, 0)
    assert (found[WORKLOAD]["state"], found[WORKLOAD]["reasons"]) == ("ready", [])
    assert found[ADMINISTRATOR]["state"] == "ready"
    outcome = run("report", "unified-console", "--member-role-name", ROLE)
    assert f"{WORKLOAD} us-east-1: ready\n" in outcome.stdout
    assert outcome.stderr.startswith("2 ready, 0 in progress, 0 failed, 1 not deployed")


def test_a_region_that_has_nothing_is_not_ready(run: Run, deploy: Callable[[int], None]) -> None:
    deploy(RAN)
    outcome = run("report", "unified-console", "--member-role-name", ROLE, "--regions", "us-east-1", "eu-west-1")
    assert outcome.status == 3
    assert outcome.stderr.startswith("2 ready, 0 in progress, 0 failed, 4 not deployed")


def test_a_failed_association_and_a_setting_that_was_reset(
    aws: Sandbox, run: Run, deploy: Callable[[int], None]
) -> None:
    deploy(RAN)
    aws.client("ssm", ADMINISTRATOR).reset_service_setting(SettingId=SETTING)
    assert "Default Host Management Configuration is off" in readiness(run, 2)[ADMINISTRATOR]["reasons"][0]

    statuses = ssm_backend_of(WORKLOAD, "us-east-1").association_statuses
    (name,) = [name for name in statuses if "EnableAREX" in name]
    statuses[name] = "Failed"
    failed = readiness(run, 1)[WORKLOAD]
    assert failed["state"] == "failed"
    assert failed["reasons"][0].startswith(f"{name} failed, which creates the index of Resource Explorer: aws ssm")
    assert failed["reasons"][0].endswith(" --region us-east-1")


def test_what_cannot_be_read_is_not_ready(aws: Sandbox, run: Run, deploy: Callable[[int], None]) -> None:
    deploy(RAN)
    aws.faults.inject(Fault("ssm", "ListAssociations", "access_denied", times=1))
    outcome = run("report", "unified-console", "--member-role-name", ROLE)
    assert outcome.status == 3
    assert "Not read: " in outcome.stderr
