"""The role of Default Host Management Configuration in the account itself.

aws_ssm_service_setting replaces a role that is set already, and resets it on destroy. One that restores the previous
value would replace this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting, SettingContext

NONE = "none"
_SETTING_ID = "/ssm/managed-instance/default-ec2-instance-management-role"


class DefaultHostManagementRole(SettingKind):
    """The name is the Region, the value the name of the role with its path, or "none".

    https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    """

    name = "default-host-management-role"
    values = rf"[\w+=,.@/-]{{1,576}}|{NONE}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: _role_name(aws, setting.name) for setting in settings}

    def change(self, context: SettingContext, setting: Setting, current: str, target: str) -> None:  # noqa: ARG002
        aws, ssm = context.aws, context.aws.ssm_in(setting.name)
        if target == NONE:
            aws.call(ssm.reset_service_setting, SettingId=_SETTING_ID)
        else:
            aws.call(ssm.update_service_setting, SettingId=_SETTING_ID, SettingValue=target)


def _role_name(aws: AwsSession, region: str) -> str:
    setting = aws.call(aws.ssm_in(region).get_service_setting, SettingId=_SETTING_ID)["ServiceSetting"]
    # The default value is a placeholder, "$None".
    return NONE if setting["Status"] == "Default" else setting["SettingValue"]
