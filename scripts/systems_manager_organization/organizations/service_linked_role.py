"""A service-linked role, which the console creates implicitly.

aws_iam_service_linked_role fails where the role exists, and deletes it on destroy. One that can adopt what exists would
replace this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

# The names of the roles follow no rule.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html
ROLE_NAMES = {
    "accountdiscovery.ssm.amazonaws.com": "AWSServiceRoleForAmazonSSM_AccountDiscovery",
    "ssm-quicksetup.amazonaws.com": "AWSServiceRoleForSSMQuickSetup",
}
PRESENT, ABSENT = "present", "absent"


class ServiceLinkedRole(SettingKind):
    """The name is the service principal."""

    name = "service-linked-role"
    values = f"{PRESENT}|{ABSENT}"
    always_retained = "other features of Systems Manager in the account may use it"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: PRESENT if role_exists(aws, ROLE_NAMES[setting.name]) else ABSENT for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        aws.call(aws.iam.create_service_linked_role, AWSServiceName=setting.name)


def role_exists(aws: AwsSession, role_name: str) -> bool:
    """Raises ScriptError."""
    return aws.call_or_none("NoSuchEntity", aws.iam.get_role, RoleName=role_name) is not None
