"""`report.py discard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import INSTANCE_MANAGEMENT
from systems_manager_organization.quick_setup.configuration_managers import find_managers
from unit.conftest import TerminalText
from unit.quick_setup_cases import (
    ADMINISTRATION,
    ADMINISTRATOR,
    DENIED,
    MANAGEMENT,
    WORKLOAD,
    create,
    make_roles,
    names,
    prepare,
    remove_administration_role,
)

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Run


INSTALLATION = "20261128T101248Z-a1b2c3"
OURS = f"{INSTALLATION}/2026-11-28T10:12:48Z"


@pytest.fixture
def orphaned_manager(aws: Sandbox) -> str:
    """What an apply leaves when a deployment fails."""
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    return create(aws, mark=OURS)


def test_it_shows_deletes_and_waits(aws: Sandbox, run: Run, orphaned_manager: str) -> None:
    outcome = run("report", "discard", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (0, "scan: deleted.\n")
    assert (
        f"scan, {orphaned_manager}, created by installation {INSTALLATION}: its deployment is FAILED." in outcome.stderr
    )
    assert f"2 accounts and 1 Region: {ADMINISTRATOR}, {WORKLOAD}; us-east-1" in outcome.stderr
    assert "deletes what it deployed" in outcome.stderr
    assert outcome.pauses, "it was waited for"
    assert names(aws) == []


def test_a_deployment_in_progress_is_waited_for(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws, mark=OURS, completed=False)
    outcome = run("report", "discard", "scan", "--deployed", "--yes")
    assert (outcome.status, outcome.stdout) == (0, "scan: deleted.\n")
    assert names(aws) == []


def test_manually_created_managers_are_deleted(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws)
    outcome = run("report", "discard", "scan", "--deployed", stdin=TerminalText("yes\n"))
    assert outcome.status == 0
    assert "created manually or by another tool" in outcome.stderr
    assert names(aws) == []


def test_an_arn_has_its_region(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    quick_setup = aws.client("ssm-quicksetup", region="eu-west-1")
    made = quick_setup.create_configuration_manager(Name="elsewhere", ConfigurationDefinitions=[INSTANCE_MANAGEMENT])
    assert run("report", "discard", "elsewhere", "--deployed", "--yes").status == 1
    outcome = run("report", "discard", made["ManagerArn"], "--deployed", "--yes")
    assert (outcome.status, outcome.stdout) == (0, "elsewhere: deleted.\n")
    assert quick_setup.list_configuration_managers()["ConfigurationManagersList"] == []


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_a_no_changes_nothing(aws: Sandbox, run: Run, orphaned_manager: str, answer: str) -> None:
    outcome = run("report", "discard", "scan", stdin=TerminalText(answer))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert orphaned_manager in outcome.stderr
    assert names(aws) == ["scan"]


@pytest.mark.usefixtures("orphaned_manager")
def test_without_a_terminal_nothing_is_confirmed(aws: Sandbox, run: Run) -> None:
    outcome = run("report", "discard", "scan")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "use --yes" in outcome.stderr
    assert names(aws) == ["scan"]


def test_a_successful_deployment_is_only_deleted_with_the_flag(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, mark=OURS)
    outcome = run("report", "discard", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"scan ({arn}) is deployed." in outcome.stderr
    assert "remove it from the module's inputs and apply" in outcome.stderr
    assert "report.py adopt" in outcome.stderr
    assert names(aws) == ["scan"]


def test_duplicate_names_need_an_arn(aws: Sandbox, run: Run, orphaned_manager: str) -> None:
    kept = create(aws, "scan")
    refused = run("report", "discard", "scan", "--yes")
    assert refused.status == 1
    assert '2 configuration managers are named "scan". Use the ARN of one' in refused.stderr
    assert run("report", "discard", orphaned_manager, "--yes").status == 0
    found = aws.client("ssm-quicksetup").list_configuration_managers()["ConfigurationManagersList"]
    assert [manager["ManagerArn"] for manager in found] == [kept]


@pytest.mark.usefixtures("orphaned_manager")
def test_a_missing_role_is_named(aws: Sandbox, run: Run) -> None:
    remove_administration_role(aws)
    outcome = run("report", "discard", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"Role arn:aws:iam::{MANAGEMENT}:role/{ADMINISTRATION} can't be accessed" in outcome.stderr

    aws.client("iam").detach_role_policy(
        RoleName="AWS-QuickSetup-Execution",
        PolicyArn="arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy",
    )
    aws.client("iam").delete_role(RoleName="AWS-QuickSetup-Execution")
    make_roles(aws)
    assert run("report", "discard", "scan", "--yes").status == 0
    assert names(aws) == []


def test_a_manager_of_a_deleted_unit(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    organizations = aws.client("organizations")
    unit = organizations.create_organizational_unit(ParentId="r-sbox", Name="Former")["OrganizationalUnit"]["Id"]
    create(aws, TargetOrganizationalUnits=unit)
    organizations.delete_organizational_unit(OrganizationalUnitId=unit)
    assert run("report", "discard", "scan", "--deployed", "--yes").status == 0
    assert names(aws) == []


@pytest.mark.parametrize("command", ["discard", "redeploy"])
def test_a_manager_that_was_deleted_since_it_was_listed(
    aws: Sandbox, run: Run, orphaned_manager: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    delete = aws.client("ssm-quicksetup").delete_configuration_manager

    def find_and_delete(*arguments: Any) -> Any:
        found = find_managers(*arguments)
        delete(ManagerArn=found[0].arn)
        aws.clock.advance(3600)
        return found

    monkeypatch.setattr("systems_manager_organization.quick_setup.redeploy.find_managers", find_and_delete)
    outcome = run("report", command, orphaned_manager, "--yes")
    assert outcome.status == 1
    assert f"the configuration manager {orphaned_manager} was deleted meanwhile." in outcome.stderr
