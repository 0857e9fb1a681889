"""Trusted access between StackSets and Organizations, service-managed StackSets and Quick Setup's, and stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import StackSetNotFoundException, ValidationError
from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends

from sandbox.services.cloudformation.exceptions import InvalidOperationException
from sandbox.services.cloudformation.resources import ResourceFailure
from sandbox.services.cloudformation.stack_sets.stack_set import SERVICE_MANAGED, StackSet
from sandbox.services.cloudformation.stacks import UPDATABLE_STATUSES, Stack
from sandbox.services.cloudformation.templates import valid_template
from sandbox.services.iam.models import create_service_linked_role_once
from sandbox.services.moto_internals import backend_of
from sandbox.services.organizations.models import Organization, find_organization
from sandbox.services.organizations.principals import STACK_SETS_PRINCIPAL

if TYPE_CHECKING:
    from sandbox.services.cloudformation.stack_sets.service_managed import ServiceManagedStackSet

__all__ = ["SandboxCloudFormationBackend", "cloudformation_backend_of", "cloudformation_backends"]

# ASSUMPTION(stack-sets-access-words): the text is StackSets' own for stack sets; AWS's pages give none for
# these three operations.
NOT_THE_ADMINISTRATOR = (
    "You must be the management account or delegated admin account of an organization before operating a "
    "SERVICE_MANAGED stack set"
)

# A stack that a change set is to create.
IN_REVIEW = "REVIEW_IN_PROGRESS"
NOTHING_TO_UPDATE = "No updates are to be performed."


class SandboxCloudFormationBackend(CloudFormationBackend):
    """CloudFormation of one account and Region. The activation is the organization's, whatever the Region."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: User-created StackSets with self-managed permissions are moto's `stacksets`.
        self.quick_setup_stack_sets: list[StackSet] = []
        #: In the management account, also those that delegated administrators create; deleted ones included.
        self.service_managed_stack_sets: list[ServiceManagedStackSet] = []

    def activate_organizations_access(self) -> None:
        """Activate trusted access of StackSets. Idempotent (pepperize/cdk-organizations issue 1718).

        Enabling the principal with EnableAWSServiceAccess alone does not do this: StackSets then still fails
        (pepperize/cdk-organizations issue 1718).
        """
        organization = self._managed_organization()
        if organization.established.feature_set != "ALL":
            raise InvalidOperationException("Your organization must have all features enabled.")
        organization.enable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)
        organization.stack_sets_access = "ENABLED"
        create_service_linked_role_once(self.account_id, "stacksets.cloudformation.amazonaws.com")

    def deactivate_organizations_access(self) -> None:
        """Deactivate trusted access of StackSets. Idempotent."""
        organization = self._managed_organization()
        # "Before you deactivate trusted access ... you must deregister all delegated administrators."
        if organization.administrators_for(STACK_SETS_PRINCIPAL):
            raise InvalidOperationException("You must deregister all delegated administrators of StackSets first.")
        organization.disable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)

    def organizations_access(self, call_as: str) -> str:
        """Return ENABLED or DISABLED, to the management account or a delegated administrator with CallAs."""
        organization = find_organization(self.account_id)
        if organization is None:
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        is_administrator = organization.is_delegated_administrator(self.account_id, STACK_SETS_PRINCIPAL)
        if organization.account_id != self.account_id and not (call_as == "DELEGATED_ADMIN" and is_administrator):
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        return organization.stack_sets_access

    # Stacks

    def create_stack(self, name: str, template: str, *args: Any, **kwargs: Any) -> Stack:
        valid_template(template)
        stack = self._sandbox_stack(super().create_stack(name, template, *args, **kwargs))
        for export in stack.exports:
            if export.name in self.exports:
                stack.roll_back_creation(f"Export with name {export.name} is already exported.")
                break
        self._update_indexes(stack)
        return stack

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> Stack:
        stack = self._sandbox_stack(self.get_stack(name))
        if stack.status not in UPDATABLE_STATUSES:
            raise ValidationError(message=_not_updatable(stack))
        new, old = valid_template(template), stack.template_dict["Resources"]
        retyped = [key for key, one in new["Resources"].items() if key in old and old[key]["Type"] != one["Type"]]
        if retyped:
            raise ValidationError(
                message="Update of resource type is not permitted. The new template modifies resource type of the "
                f"following resources: [{', '.join(retyped)}]"
            )
        requested = self._resolve_update_parameters(instance=stack, incoming_params=parameters)
        if stack.has_template(template) and requested == stack.parameters and tags in (None, stack.tags):
            raise ValidationError(message=NOTHING_TO_UPDATE)
        # Raises for parameters that lack a value, before anything is touched.
        type(stack)(stack.stack_id, name, template, requested or stack.parameters, self.account_id, self.region_name)
        super().update_stack(name, template, role_arn, parameters, tags)
        self._update_indexes(stack)
        return stack

    def delete_stack(self, name_or_stack_id: str) -> None:
        """Delete a stack, if it exists. It is DELETE_FAILED if a resource cannot be deleted."""
        for stack in self.active_stacks():
            if name_or_stack_id in {stack.name, stack.stack_id}:
                stack.delete()
                self._update_indexes(stack)

    def create_change_set(
        self, stack_name: str, change_set_name: str, template: str, *args: Any, **kwargs: Any
    ) -> tuple[str, str]:
        valid_template(template)
        for stack in self.active_stacks():
            if stack_name in {stack.name, stack.stack_id} and stack.status not in {*UPDATABLE_STATUSES, IN_REVIEW}:
                raise ValidationError(message=_not_updatable(stack))
        return super().create_change_set(stack_name, change_set_name, template, *args, **kwargs)

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = self.describe_change_set(change_set_name)
        try:
            super().execute_change_set(change_set_name, stack_name)
        except ResourceFailure as failure:
            if change_set is not None:
                self._sandbox_stack(self.get_stack(change_set.stack_id)).roll_back_update(failure)

    def create_stack_set(self, name: str, template: str, *args: Any, **kwargs: Any) -> Any:
        valid_template(template)
        return super().create_stack_set(name, template, *args, **kwargs)

    def active_stacks(self) -> list[Stack]:
        """Return the stacks that are not deleted."""
        return [self._sandbox_stack(stack) for stack in self.stacks.values()]

    def _sandbox_stack(self, stack: Any) -> Stack:
        if not isinstance(stack, Stack):
            raise TypeError("sandbox.services.installation.install() must run before moto creates its first stack")
        return stack

    def _update_indexes(self, stack: Stack) -> None:
        """Update the exports, and move a deleted stack to the deleted stacks."""
        self.exports = {
            name: export for name, export in self.exports.items() if export.exporting_stack_id != stack.stack_id
        }
        if stack.status == "DELETE_COMPLETE":
            self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)
        else:
            self.exports |= {export.name: export for export in stack.exports}

    # StackSets

    def add_stack_set(self, stack_set: StackSet) -> StackSet:
        """Add a StackSet of Quick Setup and return it."""
        self.quick_setup_stack_sets.append(stack_set)
        return stack_set

    def visible_stack_sets(self, call_as: str) -> list[StackSet]:
        """Return those that the caller sees, deleted ones included.

        SELF: those of the account. DELEGATED_ADMIN: "all StackSets with service-managed permissions in the management
        account" (botocore model `cloudformation`, ListStackSets), for a delegated administrator of StackSets. Raises
        ValidationError for other accounts; the model lists no error, the text is in the documentation of Terraform's
        aws_cloudformation_stack_set.
        """
        if call_as == "SELF":
            return [*self.quick_setup_stack_sets, *self.service_managed_stack_sets]
        organization = find_organization(self.account_id)
        if organization is None or not organization.is_delegated_administrator(self.account_id, STACK_SETS_PRINCIPAL):
            raise ValidationError(message="Account used is not a delegated administrator")
        management = cloudformation_backend_of(organization.account_id, self.region_name)
        every = management.visible_stack_sets("SELF")
        return [known for known in every if known.permission_model == SERVICE_MANAGED]

    def has_active_stack_set(self, name: str) -> bool:
        """Return whether the name is taken, by whomever."""
        known = self.visible_stack_sets("SELF")
        return name in self.stacksets or any(one.name == name and one.status == "ACTIVE" for one in known)

    def visible_stack_set(self, name_or_id: str, call_as: str) -> StackSet | None:
        """Return one that the caller sees and that is not deleted; None when it may be one of moto's.

        Raises StackSetNotFoundException for a delegated administrator, which moto does not support.
        """
        for stack_set in self.visible_stack_sets(call_as):
            if name_or_id in {stack_set.name, stack_set.id} and stack_set.status == "ACTIVE":
                return stack_set
        if call_as != "SELF":
            raise StackSetNotFoundException(name_or_id)
        return None

    def _managed_organization(self) -> Organization:
        organization = find_organization(self.account_id)
        if organization is None or organization.account_id != self.account_id:
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        return organization


def _not_updatable(stack: Stack) -> str:
    return f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."


def cloudformation_backend_of(account_id: str, region: str) -> SandboxCloudFormationBackend:
    """Return CloudFormation of an account and Region."""
    return backend_of(cloudformation_backends, SandboxCloudFormationBackend, account_id, region)
