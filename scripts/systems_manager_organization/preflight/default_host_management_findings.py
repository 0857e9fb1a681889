"""Findings for the role of Default Host Management Configuration in the management account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.default_host_management_role import NONE, DefaultHostManagementRole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.records import Record
    from systems_manager_organization.settings.setting import Setting

ROLE_REPLACED = "DEFAULT_HOST_MANAGEMENT_ROLE_REPLACED"
ROLE_NOT_FOUND = "DEFAULT_HOST_MANAGEMENT_ROLE_NOT_FOUND"


def role_findings(
    aws: AwsSession,
    settings: Sequence[Setting],
    observed: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, Record],
    created_roles: Collection[str],
) -> Iterator[Finding]:
    """Findings for roles that do not exist, and for other roles that are set, unless this installation set them.

    `created_roles`: names of roles that Terraform creates. Raises ScriptError.
    """
    for setting in settings:
        if setting.kind != DefaultHostManagementRole.name:
            continue
        yield from _missing_role(aws, setting, created_roles)
        current, record = observed[setting.key]["value"], own.get(setting.key)
        if current in (NONE, setting.value) or (record and record.value == current):
            continue
        yield Finding(
            ROLE_REPLACED,
            setting.name,
            f"Default Host Management Configuration has the role {current} in this account and Region, and this plan "
            f"sets {setting.value}. Destroy restores {observed[setting.key]['previous']}.",
            f'To keep it, set default_host_management.management_account to {{ existing_role_name = "{current}" }}, or '
            "to null, which leaves the account unchanged.",
        )


def _missing_role(aws: AwsSession, setting: Setting, created_roles: Collection[str]) -> Iterator[Finding]:
    """Systems Manager accepts the name of a role that does not exist, and then manages no instance."""
    name = setting.value.rpartition("/")[2]
    if not name or name in created_roles:
        return
    response = aws.call_or_none("NoSuchEntity", aws.iam.get_role, RoleName=name)
    actual = f"{response['Role']['Path']}{name}".removeprefix("/") if response else ""
    if actual == setting.value:
        return
    problem = f"The role of this name is {actual}." if actual else f"Account {aws.account_id} has no role of this name."
    yield Finding(
        ROLE_NOT_FOUND,
        setting.name,
        f"default_host_management.management_account.existing_role_name is {setting.value}, which does not exist. "
        f"{problem} No instance would be managed.",
        f'Set existing_role_name to "{actual}".'
        if actual
        else "Correct the name and its path, or remove existing_role_name: then this module creates a role.",
    )
