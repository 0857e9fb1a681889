"""The role of Default Host Management Configuration in the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.organizations.service_setting import ServiceSetting, customized_in

if TYPE_CHECKING:
    from systems_manager_organization.aws.account_sessions import AccountSession

NONE = "none"
SETTING_ID = "/ssm/managed-instance/default-ec2-instance-management-role"


class DefaultHostManagementRole(ServiceSetting):
    """The value is the name of the role with its path, or "none".

    https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    """

    name = "default-host-management-role"
    values = rf"[\w+=,.@/-]{{1,576}}|{NONE}"
    unset = NONE

    def __init__(self) -> None:
        super().__init__(self.name, SETTING_ID)


def default_host_management_role(member: AccountSession, region: str) -> str:
    """The value in an account and Region. Raises ScriptError."""
    found = customized_in(member, region, SETTING_ID)
    return found["SettingValue"] if found else NONE
