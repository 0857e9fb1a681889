"""What an apply that did not finish left in Quick Setup: found, cleared away, and remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault

if TYPE_CHECKING:
    from sandbox import Sandbox
    from scripts.conftest import Run

TAG = "systems-manager-organization:apply"


@pytest.fixture
def quick_setup(aws: Sandbox) -> Any:
    """Quick Setup, in an organization that it can deploy to."""
    aws.client("cloudformation").activate_organizations_access()
    aws.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    return aws.client("ssm-quicksetup")


def create(aws: Sandbox, quick_setup: Any, tags: dict[str, str]) -> str:
    """A configuration manager named `hosts`, its deployment still under way."""
    (root,) = aws.client("organizations").list_roots()["Roots"]
    parameters = {"TargetOrganizationalUnits": root["Id"], "TargetRegions": "us-east-1"}
    made = quick_setup.create_configuration_manager(
        Name="hosts",
        ConfigurationDefinitions=[{"Type": "AWSQuickSetupType-DHMC", "Parameters": parameters}],
        Tags=tags,
    )
    return str(made["ManagerArn"])


def identifier(arn: str) -> str:
    return arn.rpartition("/")[2]


def left_over(run: Run) -> dict[str, dict[str, str]]:
    outcome = run("observe", "organization", query={"configuration_names": '["hosts","other name"]'})
    assert (outcome.status, outcome.stderr) == (0, "")
    found: dict[str, dict[str, str]] = json.loads(outcome.result["left_over_configurations"])
    return found


def names(quick_setup: Any) -> list[str]:
    return [manager["Name"] for manager in quick_setup.list_configuration_managers()["ConfigurationManagersList"]]


NOTHING = {"unfinished": "", "cleared": ""}


def test_what_is_left_over_is_found_cleared_and_remembered(aws: Sandbox, run: Run, quick_setup: Any) -> None:
    assert left_over(run) == {"hosts": NOTHING, "other name": NOTHING}
    former = create(aws, quick_setup, {TAG: "unfinished"})
    seen = {"unfinished": identifier(former), "cleared": identifier(former)}
    assert left_over(run) == {"hosts": seen, "other name": NOTHING}

    cleared = run("ensure", "configuration-clearance", query={"left_over": identifier(former)})
    assert (cleared.status, cleared.stderr) == (0, "")
    assert cleared.stdout == f"{former}: deleted, an apply had left it unfinished.\n"
    assert cleared.pauses, "the deployment was under way, and was waited for"
    assert names(quick_setup) == []

    present = create(aws, quick_setup, {TAG: "unfinished"})
    registration = {"manager_arn": present, "left_over": identifier(former)}
    registered = run("ensure", "configuration-registration", query=registration)
    assert registered.stdout.endswith(f": finished after {identifier(former)} (was unfinished).\n")
    assert "already" in run("ensure", "configuration-registration", query=registration).stdout
    assert left_over(run)["hosts"] == {"unfinished": "", "cleared": identifier(former)}


def test_a_manager_that_terraform_has_is_not_left_over(aws: Sandbox, run: Run, quick_setup: Any) -> None:
    arn = create(aws, quick_setup, {TAG: "unfinished"})
    assert run("ensure", "configuration-registration", query={"manager_arn": arn}).status == 0
    assert left_over(run)["hosts"] == NOTHING
    outcome = run("ensure", "configuration-clearance", query={"left_over": identifier(arn)})
    assert outcome.stdout == f"{arn}: left alone, because it is not unfinished.\n"
    assert names(quick_setup) == ["hosts"]


def test_a_manager_of_somebody_else_is_not_left_over(aws: Sandbox, run: Run, quick_setup: Any) -> None:
    arn = create(aws, quick_setup, {})
    assert left_over(run)["hosts"] == NOTHING
    assert run("ensure", "configuration-clearance", query={"left_over": identifier(arn)}).status == 0
    assert names(quick_setup) == ["hosts"]


def test_nothing_to_clear_asks_aws_nothing(aws: Sandbox, run: Run) -> None:
    outcome = run("ensure", "configuration-clearance", query={})
    assert (outcome.status, outcome.stdout) == (0, "Nothing was left over.\n")
    assert not aws.calls


def test_what_quick_setup_cannot_delete_is_said(aws: Sandbox, run: Run, quick_setup: Any) -> None:
    arn = create(aws, quick_setup, {TAG: "unfinished"})
    aws.faults.inject(Fault("ssm-quicksetup", "DeleteConfigurationManager", "access_denied", times=100))
    outcome = run("ensure", "configuration-clearance", query={"left_over": identifier(arn)})
    assert outcome.status == 1
    assert "ssm-quicksetup:DeleteConfigurationManager failed for account 111111111111" in outcome.stderr


@pytest.mark.parametrize("given", ["ours", "7fbc9c47-be12-5b53-8ec2-5dd43787bf01;"])
def test_bad_ids_are_refused(run: Run, given: str) -> None:
    outcome = run("ensure", "configuration-clearance", query={"left_over": given})
    assert outcome.status == 1
    assert f'left_over is "{given}", but must be ids of configuration managers, joined by commas.' in outcome.stderr
