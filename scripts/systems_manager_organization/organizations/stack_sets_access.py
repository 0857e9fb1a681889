"""Activation of CloudFormation StackSets for the organization, by which Quick Setup deploys to other accounts.

No version of the AWS provider has a resource for it; one that calls ActivateOrganizationsAccess would replace this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

ENABLED, DISABLED = "ENABLED", "DISABLED"


class StackSetsAccess(SettingKind):
    """AWS also has DISABLED_PERMANENTLY and documents no difference: here both are DISABLED.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeOrganizationsAccess.html
    """

    name = "stack-sets-access"
    values = f"{ENABLED}|{DISABLED}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        status = aws.call(aws.cloudformation.describe_organizations_access)["Status"]
        return {setting.key: ENABLED if status == ENABLED else DISABLED for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        cloudformation = aws.cloudformation
        if target == ENABLED:
            aws.call(cloudformation.activate_organizations_access)
        else:
            aws.call(cloudformation.deactivate_organizations_access)
