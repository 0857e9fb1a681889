"""`ensure.py stack-set-targets`: stacks are created and deleted where targets changed, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.cloudformation.stack_sets.stack_set import Operation
from sandbox_tests.cases.organization_stack_sets import ADMINISTRATOR, MEMBER, NAME, ROOT, template
from sandbox_tests.cases.policies import attach, document
from unit.cases import fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

LIST = "cloudformation:ListStackSetAutoDeploymentTargets"
OPERATIONS = "cloudformation:ListStackSetOperations"
CREATE, DELETE = "cloudformation:CreateStackInstances", "cloudformation:DeleteStackInstances"
PARENTS = "organizations:ListParents"
MISSING = "ou-sbox-00000000"


class Organization:
    """The administrator account is in Upper/Lower, the other member account in Beside; Empty has none."""

    def __init__(self, sandbox: Sandbox, run: Run) -> None:
        self._sandbox, self._run = sandbox, run
        self.upper = self._unit(ROOT, "Upper")
        self.lower = self._unit(self.upper, "Lower")
        self.beside = self._unit(ROOT, "Beside")
        self.empty = self._unit(ROOT, "Empty")
        self.move(ADMINISTRATOR, ROOT, self.lower)
        self.move(MEMBER, ROOT, self.beside)
        self.cloudformation = sandbox.client("cloudformation")
        self.cloudformation.activate_organizations_access()
        self.create_stack_set()

    def _unit(self, parent: str, name: str) -> str:
        created = self._sandbox.client("organizations").create_organizational_unit(ParentId=parent, Name=name)
        return str(created["OrganizationalUnit"]["Id"])

    def create_stack_set(self, **options: Any) -> None:
        self.cloudformation.create_stack_set(
            StackSetName=NAME,
            TemplateBody=template(),
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
            **{"ManagedExecution": {"Active": True}, **options},
        )

    def move(self, account_id: str, source: str, destination: str) -> None:
        self._sandbox.client("organizations").move_account(
            AccountId=account_id, SourceParentId=source, DestinationParentId=destination
        )

    def target(self, *units: str, regions: tuple[str, ...] = ("us-east-1",), **query: str) -> Outcome:
        return self._run(
            "ensure",
            "stack-set-targets",
            query={
                "stack_set_name": NAME,
                "call_as": "SELF",
                "targets": json.dumps(units),
                "regions": json.dumps(regions),
                **query,
            },
        )

    def stacks(self) -> dict[tuple[str, str], str]:
        """When the stack of each account and Region was created."""
        listed = self.cloudformation.list_stack_instances(StackSetName=NAME)["Summaries"]
        return {(found["Account"], found["Region"]): self._created(found) for found in listed if "StackId" in found}

    def _created(self, instance: dict[str, Any]) -> str:
        stacks = self._sandbox.client("cloudformation", instance["Account"], instance["Region"]).describe_stacks(
            StackName=instance["StackId"]
        )
        return f"{instance['StackId']} {stacks['Stacks'][0]['CreationTime']}"


@pytest.fixture
def organization(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> Organization:
    created = Organization(aws, run)
    api_calls()
    return created


def _done(outcome: Outcome) -> list[str]:
    """What was done, without the ids of the operations."""
    assert outcome.status == 0, outcome.stderr
    return [line.partition(" (operation ")[0] for line in outcome.stdout.splitlines()]


IN_LOWER, IN_BESIDE = (ADMINISTRATOR, "us-east-1"), (MEMBER, "us-east-1")


@pytest.mark.scenario("bare")
def test_a_unit_is_added_and_removed(organization: Organization, api_calls: Callable[[], list[str]]) -> None:
    assert _done(organization.target(organization.upper)) == [
        f"creation of the stacks of {organization.upper} in us-east-1"
    ]
    first = organization.stacks()
    assert set(first) == {IN_LOWER}
    api_calls()
    assert organization.target(organization.upper).stdout == "There is nothing to change.\n"
    # The last operation is its own.
    assert api_calls() == ["sts:GetCallerIdentity", OPERATIONS, "cloudformation:DescribeStackSetOperation", LIST]

    assert _done(organization.target(organization.upper, organization.beside)) == [
        f"creation of the stacks of {organization.beside} in us-east-1"
    ]
    assert not {DELETE, PARENTS} & set(api_calls())
    both = organization.stacks()
    assert set(both) == {IN_LOWER, IN_BESIDE}
    assert both[IN_LOWER] == first[IN_LOWER]

    api_calls()
    outcome = organization.target(organization.beside)
    assert _done(outcome) == [f"deletion of the stacks of {organization.upper} in us-east-1"]
    assert f"deletion of the stacks of {organization.upper} in us-east-1" in outcome.stderr
    assert CREATE not in api_calls()
    assert organization.stacks() == {IN_BESIDE: both[IN_BESIDE]}


@pytest.mark.scenario("bare")
def test_stacks_of_others_stay(organization: Organization, api_calls: Callable[[], list[str]]) -> None:
    """Of a StackSet that was imported: it has no tag of a module."""
    organization.target(organization.upper)
    api_calls()
    outcome = organization.target(organization.beside, tagged="true")
    kept, created = outcome.stdout.splitlines()
    assert kept.startswith(f"The stacks of {organization.upper} in us-east-1 stay, although it is no target:")
    assert kept.endswith(
        f"aws cloudformation delete-stack-instances --stack-set-name {NAME} --call-as SELF --region us-east-1 "
        f"--deployment-targets OrganizationalUnitIds={organization.upper} --regions us-east-1 --no-retain-stacks"
    )
    assert created.startswith(f"creation of the stacks of {organization.beside} ")
    assert DELETE not in api_calls()
    assert set(organization.stacks()) == {IN_LOWER, IN_BESIDE}
    tag = {"Key": "systems-manager-organization:created", "Value": "abc/2026-12-01T00:00:00Z"}
    organization.cloudformation.update_stack_set(StackSetName=NAME, UsePreviousTemplate=True, Tags=[tag])
    assert organization.target(organization.beside, tagged="true").status == 0
    assert set(organization.stacks()) == {IN_BESIDE}


@pytest.mark.scenario("bare")
def test_units_below_one_that_is_added_keep_their_stacks(
    organization: Organization, api_calls: Callable[[], list[str]]
) -> None:
    organization.target(organization.lower)
    lower = organization.stacks()
    api_calls()
    assert _done(organization.target(ROOT)) == [f"creation of the stacks of {ROOT} in us-east-1"]
    assert DELETE not in api_calls()
    everywhere = organization.stacks()
    assert set(everywhere) == {IN_LOWER, IN_BESIDE}
    assert everywhere[IN_LOWER] == lower[IN_LOWER]
    # It is still a target, and goes with the one above it.
    assert organization.target(ROOT).stdout == "There is nothing to change.\n"
    assert len(_done(organization.target(organization.beside))) == 2
    assert set(organization.stacks()) == {IN_BESIDE}


@pytest.mark.scenario("bare")
def test_a_unit_that_stays_below_one_that_is_removed(organization: Organization, aws: Sandbox) -> None:
    """Also where the first run ends in between."""
    organization.target(organization.upper, organization.lower, organization.beside)
    beside = organization.stacks()[IN_BESIDE]
    aws.faults.inject(fault(CREATE, kind="access_denied"))
    outcome = organization.target(organization.lower, organization.beside)
    assert outcome.status == 1
    assert "CreateStackInstances" in outcome.stderr
    assert organization.stacks() == {IN_BESIDE: beside}
    assert _done(organization.target(organization.lower, organization.beside)) == [
        f"creation of the stacks of {organization.lower} in us-east-1"
    ]
    stacks = organization.stacks()
    assert set(stacks) == {IN_LOWER, IN_BESIDE}
    assert stacks[IN_BESIDE] == beside


@pytest.mark.scenario("bare")
def test_a_unit_without_accounts(organization: Organization, aws: Sandbox) -> None:
    organization.target(organization.upper, organization.empty)
    assert set(organization.stacks()) == {IN_LOWER}
    assert organization.target(organization.upper, organization.empty).stdout == "There is nothing to change.\n"
    # In a Region that was added, which the provider creates where there are accounts.
    assert _done(organization.target(organization.upper, organization.empty, regions=("us-east-1", "us-west-2"))) == [
        f"creation of the stacks of {', '.join(sorted((organization.upper, organization.empty)))} in us-west-2"
    ]
    assert _done(organization.target(organization.upper, organization.empty)) == [
        f"deletion of the stacks of {', '.join(sorted((organization.upper, organization.empty)))} in us-west-2"
    ]
    # Removed, it gives no stack to an account that joins.
    organization.target(organization.upper)
    organization.move(MEMBER, organization.beside, organization.empty)
    aws.clock.advance(600)
    assert set(organization.stacks()) == {IN_LOWER}


@pytest.mark.scenario("bare")
def test_a_unit_that_was_deleted(organization: Organization, aws: Sandbox, api_calls: Callable[[], list[str]]) -> None:
    organization.target(organization.beside)
    organization.move(MEMBER, organization.beside, organization.empty)
    aws.clock.advance(600)
    aws.client("organizations").delete_organizational_unit(OrganizationalUnitId=organization.beside)
    api_calls()
    assert _done(organization.target(organization.empty)) == [
        f"creation of the stacks of {organization.empty} in us-east-1"
    ]
    assert DELETE not in api_calls()
    assert set(organization.stacks()) == {IN_BESIDE}
    # Others keep their stacks where one never existed.
    outcome = organization.target(MISSING)
    assert outcome.status == 1
    assert MISSING in outcome.stderr
    assert set(organization.stacks()) == {IN_BESIDE}


@pytest.mark.scenario("bare")
def test_accounts_that_fail(organization: Organization, aws: Sandbox) -> None:
    aws.fail_stack_instance(NAME, MEMBER, "us-east-1", "An SCP denies it.")
    outcome = organization.target(ROOT)
    assert outcome.status == 0
    assert outcome.stdout.splitlines()[-2].endswith(": failed in 1 accounts and Regions.")
    assert outcome.stdout.splitlines()[-1] == f"- {MEMBER} us-east-1: An SCP denies it."

    organization.target(organization.upper)
    assert set(organization.stacks()) == {IN_LOWER}
    outcome = organization.target(organization.beside, failure_tolerance_percentage="0")
    assert outcome.status == 1
    assert "is FAILED: remove the cause, then apply again." in outcome.stderr
    assert f"- {MEMBER} us-east-1: An SCP denies it." in outcome.stderr

    # Nothing was deleted. What failed is repeated, and nothing once it succeeded.
    assert set(organization.stacks()) == {IN_LOWER}
    aws.fail_stack_instance(NAME, MEMBER, "us-east-1", None)
    assert _done(organization.target(organization.beside, failure_tolerance_percentage="0")) == [
        f"creation of the stacks of {organization.beside} in us-east-1",
        f"deletion of the stacks of {organization.upper} in us-east-1",
    ]
    assert set(organization.stacks()) == {IN_BESIDE}
    assert organization.target(organization.beside).stdout == "There is nothing to change.\n"


@pytest.mark.scenario("bare")
def test_operations_without_details(organization: Organization, aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's model does not require the number of stacks that failed: the results have it as well."""
    describe = Operation.describe
    monkeypatch.setattr(
        Operation,
        "describe",
        lambda self: {name: value for name, value in describe(self).items() if name != "StatusDetails"},
    )
    aws.fail_stack_instance(NAME, MEMBER, "us-east-1", "An SCP denies it.")
    assert organization.target(ROOT).stdout.splitlines()[-1] == f"- {MEMBER} us-east-1: An SCP denies it."
    aws.fail_stack_instance(NAME, MEMBER, "us-east-1", None)
    assert _done(organization.target(ROOT)) == [f"creation of the stacks of {ROOT} in us-east-1"]
    assert organization.target(ROOT).stdout == "There is nothing to change.\n"


