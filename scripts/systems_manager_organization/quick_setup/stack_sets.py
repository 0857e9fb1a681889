"""What StackSets knows of a definition's deployment: its stacks by account and Region, and why they failed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.error_translation import DENIED_CODES
from systems_manager_organization.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession

# The prefix in AWS's managed policies, and the suffix that is seen in accounts.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSQuickSetupDeploymentRolePolicy.html
_PREFIX = "AWS-QuickSetup-"

# The number of operations to read: an account whose last deployment failed may not be part of the last operation.
_OPERATIONS = 3

# Also where it was deleted meanwhile.
_UNREADABLE_CODES = DENIED_CODES | {"StackSetNotFoundException"}

# Where StackInstanceStatus has no DetailedStatus.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceSummary.html
_DETAILED = {"CURRENT": "SUCCEEDED", "OUTDATED": "FAILED", "INOPERABLE": "INOPERABLE"}


@dataclass(frozen=True)
class StackInstance:
    """A stack of a StackSet in an account and Region.

    Attributes:
        status: its DetailedStatus.
        organizational_unit_id: the target that it is in; "" for a StackSet with self-managed permissions.
    """

    account_region: AccountRegion
    status: str
    reason: str
    organizational_unit_id: str


def find_stack_sets(aws: AwsSession, definition_ids: Iterable[str]) -> list[str]:
    """Names of the StackSets that deploy these definitions: one for each step. Raises ServiceError."""
    suffixes = tuple(f"-{definition_id}" for definition_id in definition_ids)
    if not suffixes:
        return []
    listed = aws.paginate(aws.cloudformation.list_stack_sets, Status="ACTIVE")
    names = (stack_set["StackSetName"] for stack_set in listed)
    return sorted(name for name in names if name.startswith(_PREFIX) and name.endswith(suffixes))


def find_stack_sets_if_allowed(aws: AwsSession, definition_ids: Iterable[str]) -> list[str]:
    """The same; empty where StackSets denies the call: the caller may be allowed to call Quick Setup only."""
    try:
        return find_stack_sets(aws, definition_ids)
    except ServiceError as error:
        if error.code not in DENIED_CODES:
            raise
        return []


def has_failed_stack(aws: AwsSession, stack_set: str) -> bool:
    """Whether a stack of the StackSet failed; not where StackSets denies the call. Raises ServiceError."""
    failed = stack_instances(aws, [stack_set], Filters=[{"Name": "DETAILED_STATUS", "Values": "FAILED"}])
    try:
        return any(True for _ in failed)
    except ServiceError as error:
        if error.code not in _UNREADABLE_CODES:
            raise
        return False


def stack_instances(aws: AwsSession, stack_sets: Iterable[str], **parameters: Any) -> Iterator[StackInstance]:
    """The stacks of these StackSets. Raises ServiceError.

    Args:
        parameters: further ones of ListStackInstances.
    """
    for name in stack_sets:
        list_ = aws.cloudformation.list_stack_instances
        for item in aws.paginate(list_, StackSetName=name, MaxResults=100, **parameters):
            status = item.get("StackInstanceStatus", {}).get("DetailedStatus") or _DETAILED[item["Status"]]
            yield StackInstance(
                (item["Account"], item["Region"]),
                status,
                item.get("StatusReason", ""),
                item.get("OrganizationalUnitId", ""),
            )


def failure_reasons(aws: AwsSession, stack_sets: Iterable[str]) -> dict[AccountRegion, str]:
    """The reasons why their last deployment failed; those that could be read if StackSets denies a call.

    Raises ServiceError.
    """
    reasons: dict[AccountRegion, str] = {}
    try:
        for name in stack_sets:
            for result in _failed_results(aws, name):
                reasons.setdefault((result["Account"], result["Region"]), result.get("StatusReason", ""))
    except ServiceError as error:
        if error.code not in _UNREADABLE_CODES:
            raise
    return {account_region: reason for account_region, reason in reasons.items() if reason}


def _failed_results(aws: AwsSession, name: str) -> Iterator[dict[str, Any]]:
    cloudformation = aws.cloudformation
    operations = aws.paginate(cloudformation.list_stack_set_operations, StackSetName=name, MaxResults=100)
    for operation in islice(operations, _OPERATIONS):
        yield from aws.paginate(
            cloudformation.list_stack_set_operation_results,
            StackSetName=name,
            OperationId=operation["OperationId"],
            Filters=[{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}],
        )
