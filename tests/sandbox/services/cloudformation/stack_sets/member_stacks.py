"""The stack of a StackSet in one account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import CloudFormationError, ValidationError

from sandbox.services.account.models import account_backend_of
from sandbox.services.cloudformation.models import NOTHING_TO_UPDATE, cloudformation_backend_of
from sandbox.services.cloudformation.operation import Operation, operation
from sandbox.services.cloudformation.stack_sets.member_roles import find_denial, stack_sets_role
from sandbox.services.cloudformation.stacks import UPDATABLE_STATUSES
from sandbox.services.cloudformation.templates import valid_template
from sandbox.services.injected_failures import InjectedFailures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.services.cloudformation.models import SandboxCloudFormationBackend
    from sandbox.services.cloudformation.stack_sets.service_managed import Instance, ServiceManagedStackSet
    from sandbox.services.cloudformation.stacks import Stack


injected_failures = InjectedFailures()


def deploy(stack_set: ServiceManagedStackSet, instance: Instance) -> str | None:
    """Create or update the stack. Return the failure reason, None on success."""
    location = (instance.account_id, instance.region)
    reason = injected_failures.reason(stack_set.name, *location) or _disabled_region(stack_set, instance)
    if reason is not None:
        return reason
    cloudformation = cloudformation_backend_of(*location)
    existing = _existing(cloudformation, instance)
    known = {} if existing is None else existing.template_dict["Resources"]
    resources = [(name, one["Type"]) for name, one in _resources(stack_set).items() if name not in known]
    action = "CreateStack" if existing is None else "UpdateStack"
    denied = _denial(instance, action, stack_set.stack_name(location), resources)
    if denied is not None:
        return denied
    try:
        with operation(Operation(instance.last_operation_id)):
            stack = _deployed(stack_set, instance, cloudformation)
    except CloudFormationError as error:
        # Such as a parameter without a value.
        return f"ResourceLogicalId:N/A, ResourceType:N/A, ResourceStatusReason:{error.message}."
    instance.stack_id = stack.stack_id
    return None if stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"} else _reason(stack)


def delete(instance: Instance) -> str | None:
    """Delete the stack, if there is one. Return why that failed, None if it did not."""
    cloudformation = cloudformation_backend_of(instance.account_id, instance.region)
    stack = _existing(cloudformation, instance)
    if stack is None:
        return None
    denied = _denial(instance, "DeleteStack", stack.name)
    if denied is not None:
        return denied
    with operation(Operation(instance.last_operation_id)):
        cloudformation.delete_stack(stack.stack_id)
    return None if stack.status == "DELETE_COMPLETE" else _reason(stack)


def _denial(instance: Instance, action: str, stack_name: str, created: Iterable[tuple[str, str]] = ()) -> str | None:
    location = (instance.account_id, instance.region)
    return find_denial(location, stack_sets_role(instance.account_id), action, stack_name, created)


def _resources(stack_set: ServiceManagedStackSet) -> dict[str, Any]:
    return dict(valid_template(stack_set.template)["Resources"])


def _deployed(
    stack_set: ServiceManagedStackSet, instance: Instance, cloudformation: SandboxCloudFormationBackend
) -> Stack:
    stack = _existing(cloudformation, instance)
    parameters = {**stack_set.parameters, **instance.overrides}
    if stack is not None and stack.status not in UPDATABLE_STATUSES:
        # ASSUMPTION(stack-sets-auto-deployment): a stack whose creation failed is deleted and recreated.
        cloudformation.delete_stack(stack.stack_id)
        stack = None
    if stack is None:
        name = stack_set.stack_name((instance.account_id, instance.region))
        return cloudformation.create_stack(name, stack_set.template, parameters, tags=dict(stack_set.tags))
    requested = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    try:
        return cloudformation.update_stack(stack.stack_id, stack_set.template, None, requested, dict(stack_set.tags))
    except ValidationError as error:
        if error.message != NOTHING_TO_UPDATE:
            raise
        # ASSUMPTION(stack-sets-auto-deployment): a stack that is as it should be, be it after an update that was rolled
        # back, is a success.
        return stack


def _existing(cloudformation: SandboxCloudFormationBackend, instance: Instance) -> Stack | None:
    """The stack; None if it was never created, or was deleted in the account."""
    return next((stack for stack in cloudformation.active_stacks() if stack.stack_id == instance.stack_id), None)


def _disabled_region(stack_set: ServiceManagedStackSet, instance: Instance) -> str | None:
    """The target account must have its Region enabled, and so must the management account.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html
    ASSUMPTION(stack-sets-own-words): the message.
    """
    for account_id in (instance.account_id, stack_set.account_id):
        if account_backend_of(account_id).region_status(instance.region) == "DISABLED":
            return f"Region {instance.region} is not enabled in account {account_id}."
    return None


def _reason(stack: Stack) -> str:
    """The failure reason as StackSets reports it: of the first resource that failed in the last operation."""
    started = max(
        (number for number, event in enumerate(stack.events) if event.resource_status_reason == "User Initiated"),
        default=0,
    )
    failed = next((event for event in stack.events[started:] if event.resource_status.endswith("_FAILED")), None)
    if failed is None:
        return f"The stack is {stack.status}."
    return (
        f"ResourceLogicalId:{failed.logical_resource_id}, ResourceType:{failed.resource_type}, "
        f"ResourceStatusReason:{failed.resource_status_reason}."
    )
