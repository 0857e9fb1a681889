"""`report.py adopt`: a configuration manager that Terraform does not have comes under it, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox_tests.quick_setup_cases import (
    CHANGE_MANAGER,
    DISTRIBUTOR,
    HOST_MANAGEMENT,
    INSTANCE_MANAGEMENT,
    OPS_CENTER,
    PATCH_POLICY,
    changed,
)
from scripts.conftest import Terminal
from scripts.quick_setup import (
    ADMINISTRATOR,
    DENIED,
    EXECUTION,
    MANAGEMENT,
    ROOT,
    WORKLOAD,
    create,
    create_local,
    mark_of,
    prepare,
)
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from scripts.conftest import Run

RESOURCE = "aws_ssmquicksetup_configuration_manager.this"
SCAN = f'module.systems_manager.module.patch_policy["scan"].module.turn_1[0].{RESOURCE}'


def block(address: str, arn: str) -> str:
    return f'import {{\n  to = {address}\n  id = "{arn}"\n}}\n'


def status_of(aws: Sandbox, arn: str) -> str:
    summaries = aws.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)["StatusSummaries"]
    return str(next(summary["Status"] for summary in summaries if summary["StatusType"] == "Deployment"))


@pytest.fixture
def left_over(aws: Sandbox) -> str:
    """What an apply leaves when a deployment fails."""
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    return create(aws, mark="unfinished", RateControlConcurrency="7%")


@pytest.fixture
def lifted(aws: Sandbox, left_over: str) -> str:
    """The same, its cause taken away."""
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", None)
    return left_over


def test_it_is_deployed_again_marked_and_printed(aws: Sandbox, run: Run, lifted: str) -> None:
    quick_setup = aws.client("ssm-quicksetup")
    before = quick_setup.get_configuration_manager(ManagerArn=lifted)["ConfigurationDefinitions"]
    sent: list[dict[str, Any]] = []

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        operation = "ssm-quicksetup.UpdateConfigurationDefinition"
        made.events.register(f"provide-client-params.{operation}", lambda params, **_event: sent.append(dict(params)))
        return made

    outcome = run("report", "adopt", "scan", "--yes", session_factory=session)
    assert (outcome.status, outcome.stdout) == (0, block(SCAN, lifted))
    assert "deploy it again" in outcome.stderr
    (request,) = sent
    roles = ("LocalDeploymentAdministrationRoleArn", "LocalDeploymentExecutionRoleName")
    for member in ("Id", "Parameters", *roles):
        assert request[member] == before[0][member], "with what it has, and nothing else"
    assert status_of(aws, lifted) == "SUCCEEDED"
    assert mark_of(aws, lifted) == "finished"
    assert quick_setup.get_configuration_manager(ManagerArn=lifted)["ConfigurationDefinitions"] == before
    assert outcome.pauses, "it was waited for"


def test_what_fails_again_is_not_adopted(aws: Sandbox, run: Run, left_over: str) -> None:
    outcome = run("report", "adopt", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "is FAILED again" in outcome.stderr
    assert f"report.py explain {left_over}" in outcome.stderr
    assert mark_of(aws, left_over) == "unfinished"


def test_what_is_whole_is_not_deployed_again(aws: Sandbox, run: Run, asked: Callable[[], list[str]]) -> None:
    prepare(aws)
    arn = create(aws, mark="unfinished")
    outcome = run("report", "adopt", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (0, block(SCAN, arn))
    assert mark_of(aws, arn) == "finished"
    calls = asked()
    assert "ssm-quicksetup:UpdateConfigurationDefinition" not in calls
    assert "ssm-quicksetup:TagResource" in calls


def test_what_is_still_under_way_is_waited_for(aws: Sandbox, run: Run) -> None:
    """As after an apply that was killed: how the deployment ends decides what is to be done."""
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws, mark="unfinished", settled=False)
    outcome = run("report", "adopt", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert mark_of(aws, arn) == "unfinished"


@pytest.mark.parametrize("answer", ["\n", "no\n"])
def test_a_no_changes_nothing(aws: Sandbox, run: Run, lifted: str, answer: str) -> None:
    before = aws.snapshot()
    outcome = run("report", "adopt", "scan", stdin=Terminal(answer))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert lifted in outcome.stderr
    assert "[y/N]" in outcome.stderr
    assert aws.snapshot() == before


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_a_yes_is_enough(aws: Sandbox, run: Run, lifted: str, answer: str) -> None:
    outcome = run("report", "adopt", "scan", stdin=Terminal(answer))
    assert (outcome.status, outcome.stdout) == (0, block(SCAN, lifted))
    assert mark_of(aws, lifted) == "finished"


def test_nobody_there_to_ask_is_a_no(aws: Sandbox, run: Run, lifted: str) -> None:
    before = aws.snapshot()
    outcome = run("report", "adopt", "scan")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "say --yes" in outcome.stderr
    assert mark_of(aws, lifted) == "unfinished"
    assert aws.snapshot() == before


@pytest.mark.parametrize("mark", ["finished", "finished after 7fbc9c47-be12-5b53-8ec2-5dd43787bf01"])
def test_what_terraform_has_is_printed_and_not_touched(aws: Sandbox, run: Run, mark: str) -> None:
    prepare(aws)
    arn = create(aws, mark=mark)
    before = aws.snapshot()
    outcome = run("report", "adopt", "scan")
    assert (outcome.status, outcome.stdout) == (0, block(SCAN, arn))
    assert "only if the state was lost" in outcome.stderr
    assert run("report", "adopt", "scan", "--turn=3").stdout == block(SCAN.replace("turn_1", "turn_3"), arn)
    assert aws.snapshot() == before
    assert mark_of(aws, arn) == mark


def test_what_terraform_has_and_failed_is_deployed_again(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    arn = create(aws, mark="finished")
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", None)
    outcome = run("report", "adopt", "scan", "--yes")
    assert outcome.status == 0
    assert status_of(aws, arn) == "SUCCEEDED"
    assert mark_of(aws, arn) == "finished"


def test_what_somebody_made_is_adopted(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws)
    outcome = run("report", "adopt", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (0, block(SCAN, arn))


# Where it is in the module


def test_a_policy_of_the_account_itself(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create_local(aws, "scan-management-account")
    outcome = run("report", "adopt", "scan-management-account", "--yes")
    address = f'module.systems_manager.module.patch_policy["scan"].module.management_account[0].{RESOURCE}'
    assert outcome.stdout == block(address, arn)


def test_a_policy_may_be_named_as_if_it_were_one(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, "our-management-account")
    outcome = run("report", "adopt", "our-management-account", "--yes")
    address = f'module.systems_manager.module.patch_policy["our-management-account"].module.turn_1[0].{RESOURCE}'
    assert outcome.stdout == block(address, arn)


def test_default_host_management(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, "hosts", definition=HOST_MANAGEMENT)
    outcome = run("report", "adopt", "hosts", "--yes", "--module-address=module.organization")
    address = f"module.organization.module.default_host_management[0].module.configuration[0].{RESOURCE}"
    assert outcome.stdout == block(address, arn)


@pytest.mark.parametrize(
    ("definition", "address"),
    [
        (INSTANCE_MANAGEMENT, "module.host_management[0].module.organization[0]"),
        (OPS_CENTER, "module.ops_center[0].module.configuration"),
        (CHANGE_MANAGER, "module.change_manager[0].module.configuration"),
    ],
    ids=lambda value: value["Type"] if isinstance(value, dict) else "",
)
def test_a_type_that_the_root_module_has_an_input_for(
    aws: Sandbox, run: Run, definition: dict[str, Any], address: str
) -> None:
    prepare(aws)
    # OpsCenter and Change Manager want an administrator of Systems Manager, the latter one that is alone in its unit.
    organizations = aws.client("organizations")
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com")
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Alone")["OrganizationalUnit"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=ROOT, DestinationParentId=unit["Id"])
    arn = create(aws, "feature", definition=definition, mark="finished")
    outcome = run("report", "adopt", "feature", "--yes")
    assert outcome.stdout == block(f"module.systems_manager.{address}.{RESOURCE}", arn)


def test_host_management_of_the_account_itself(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.client("iam").attach_role_policy(
        RoleName=EXECUTION, PolicyArn="arn:aws:iam::aws:policy/AWSQuickSetupDeploymentRolePolicy"
    )
    roles = {key: value for key, value in PATCH_POLICY.items() if key.startswith("LocalDeployment")}
    local = changed(INSTANCE_MANAGEMENT, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)
    arn = create(aws, "instances-management-account", definition={**local, **roles})
    outcome = run("report", "adopt", "instances-management-account", "--yes")
    address = f"module.systems_manager.module.host_management[0].module.management_account[0].{RESOURCE}"
    assert outcome.stdout == block(address, arn)


def test_another_type_is_a_module_of_its_own(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, "packages", definition=DISTRIBUTOR)
    given = 'module.all["a"].module.packages'
    outcome = run("report", "adopt", "packages", "--yes", "--module-address", given)
    assert outcome.stdout == block(f"{given}.{RESOURCE}", arn)


@pytest.mark.parametrize("address", ["systems_manager", "module.", "module.a }", "module.a\nmodule.b"])
def test_what_is_no_address_is_refused(run: Run, address: str) -> None:
    outcome = run("report", "adopt", "scan", f"--module-address={address}")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "module_address is " in outcome.stderr
    assert "module.systems_manager" in outcome.stderr


# Several of one name


def test_of_several_the_unfinished_one_is_meant(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws, mark="finished")
    arn = create(aws, mark="unfinished")
    assert run("report", "adopt", "scan", "--yes").stdout == block(SCAN, arn)


@pytest.mark.parametrize("marks", [("finished", "finished"), ("unfinished", "unfinished"), ("", "")])
@pytest.mark.parametrize("verb", ["adopt", "discard"])
def test_several_that_could_be_meant_are_refused_with_their_arns(
    aws: Sandbox, run: Run, verb: str, marks: tuple[str, str]
) -> None:
    prepare(aws)
    arns = [create(aws, mark=mark) for mark in marks]
    before = aws.snapshot()
    outcome = run("report", verb, "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert 'there are 2 configuration managers "scan"' in outcome.stderr
    assert all(arn in outcome.stderr for arn in arns)
    assert aws.snapshot() == before


def test_the_arn_says_which(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    first, second = create(aws, mark="unfinished"), create(aws, mark="unfinished")
    assert run("report", "adopt", second, "--yes").stdout == block(SCAN, second)
    assert (mark_of(aws, first), mark_of(aws, second)) == ("unfinished", "finished")


def test_a_refusal_of_aws_prints_no_block(aws: Sandbox, run: Run, lifted: str) -> None:
    aws.faults.inject(Fault("ssm-quicksetup", "TagResource", "access_denied", times=1000))
    outcome = run("report", "adopt", "scan", "--yes")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "ssm-quicksetup:TagResource failed for" in outcome.stderr
    assert mark_of(aws, lifted) == "unfinished"
