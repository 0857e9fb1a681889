"""The account that administers a service for the organization.

aws_organizations_delegated_administrator fails where the account is registered already, and deregisters it on destroy,
upon which AWS deletes the account's Explorer syncs. One that can adopt a registration, and leave it, would replace
this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting

NONE = "none"
SYSTEMS_MANAGER = "ssm.amazonaws.com"
QUICK_SETUP = "ssm-quicksetup.amazonaws.com"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"


class DelegatedAdministrator(SettingKind):
    """The name is the service principal, the value the id of the registered account, or "none".

    Of several administrators, which StackSets may have, it is the desired one if that is among them.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
    """

    name = "delegated-administrator"
    values = f"[0-9]{{12}}|{NONE}"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: _value(list_administrators(aws, setting.name), setting) for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:
        if is_deregistered(setting.name, current, target):
            aws.call(
                aws.organizations.deregister_delegated_administrator,
                AccountId=current,
                ServicePrincipal=setting.name,
            )
        if target != NONE:
            aws.call(
                aws.organizations.register_delegated_administrator, AccountId=target, ServicePrincipal=setting.name
            )


def is_deregistered(principal: str, current: str, target: str) -> bool:
    """Whether a change from `current` to `target` deregisters `current`."""
    return current not in (NONE, target) and (target == NONE or not _takes_several(principal))


def list_administrators(aws: AwsSession, principal: str) -> list[str]:
    """The ids of the accounts that administer the service, sorted. Raises ScriptError."""
    listed = aws.paginate(aws.organizations.list_delegated_administrators, ServicePrincipal=principal)
    return sorted(account["Id"] for account in listed)


def _value(administrators: list[str], setting: Setting) -> str:
    if setting.value in administrators:
        return setting.value
    if _takes_several(setting.name) or not administrators:
        return NONE
    return administrators[0]


def _takes_several(principal: str) -> bool:
    return principal == STACK_SETS
