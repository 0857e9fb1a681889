"""Trusted access between StackSets and Organizations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
"""

from __future__ import annotations

from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends

from sandbox.cloudformation.exceptions import InvalidOperationException
from sandbox.iam.models import create_service_linked_role_once
from sandbox.organizations.models import Organization, organization_of
from sandbox.organizations.principals import STACK_SETS_PRINCIPAL

__all__ = ["SandboxCloudFormationBackend", "cloudformation_backends"]

# ASSUMPTION: the text is StackSets' own for stack sets; AWS's pages give none for these three operations.
NOT_THE_ADMINISTRATOR = (
    "You must be the management account or delegated admin account of an organization before operating a "
    "SERVICE_MANAGED stack set"
)


class SandboxCloudFormationBackend(CloudFormationBackend):
    """CloudFormation of one account and Region. The activation is the organization's, whatever the Region."""

    def activate_organizations_access(self) -> None:
        """Let StackSets deploy to the organization. Harmless when repeated (ASSUMPTION).

        Enabling the principal with EnableAWSServiceAccess alone does not do this: StackSets then still refuses to work
        (pepperize/cdk-organizations issue 1718).
        """
        organization = self._managed_organization()
        if organization.established.feature_set != "ALL":
            raise InvalidOperationException("Your organization must have all features enabled.")
        organization.enable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)
        organization.stack_sets_access = "ENABLED"
        create_service_linked_role_once(self.account_id, "stacksets.cloudformation.amazonaws.com")

    def deactivate_organizations_access(self) -> None:
        """Take StackSets' access away. Harmless when repeated (ASSUMPTION)."""
        organization = self._managed_organization()
        # "Before you deactivate trusted access ... you must deregister all delegated administrators."
        if organization.administrators_for(STACK_SETS_PRINCIPAL):
            raise InvalidOperationException("You must deregister all delegated administrators of StackSets first.")
        organization.disable_aws_service_access(ServicePrincipal=STACK_SETS_PRINCIPAL)

    def organizations_access(self, call_as: str) -> str:
        """Return ENABLED or DISABLED, to the management account or to a delegated administrator who says so."""
        organization = organization_of(self.account_id)
        if organization is None:
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        is_administrator = organization.is_delegated_administrator(self.account_id, STACK_SETS_PRINCIPAL)
        if organization.account_id != self.account_id and not (call_as == "DELEGATED_ADMIN" and is_administrator):
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        return organization.stack_sets_access

    def _managed_organization(self) -> Organization:
        organization = organization_of(self.account_id)
        if organization is None or organization.account_id != self.account_id:
            raise InvalidOperationException(NOT_THE_ADMINISTRATOR)
        return organization