@pytest.mark.scenario("bare")
def test_a_deletion_that_fails(organization: Organization, aws: Sandbox) -> None:
    organization.target(organization.upper, organization.beside)
    policy = attach(aws, MEMBER, document("cloudformation:DeleteStack"))
    outcome = organization.target(organization.upper, failure_tolerance_percentage="0")
    assert "is FAILED: remove the cause, then apply again." in outcome.stderr
    assert set(organization.stacks()) == {IN_LOWER, IN_BESIDE}
    aws.client("organizations").detach_policy(PolicyId=policy, TargetId=MEMBER)
    assert _done(organization.target(organization.upper)) == [
        f"deletion of the stacks of {organization.beside} in us-east-1"
    ]
    assert set(organization.stacks()) == {IN_LOWER}


@pytest.mark.scenario("bare")
def test_a_deletion_that_fails_in_an_account_is_repeated(organization: Organization, aws: Sandbox) -> None:
    """Although the operation succeeded, since accounts may fail."""
    organization.target(organization.upper, organization.beside)
    policy = attach(aws, MEMBER, document("cloudformation:DeleteStack"))
    assert organization.target(organization.upper).status == 0
    assert set(organization.stacks()) == {IN_LOWER, IN_BESIDE}
    aws.client("organizations").detach_policy(PolicyId=policy, TargetId=MEMBER)
    organization.target(organization.upper)
    assert set(organization.stacks()) == {IN_LOWER}


