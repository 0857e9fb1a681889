"""Changes of service-managed StackSets: access control and validation.

botocore's model `cloudformation` documents parameters and errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import StackSetNotEmpty, StackSetNotFoundException, ValidationError

from sandbox.services.cloudformation import exceptions
from sandbox.services.cloudformation.models import (
    NOT_THE_ADMINISTRATOR,
    SandboxCloudFormationBackend,
    cloudformation_backend_of,
)
from sandbox.services.cloudformation.stack_sets import deployments
from sandbox.services.cloudformation.stack_sets.preferences import Preferences
from sandbox.services.cloudformation.stack_sets.service_managed import Instance, ServiceManagedStackSet
from sandbox.services.cloudformation.stack_sets.targets import DeploymentTargets, valid_regions
from sandbox.services.cloudformation.templates import valid_template
from sandbox.services.organizations.models import Organization, find_organization
from sandbox.services.organizations.principals import STACK_SETS_PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.cloudformation.stack_sets.service_managed import Deployment
    from sandbox.services.cloudformation.stack_sets.stack_set import AccountRegion

# AWS's messages, from public reports.
NOT_ACTIVATED = "You must enable organizations access to operate a service managed stack set"
NOT_DELEGATED = "Account used is not a delegated administrator"

Request = dict[str, Any]


def create(account_id: str, region: str, request: Request) -> ServiceManagedStackSet:
    """Create a StackSet, which always belongs to the management account.

    Raises ValidationError and NameAlreadyExistsException.
    """
    management = _management(account_id, region, request)
    name = str(request["StackSetName"])
    if request.get("AdministrationRoleARN") or request.get("ExecutionRoleName"):
        # ASSUMPTION(stack-sets-own-words): the message; by the model the roles are those of self-managed permissions.
        raise ValidationError(message="StackSets with SERVICE_MANAGED permission model take no roles.")
    if management.has_active_stack_set(name):
        raise exceptions.NameAlreadyExistsException(f"StackSet {name} already exists")
    known = [one for one in management.service_managed_stack_sets if one.name == name]
    stack_set = ServiceManagedStackSet(
        name=name,
        account_id=management.account_id,
        region=region,
        template=_template(request, None),
        description=request.get("Description"),
        parameters=_parameters(request.get("Parameters") or [], {}),
        tags=_tags(request),
        capabilities=tuple(request.get("Capabilities") or ()),
        auto_deployment=_auto_deployment(request, {"Enabled": False}),
        managed_execution=_managed_execution(request, now=False),
        generation=len(known),
    )
    management.service_managed_stack_sets.append(stack_set)
    return stack_set


def update(stack_set: ServiceManagedStackSet, request: Request) -> Deployment:
    """Update a StackSet, and its stacks: all, or those in the deployment targets."""
    _require_idle(stack_set, request)
    managed_execution = _managed_execution(request, now=stack_set.managed_execution)
    if managed_execution is not stack_set.managed_execution and stack_set.unfinished:
        raise exceptions.InvalidOperationException(
            "You can't modify your StackSet's execution configuration while there are running or queued operations."
        )
    preferences = _preferences(request)
    requested = request.get("DeploymentTargets") or {}
    locations = _instances(stack_set, request) if requested else dict(_whole(stack_set))
    template = _template(request, stack_set.template)
    auto_deployment = _auto_deployment(request, stack_set.auto_deployment)
    if request.get("Parameters") is not None:
        stack_set.parameters = _parameters(request["Parameters"], stack_set.parameters)
    stack_set.tags = stack_set.tags if request.get("Tags") is None else _tags(request)
    stack_set.description = request.get("Description", stack_set.description)
    stack_set.capabilities = tuple(request.get("Capabilities") or ())
    stack_set.template, stack_set.auto_deployment = template, auto_deployment
    stack_set.managed_execution = managed_execution
    for instance in stack_set.instances.values():
        instance.is_outdated = True
    return deployments.begin(
        stack_set,
        "UPDATE",
        locations,
        operation_id=request.get("OperationId"),
        targets=requested,
        preferences=preferences,
    )


def delete(stack_set: ServiceManagedStackSet) -> None:
    """Delete a StackSet that has no instances any more. Raises StackSetNotEmptyException."""
    if stack_set.unfinished:
        raise exceptions.OperationInProgressException(f"Another Operation on StackSet {stack_set.name} is in progress")
    if stack_set.instances:
        raise StackSetNotEmpty
    stack_set.status = "DELETED"


def create_instances(stack_set: ServiceManagedStackSet, request: Request) -> Deployment:
    """Deploy to the accounts of the targets, and with automatic deployment to those that join."""
    _require_idle(stack_set, request)
    organization = _organization_of(stack_set)
    targets = DeploymentTargets.of(organization, request.get("DeploymentTargets") or {}, request.get("Accounts") or [])
    if targets.filter_type == "UNION":
        # "UNION is not supported for create operations" (the model, AccountFilterType).
        raise ValidationError(message="AccountFilterType UNION is not supported for CreateStackInstances.")
    regions, preferences = valid_regions(request.get("Regions") or []), _preferences(request)
    by_account = targets.by_account(organization)
    locations = {(account_id, region): unit_id for account_id, unit_id in by_account.items() for region in regions}
    overrides = _parameters(request.get("ParameterOverrides") or [], {})
    stack_set.add_targets(targets.unit_ids, regions)
    operation = _begin(stack_set, "CREATE", locations, request, preferences)
    for location, unit_id in locations.items():
        instance = stack_set.instances.setdefault(location, Instance(*location, unit_id, "PENDING", None, operation.id))
        instance.overrides = overrides
    return operation


def update_instances(stack_set: ServiceManagedStackSet, request: Request) -> Deployment:
    """Override the parameters of instances, and update their stacks."""
    _require_idle(stack_set, request)
    locations, preferences = _instances(stack_set, request), _preferences(request)
    overrides = request.get("ParameterOverrides")
    for location in locations if overrides is not None else ():
        instance = stack_set.instances[location]
        instance.overrides = _parameters(overrides or [], instance.overrides)
    return _begin(stack_set, "UPDATE", locations, request, preferences)


def delete_instances(stack_set: ServiceManagedStackSet, request: Request) -> Deployment:
    """Delete instances, with their stacks unless these are retained."""
    _require_idle(stack_set, request)
    organization = _organization_of(stack_set)
    targets = DeploymentTargets.of(organization, request.get("DeploymentTargets") or {}, request.get("Accounts") or [])
    locations, preferences = _instances(stack_set, request), _preferences(request)
    if targets.filter_type == "NONE":
        stack_set.remove_targets(targets.unit_ids, valid_regions(request.get("Regions") or []))
    return _begin(stack_set, "DELETE", locations, request, preferences)


def stop(stack_set: ServiceManagedStackSet, operation_id: str) -> None:
    """Stop an operation. Raises OperationNotFoundException and InvalidOperationException."""
    stack_set.operation(operation_id)
    running = next((one for one in stack_set.unfinished if one.id == operation_id), None)
    if running is None:
        raise exceptions.InvalidOperationException(f"Operation {operation_id} is not in progress")
    deployments.stop(stack_set, running)


def changeable(account_id: str, region: str, request: Request) -> ServiceManagedStackSet:
    """Return the StackSet of the request. Raises StackSetNotFoundException, also for Quick Setup's."""
    name = str(request["StackSetName"])
    management = _management(account_id, region, request)
    for stack_set in management.service_managed_stack_sets:
        if name in {stack_set.name, stack_set.id} and stack_set.status == "ACTIVE":
            return stack_set
    raise StackSetNotFoundException(name)


