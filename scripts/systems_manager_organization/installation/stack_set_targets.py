"""`ensure.py stack-set-targets`: the stacks of a StackSet in the accounts of its targets, and of no other unit.

Resource `aws_cloudformation_stack_instances` creates and deletes all of them: it reads the targets from the stacks that
exist, so that modules/stack-set has it ignore changed ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from systems_manager_organization.aws.pagination import follow_tokens
from systems_manager_organization.aws.waiters import DEPLOYMENT_DELAYS, wait_until
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import ORGANIZATIONAL_UNIT_PATTERN, list_pattern
from systems_manager_organization.cli.options import COMMON_KEYS, REGION_PATTERN, Option
from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.organizations.accounts import get_ancestors, is_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query

# A root or organizational unit, and a Region.
Target = tuple[str, str]

# What the ids of its operations begin with.
_OWN = "changed-targets-"
# botocore describes no pages of ListStackSetAutoDeploymentTargets.
_PAGES = {"input_token": "NextToken", "output_token": "NextToken", "result_key": "Summaries"}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperation.html
_UNFINISHED = frozenset({"QUEUED", "RUNNING", "STOPPING"})


def run(query: Query, connect: Connect) -> str:
    """Creates and deletes what differs; returns a line for each operation. Raises ScriptError."""
    units, regions = json.loads(query["targets"]), json.loads(query["regions"])
    wanted = {(unit, region) for unit in units for region in regions}
    with connect() as aws:
        stack_set = _StackSet(aws, query)
        failed = {(unit, region) for unit in stack_set.failed_units() for region in regions}
        current = set(stack_set.targets())
        added = wanted - (current - failed)
        # One that is not wanted, and no target any more, may still have stacks.
        deleted = _deleted(aws, current | failed | added, wanted) if (current | failed) - wanted else set()
        kept = [] if not deleted or stack_set.is_own() else sorted(deleted - wanted)
        deleted = set() if kept else deleted
        # What AWS refuses, as a unit that does not exist, ends it before a deletion.
        lines = [
            *map(stack_set.describe_kept, kept),
            *stack_set.create_stacks(added - deleted),
            *stack_set.delete_stacks(deleted - (wanted - current)),
            *stack_set.create_stacks(wanted & deleted),
        ]
    return "\n".join(lines) or "There is nothing to change."


def _deleted(aws: AwsSession, targets: set[Target], wanted: set[Target]) -> set[Target]:
    """The targets of which the stacks are deleted.

    What is below a wanted unit keeps its stacks. It stays a target of the StackSet as well, since AWS deletes the
    stacks of what no longer is one.
    """
    above = {unit: get_ancestors(aws, unit)[1:] for unit in sorted({unit for unit, _ in targets})}
    # AWS refuses a unit that was deleted; its accounts lost their stacks when they left it.
    existing = {(unit, region) for unit, region in targets if above[unit] or is_root(unit)}
    deleted = {
        (unit, region)
        for unit, region in existing - wanted
        if not any((ancestor, region) in wanted for ancestor in above[unit])
    }
    # With the stacks of a unit those of all units below it are deleted. One that stays is no target until its stacks
    # are created again, so that a run after one that was killed in between creates them.
    return deleted | {
        (unit, region)
        for unit, region in existing & wanted
        if any((ancestor, region) in deleted for ancestor in above[unit])
    }


@dataclass(frozen=True)
class _StackSet:
    aws: AwsSession
    query: Query

    def targets(self) -> Iterator[Target]:
        """Where accounts that join get a stack: also a unit that has no account yet.

        ASSUMPTION(stack-sets-target-list): each root and unit that stacks were created for, and no other.
        """
        list_targets: Any = self.aws.cloudformation.list_stack_set_auto_deployment_targets
        for target in follow_tokens(partial(self.aws.call, list_targets), _PAGES, self._named):
            yield from ((target["OrganizationalUnitId"], region) for region in target["Regions"])

    def is_own(self) -> bool:
        """Whether the module created it: one that was imported may have stacks of others."""
        if self.query["tagged"] != "true":
            return True
        found = self.aws.call(self.aws.cloudformation.describe_stack_set, **self._named)
        return bool(CreationTag.of_list(found["StackSet"].get("Tags", [])).installation)

    def describe_kept(self, target: Target) -> str:
        """That stacks are left, with the command that deletes them."""
        unit, region = target
        name, call_as = self.query["stack_set_name"], self.query["call_as"]
        return (
            f"The stacks of {unit} in {region} stay, although it is no target: the StackSet {name} was "
            f"{CreationTag().creator}. Delete them: aws cloudformation delete-stack-instances --stack-set-name {name} "
            f"--call-as {call_as} --region {self.aws.region} --deployment-targets OrganizationalUnitIds={unit} "
            f"--regions {region} --no-retain-stacks"
        )

    def failed_units(self) -> list[str]:
        """Those of the last operation of an earlier run, unless it succeeded everywhere. Waits until it ends."""
        listed = self.aws.call(self.aws.cloudformation.list_stack_set_operations, **self._named, MaxResults=100)
        # ASSUMPTION(cloudformation-default-pages): the newest one is the first.
        own = (found["OperationId"] for found in listed["Summaries"] if found["OperationId"].startswith(_OWN))
        operation_id = next(own, None)
        if operation_id is None:
            return []
        ended = self._wait(operation_id, f"operation {operation_id}")
        succeeded = ended["Status"] == "SUCCEEDED" and not self._has_failed_stacks(ended)
        return [] if succeeded else ended["DeploymentTargets"]["OrganizationalUnitIds"]

    def create_stacks(self, targets: Iterable[Target]) -> Iterator[str]:
        """Where a stack exists already, AWS leaves it. Raises ScriptError."""
        create = self.aws.cloudformation.create_stack_instances
        for units, regions in _grouped(targets):
            yield from self._run("creation", create, units, regions)

    def delete_stacks(self, targets: Iterable[Target]) -> Iterator[str]:
        """Raises ScriptError."""
        delete = self.aws.cloudformation.delete_stack_instances
        for units, regions in _grouped(targets):
            yield from self._run("deletion", delete, units, regions, RetainStacks=False)

    def _run(
        self, action: str, operation: Callable[..., Any], units: list[str], regions: list[str], **options: object
    ) -> Iterator[str]:
        """Starts an operation, waits until it ends, and yields what it did."""
        aws, operation_id = self.aws, f"{_OWN}{uuid4()}"
        what = f"{action} of the stacks of {', '.join(units)} in {', '.join(regions)} (operation {operation_id})"
        parameters: dict[str, object] = {
            **self._named,
            "DeploymentTargets": {"OrganizationalUnitIds": units},
            "Regions": regions,
            "OperationPreferences": {
                "FailureTolerancePercentage": int(self.query["failure_tolerance_percentage"]),
                "MaxConcurrentPercentage": int(self.query["max_concurrent_percentage"]),
                "RegionConcurrencyType": self.query["region_concurrency_type"],
            },
            "OperationId": operation_id,
            **options,
        }
        wait_until(
            aws.clock,
            lambda: self._start(operation, parameters),
            bool,
            delays=DEPLOYMENT_DELAYS,
            timeout_message=lambda _: f"The {what} did not begin within 90 minutes: another operation goes on.",
        )
        aws.warn(f"{what} began.")
        ended = self._wait(operation_id, what)
        failed = [*self._failed(operation_id)] if self._has_failed_stacks(ended) else []
        if ended["Status"] != "SUCCEEDED":
            raise ScriptError(
                f"The {what} is {ended['Status']}: remove the cause, then apply again.",
                *failed,
            )
        yield f"{what}: {f'failed in {len(failed)} accounts and Regions' if failed else 'done'}."
        yield from failed

    def _start(self, operation: Callable[..., Any], parameters: dict[str, object]) -> bool:
        """Whether the operation is there; not while AWS refuses it because of another one."""
        try:
            self.aws.call(operation, **parameters)
        except ServiceError as error:
            if error.code == "OperationInProgressException":
                return False
            # The first answer was lost, and botocore asked again.
            if error.code != "OperationIdAlreadyExistsException":
                raise
        return True

    def _wait(self, operation_id: str, what: str) -> Mapping[str, Any]:
        """The operation, once it has ended."""
        describe: Any = self.aws.cloudformation.describe_stack_set_operation
        return wait_until(
            self.aws.clock,
            lambda: self.aws.call(describe, **self._named, OperationId=operation_id)["StackSetOperation"],
            lambda found: found["Status"] not in _UNFINISHED,
            delays=DEPLOYMENT_DELAYS,
            timeout_message=lambda found: f"The {what} is {found['Status']} after 90 minutes: apply again later.",
        )

    def _has_failed_stacks(self, operation: Mapping[str, Any]) -> bool:
        # Neither is required: botocore's model `cloudformation`.
        number = operation.get("StatusDetails", {}).get("FailedStackInstancesCount")
        return any(True for _ in self._failed(operation["OperationId"])) if number is None else number > 0

    def _failed(self, operation_id: str) -> Iterator[str]:
        for result in self.aws.paginate(
            self.aws.cloudformation.list_stack_set_operation_results,
            **self._named,
            OperationId=operation_id,
            Filters=[{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}],
        ):
            yield f"- {result['Account']} {result['Region']}: {result.get('StatusReason', '')}"

    @property
    def _named(self) -> dict[str, Any]:
        return {"StackSetName": self.query["stack_set_name"], "CallAs": self.query["call_as"]}


def _grouped(targets: Iterable[Target]) -> Iterator[tuple[list[str], list[str]]]:
    """Units that have the same Regions, with these."""
    regions_of: defaultdict[str, list[str]] = defaultdict(list)
    for unit, region in sorted(targets):
        regions_of[unit].append(region)
    units_of: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for unit, regions in regions_of.items():
        units_of[tuple(regions)].append(unit)
    return ((units, [*regions]) for regions, units in units_of.items())


_PERCENTAGE = "100|[1-9][0-9]?"

COMMAND = Command(
    name="stack-set-targets",
    summary="Creates the stacks of a StackSet in the units that became targets, and deletes those of the others.",
    description="""\
