"""Trusted access of a service to the organization.

AWS provider 5 can only own the whole list of principals (aws_organizations_organization). Provider 6.39 has
aws_organizations_aws_service_access, which would replace this:
https://github.com/hashicorp/terraform-provider-aws/pull/46993
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

ENABLED, DISABLED = "enabled", "disabled"


class TrustedAccess(SettingKind):
    """The name is the service principal.

    StackSets is a separate setting: with only its principal enabled it fails: "You must enable organizations access to
    operate a service managed stack set".
    https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html
    """

    name = "trusted-access"
    values = f"{ENABLED}|{DISABLED}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        enabled = enabled_principals(aws)
        return {setting.key: ENABLED if setting.name in enabled else DISABLED for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        organizations = aws.organizations
        operation = (
            organizations.enable_aws_service_access if target == ENABLED else organizations.disable_aws_service_access
        )
        aws.call(operation, ServicePrincipal=setting.name)


def enabled_principals(aws: AwsSession) -> set[str]:
    """The services with trusted access. Raises ScriptError."""
    listed = aws.paginate(aws.organizations.list_aws_service_access_for_organization)
    return {principal.get("ServicePrincipal", "") for principal in listed}