# Parts of the rules


def _begin(
    stack_set: ServiceManagedStackSet,
    action: str,
    locations: dict[AccountRegion, str],
    request: Request,
    preferences: Preferences,
) -> Deployment:
    return deployments.begin(
        stack_set,
        action,
        locations,
        operation_id=request.get("OperationId"),
        targets=request.get("DeploymentTargets"),
        preferences=preferences,
        retain_stacks=bool(request.get("RetainStacks")),
    )


def _management(account_id: str, region: str, request: Request) -> SandboxCloudFormationBackend:
    """Return CloudFormation of the management account. Raises ValidationError for callers without access."""
    organization = find_organization(account_id)
    if request.get("CallAs") == "DELEGATED_ADMIN":
        if organization is None or not organization.is_delegated_administrator(account_id, STACK_SETS_PRINCIPAL):
            raise ValidationError(message=NOT_DELEGATED)
    elif organization is None or organization.account_id != account_id:
        raise ValidationError(message=NOT_THE_ADMINISTRATOR)
    if organization.stack_sets_access != "ENABLED":
        raise ValidationError(message=NOT_ACTIVATED)
    return cloudformation_backend_of(organization.account_id, region)


def _organization_of(stack_set: ServiceManagedStackSet) -> Organization:
    organization = find_organization(stack_set.account_id)
    if organization is None:
        raise ValidationError(message=NOT_THE_ADMINISTRATOR)
    return organization