Lists the targets of the StackSet (cloudformation:ListStackSetAutoDeploymentTargets), calls
cloudformation:CreateStackInstances and DeleteStackInstances for what differs, and waits
(cloudformation:DescribeStackSetOperation, ListStackSetOperationResults). If the last operation of an earlier run failed
in an account (cloudformation:ListStackSetOperations), it is repeated. The stacks of units that stay are not touched.
Where units are no longer targets, it reads which are below others: organizations:ListParents; with tagged = true also
whose StackSet it is (cloudformation:DescribeStackSet), and leaves the stacks of others. Resource
aws_cloudformation_stack_instances would replace this, if it kept units that have no account.""",
    example='stack-set-targets \'{"stack_set_name": "log-group", …}\'',
    options=(
        # A caller of modules/stack-set may not know it.
        *(replace(key, required=False) if key.name == "account_id" else key for key in COMMON_KEYS),
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
        Option(
            "stack_set_name",
            "the StackSet, which has service-managed permissions and automatic deployment",
            "[a-zA-Z][-a-zA-Z0-9]{0,127}",
            "1 to 128 letters, digits and hyphens, beginning with a letter",
            required=True,
        ),
        Option(
            "call_as",
            "SELF in the management account, DELEGATED_ADMIN in an administrator of StackSets",
            "SELF|DELEGATED_ADMIN",
            '"SELF" or "DELEGATED_ADMIN"',
            required=True,
        ),
        Option(
            "targets",
            "the root or the organizational units whose accounts have the stacks",
            list_pattern(f"({ORGANIZATIONAL_UNIT_PATTERN}|r-[0-9a-z]{{4,32}})", empty=False),
            "a JSON list of ids of roots and organizational units",
            required=True,
        ),
        Option(
            "regions",
            "the Regions in which each account has the stack",
            list_pattern(REGION_PATTERN, empty=False),
            "a JSON list of Regions",
            required=True,
        ),
        Option(
            "tagged",
            "whether the module tags what it creates: without the tag the stacks of others stay",
            "true|false",
            '"true" or "false"',
            default="false",
        ),
        Option(
            "max_concurrent_percentage",
            "accounts at the same time, of those of a Region",
            _PERCENTAGE,
            "1 to 100",
            default="100",
        ),
        Option(
            "failure_tolerance_percentage",
            "accounts of a Region that may fail before the operation ends",
            f"0|{_PERCENTAGE}",
            "0 to 100",
            default="100",
        ),
        Option(
            "region_concurrency_type",
            "whether the Regions come at the same time or one after the other",
            "PARALLEL|SEQUENTIAL",
            '"PARALLEL" or "SEQUENTIAL"',
            default="PARALLEL",
        ),
    ),
    run=run,
)
