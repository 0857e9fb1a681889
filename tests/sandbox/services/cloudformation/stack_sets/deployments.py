"""Operations of service-managed StackSets in virtual time, and automatic deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sandbox.clock import clock
from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.services.cloudformation.stack_sets import member_stacks
from sandbox.services.cloudformation.stack_sets.member_roles import prepare_members
from sandbox.services.cloudformation.stack_sets.preferences import OF_AUTOMATIC_DEPLOYMENTS, Preferences
from sandbox.services.cloudformation.stack_sets.service_managed import Deployment, Instance, ServiceManagedStackSet
from sandbox.services.cloudformation.stack_sets.targets import DeploymentTargets
from sandbox.services.moto_internals import existing_backends
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from sandbox.services.cloudformation.stack_sets.stack_set import AccountRegion
    from sandbox.services.organizations.models import Organization

# ASSUMPTION(stack-sets-operation-order): AWS publishes no durations; minutes are usual.
OPERATION_TIME = timedelta(seconds=60)

SKIPPED = "SKIPPED_SUSPENDED_ACCOUNT"
# The messages are from results in AWS. ASSUMPTION(stack-sets-own-words): the first is for every operation that fails.
TOLERANCE_EXCEEDED = "Cancelled since failure tolerance has exceeded"
STOPPED = "Cancelled by user"


# Of the thread that has the gateway's lock.
_advancing = False


def advance_stack_sets(now: datetime) -> None:
    """Process the due operations of every StackSet.

    Does nothing while it does so already: the automation of a stack calls AWS itself.
    """
    global _advancing  # noqa: PLW0603
    if _advancing:
        return
    _advancing = True
    try:
        for stack_set in _every_stack_set():
            _advance(stack_set, now)
    finally:
        _advancing = False


def begin(
    stack_set: ServiceManagedStackSet,
    action: str,
    locations: dict[AccountRegion, str],
    *,
    operation_id: str | None = None,
    targets: dict[str, Any] | None = None,
    preferences: Preferences,
    retain_stacks: bool = False,
) -> Deployment:
    """Start or queue an operation for instances, each with the root or unit that targets it."""
    operation = Deployment(
        operation_id or str(uuid5(NAMESPACE_URL, f"{stack_set.id}/{len(stack_set.operations)}")),
        action,
        "QUEUED",
        clock.now(),
        targets=targets,
        preferences=preferences,
        retain_stacks=retain_stacks,
    )
    operation.results = {location: (unit_id, "PENDING", None) for location, unit_id in locations.items()}
    stack_set.operations.append(operation)
    _advance(stack_set, clock.now())
    return operation


def stop(stack_set: ServiceManagedStackSet, operation: Deployment) -> None:
    """Stop an operation. ASSUMPTION(stack-sets-operation-order): at once, before any change."""
    _cancel(stack_set, operation, list(operation.results), STOPPED)
    operation.status, operation.ended_at = "STOPPED", clock.now()


def account_moved(management_account_id: str, account_id: str) -> None:
    """Deploy to an account that joined a target, and delete the instances of one that left.

    "Automatic deployments do not consider account level targeting filters", and new instances have no parameters of
    their own (the page above). ASSUMPTION(stack-sets-auto-deployment): where it is in a target before and after, its
    stacks stay as they are.
    """
    organization = find_organization(management_account_id)
    for stack_set in _every_stack_set():
        if organization is not None and stack_set.account_id == management_account_id and stack_set.is_automatic:
            _follow(stack_set, organization, account_id)


def _follow(stack_set: ServiceManagedStackSet, organization: Organization, account_id: str) -> None:
    targets = DeploymentTargets(tuple(sorted(stack_set.automatic_targets)))
    account = next((known for known in organization.accounts if known.id == account_id), None)
    unit_id = None if account is None else targets.unit_of(organization, account)
    regions = set() if unit_id is None else stack_set.automatic_targets[unit_id]
    there = {location: found for location, found in stack_set.instances.items() if location[0] == account_id}
    gone = {
        location: str(found.organizational_unit_id) for location, found in there.items() if location[1] not in regions
    }
    new = {(account_id, region): str(unit_id) for region in sorted(regions) if (account_id, region) not in there}
    retain = bool(stack_set.auto_deployment.get("RetainStacksOnAccountRemoval"))
    for instance in there.values():
        instance.organizational_unit_id = unit_id or instance.organizational_unit_id
    if gone:
        begin(stack_set, "DELETE", gone, preferences=OF_AUTOMATIC_DEPLOYMENTS, retain_stacks=retain)
    if new:
        begin(stack_set, "CREATE", new, preferences=OF_AUTOMATIC_DEPLOYMENTS)


def _every_stack_set() -> Iterator[ServiceManagedStackSet]:
    for backend in existing_backends(cloudformation_backends, SandboxCloudFormationBackend):
        yield from backend.service_managed_stack_sets


def _advance(stack_set: ServiceManagedStackSet, now: datetime) -> None:
    free_at = None
    for operation in stack_set.unfinished:
        started_at = operation.started_at or max(free_at or operation.created_at, operation.created_at)
        if operation.started_at is None:
            _start(stack_set, operation, started_at)
        free_at = started_at + OPERATION_TIME
        if now < free_at:
            return
        with clock.as_of(free_at):
            _finish(stack_set, operation)


def _start(stack_set: ServiceManagedStackSet, operation: Deployment, at: datetime) -> None:
    operation.status, operation.started_at = "RUNNING", at
    organization = find_organization(stack_set.account_id)
    accounts = organization.accounts if organization else []
    suspended = {account.id for account in accounts if account.status != "ACTIVE"}
    if operation.action != "DELETE":
        prepare_members(sorted({account_id for account_id, _ in operation.results} - suspended))
    for location, (unit_id, _, _) in list(operation.results.items()):
        if operation.action == "CREATE":
            stack_set.instances.setdefault(location, Instance(*location, unit_id, "PENDING", None, operation.id))
        instance = stack_set.instances.get(location)
        if instance is not None:
            instance.status, instance.reason, instance.last_operation_id = "RUNNING", None, operation.id
        if location[0] in suspended:
            # There is no such result: the model has that status of instances alone.
            del operation.results[location]
            _skip(stack_set, operation, location)
        else:
            operation.results[location] = (unit_id, "RUNNING", None)


def _skip(stack_set: ServiceManagedStackSet, operation: Deployment, location: AccountRegion) -> None:
    """Skip the instance of a suspended account, also in a deletion.

    https://aws.amazon.com/about-aws/whats-new/2023/06/aws-cloudformation-stacksets-suspended-accounts-deployments/
    ASSUMPTION(stack-sets-auto-deployment): an instance without a stack to delete is deleted.
    """
    instance = stack_set.instances.get(location)
    if instance is None:
        return
    instance.status = SKIPPED
    if operation.action == "DELETE" and (operation.retain_stacks or instance.stack_id is None):
        del stack_set.instances[location]


def _finish(stack_set: ServiceManagedStackSet, operation: Deployment) -> None:
    preferences, exceeded = operation.preferences, False
    for region in preferences.ordered(region for _, region in operation.results):
        locations = sorted(location for location in operation.results if location[1] == region)
        if exceeded and not preferences.is_parallel:
            _cancel(stack_set, operation, locations, TOLERANCE_EXCEEDED)
        else:
            exceeded = _process_region(stack_set, operation, locations) or exceeded
    operation.status, operation.ended_at = "FAILED" if exceeded else "SUCCEEDED", clock.now()


def _process_region(
    stack_set: ServiceManagedStackSet, operation: Deployment, locations: Sequence[AccountRegion]
) -> bool:
    """Return whether the failure tolerance was exceeded."""
    tolerance, failed, left = operation.preferences.tolerance(len(locations)), 0, list(locations)
    while left and failed <= tolerance:
        together = operation.preferences.batch_size(len(locations), failed)
        failed += sum(not _process_instance(stack_set, operation, location) for location in left[:together])
        left = left[together:]
    _cancel(stack_set, operation, left, TOLERANCE_EXCEEDED)
    return failed > tolerance


def _process_instance(stack_set: ServiceManagedStackSet, operation: Deployment, location: AccountRegion) -> bool:
    """Process one instance. Return whether it succeeded."""
    instance = stack_set.instances.get(location)
    reason = None
    if instance is not None and operation.action == "DELETE":
        reason = None if operation.retain_stacks else member_stacks.delete(instance)
        instance.status = "INOPERABLE"
        if reason is None:
            del stack_set.instances[location]
    elif instance is not None:
        reason = member_stacks.deploy(stack_set, instance)
        instance.status = "SUCCEEDED" if reason is None else "FAILED"
        instance.is_outdated = False
    if instance is not None:
        instance.reason = reason
    unit_id = operation.results[location][0]
    operation.results[location] = (unit_id, "SUCCEEDED" if reason is None else "FAILED", reason)
    return reason is None


def _cancel(
    stack_set: ServiceManagedStackSet, operation: Deployment, locations: Sequence[AccountRegion], reason: str
) -> None:
    for location in locations:
        operation.results[location] = (operation.results[location][0], "CANCELLED", reason)
        if location in stack_set.instances:
            stack_set.instances[location].status, stack_set.instances[location].reason = "CANCELLED", reason
