"""Resource sharing of AWS RAM within the organization.

aws_ram_sharing_with_organization disables it on destroy also where it was enabled before, and deletes its
service-linked role. One that restores the previous value would replace this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import ScriptError
from systems_manager_organization.organizations.service_linked_role import role_exists
from systems_manager_organization.organizations.trusted_access import enabled_principals
from systems_manager_organization.settings.setting import IrreversibleError, SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

PRINCIPAL, ROLE_NAME = "ram.amazonaws.com", "AWSServiceRoleForResourceAccessManager"
ENABLED, DISABLED, INCOMPLETE = "enabled", "disabled", "incomplete"


class SharingError(ScriptError):
    """AWS RAM did not enable resource sharing, and returned no error."""


class ResourceSharing(SettingKind):
    """The name is `organization`. `incomplete` is trusted access without the service-linked role: nothing is shared.

    https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html#getting-started-sharing-orgs
    """

    name = "resource-sharing"
    values = f"{ENABLED}|{DISABLED}|{INCOMPLETE}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        value = _value(aws)
        return {setting.key: value for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        if target == INCOMPLETE:
            raise IrreversibleError(f"trusted access of {PRINCIPAL} was enabled before, without {ROLE_NAME}")
        if target == DISABLED:
            # https://docs.aws.amazon.com/ram/latest/userguide/security-disable-sharing-with-orgs.html
            aws.call(aws.organizations.disable_aws_service_access, ServicePrincipal=PRINCIPAL)
        # ASSUMPTION(resource-sharing-is-repeatable): also where it is enabled, or incomplete.
        elif not aws.call(aws.ram.enable_sharing_with_aws_organization)["returnValue"]:
            raise SharingError(
                "ram:EnableSharingWithAwsOrganization returned false, which means that it failed. In the management "
                "account: aws ram enable-sharing-with-aws-organization"
            )


def _value(aws: AwsSession) -> str:
    if PRINCIPAL not in enabled_principals(aws):
        return DISABLED
    return ENABLED if role_exists(aws, ROLE_NAME) else INCOMPLETE