@pytest.mark.scenario("bare")
def test_a_run_that_ended_while_it_waited(organization: Organization, aws: Sandbox) -> None:
    aws.faults.inject(fault("cloudformation:DescribeStackSetOperation", kind="access_denied"))
    assert organization.target(organization.upper).status == 1
    assert organization.stacks() == {}
    assert organization.target(organization.upper).stdout == "There is nothing to change.\n"
    assert set(organization.stacks()) == {IN_LOWER}


@pytest.mark.scenario("bare")
def test_preferences_of_its_operations(organization: Organization) -> None:
    organization.target(
        organization.upper,
        max_concurrent_percentage="10",
        failure_tolerance_percentage="0",
        region_concurrency_type="SEQUENTIAL",
    )
    (operation,) = organization.cloudformation.list_stack_set_operations(StackSetName=NAME)["Summaries"]
    assert operation["OperationPreferences"] == {
        "MaxConcurrentPercentage": 10,
        "FailureTolerancePercentage": 0,
        "RegionConcurrencyType": "SEQUENTIAL",
    }


@pytest.mark.scenario("bare")
def test_another_operation_that_goes_on(organization: Organization, aws: Sandbox) -> None:
    """CloudFormation refuses a second one, unless the StackSet has managed execution."""
    organization.cloudformation.update_stack_set(
        StackSetName=NAME, UsePreviousTemplate=True, ManagedExecution={"Active": False}
    )
    aws.clock.advance(600)
    organization.cloudformation.create_stack_instances(
        StackSetName=NAME,
        DeploymentTargets={"OrganizationalUnitIds": [organization.upper]},
        Regions=["us-east-1"],
    )
    outcome = organization.target(organization.upper, organization.beside)
    assert _done(outcome) == [f"creation of the stacks of {organization.beside} in us-east-1"]
    assert set(organization.stacks()) == {IN_LOWER, IN_BESIDE}


@pytest.mark.scenario("bare")
def test_an_answer_that_is_lost(organization: Organization, aws: Sandbox, api_calls: Callable[[], list[str]]) -> None:
    aws.faults.inject(fault(CREATE, kind="answer_lost"))
    organization.target(organization.upper)
    assert api_calls().count(CREATE) == 2
    (operation,) = organization.cloudformation.list_stack_set_operations(StackSetName=NAME)["Summaries"]
    assert operation["Status"] == "SUCCEEDED"
    assert set(organization.stacks()) == {IN_LOWER}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("targets", "[]"),
        ("targets", '["ou-1"]'),
        ("regions", "[]"),
        ("call_as", "ADMIN"),
        ("stack_set_name", "--all"),
        ("failure_tolerance_percentage", "101"),
    ],
)
def test_a_query_that_is_refused(run: Run, aws: Sandbox, key: str, value: str) -> None:
    query = {"stack_set_name": NAME, "call_as": "SELF", "targets": f'["{ROOT}"]', "regions": '["us-east-1"]'}
    outcome = run("ensure", "stack-set-targets", query={**query, key: value})
    assert outcome.status == 1
    assert f"{key} is {json.dumps(value)}, but must be " in outcome.stderr
    assert not aws.calls