def _require_idle(stack_set: ServiceManagedStackSet, request: Request) -> None:
    """One operation at a time, unless managed execution queues them."""
    operation_id = request.get("OperationId")
    if any(operation.id == operation_id for operation in stack_set.operations):
        raise exceptions.OperationIdAlreadyExistsException(f"Operation {operation_id} already exists")
    if stack_set.unfinished and not stack_set.managed_execution:
        raise exceptions.OperationInProgressException(
            f"Another Operation on StackSet {stack_set.name} is in progress: {stack_set.unfinished[0].id}"
        )


def _whole(stack_set: ServiceManagedStackSet) -> Mapping[AccountRegion, str]:
    """ "Stacks in this state [INOPERABLE] are excluded from further UpdateStackSet operations" (the model)."""
    return {
        location: str(instance.organizational_unit_id)
        for location, instance in stack_set.instances.items()
        if instance.status != "INOPERABLE"
    }


def _instances(stack_set: ServiceManagedStackSet, request: Request) -> dict[AccountRegion, str]:
    """Return the existing instances in the targets.

    ASSUMPTION(stack-sets-operation-order): missing ones are no error.
    """
    organization = _organization_of(stack_set)
    targets = DeploymentTargets.of(organization, request.get("DeploymentTargets") or {}, request.get("Accounts") or [])
    regions, by_account = valid_regions(request.get("Regions") or []), targets.by_account(organization)
    return {
        location: str(instance.organizational_unit_id)
        for location, instance in stack_set.instances.items()
        if location[0] in by_account and location[1] in regions
    }


def _preferences(request: Request) -> Preferences:
    return Preferences(request.get("OperationPreferences") or {})


def _template(request: Request, now: str | None) -> str:
    body: str | None = request.get("TemplateBody")
    if now is not None and body is None and request.get("UsePreviousTemplate"):
        return now
    valid_template(body)
    return str(body)


def _parameters(requested: list[dict[str, Any]], now: Mapping[str, str]) -> dict[str, str]:
    return {
        one["ParameterKey"]: now.get(one["ParameterKey"], "") if one.get("UsePreviousValue") else one["ParameterValue"]
        for one in requested
    }


def _tags(request: Request) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []}


def _auto_deployment(request: Request, now: dict[str, Any]) -> dict[str, Any]:
    requested: dict[str, Any] | None = request.get("AutoDeployment")
    if requested is None:
        return now
    if not requested.get("Enabled") and "RetainStacksOnAccountRemoval" in requested:
        # "Specify only if Enabled is set to True" (the model).
        raise ValidationError(message="RetainStacksOnAccountRemoval is for automatic deployments that are enabled.")
    return requested


def _managed_execution(request: Request, *, now: bool) -> bool:
    requested = request.get("ManagedExecution")
    return now if requested is None else bool(requested.get("Active"))
