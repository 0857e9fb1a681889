"""Findings for the role of Default Host Management Configuration in the management account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.default_host_management_role import NONE, DefaultHostManagementRole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from systems_manager_organization.settings.records import Record
    from systems_manager_organization.settings.setting import Setting

ROLE_REPLACED = "DEFAULT_HOST_MANAGEMENT_ROLE_REPLACED"


def role_findings(
    settings: Sequence[Setting], observed: Mapping[str, Mapping[str, Any]], own: Mapping[str, Record]
) -> Iterator[Finding]:
    """Findings for other roles that are set, unless this installation set them."""
    for setting in settings:
        if setting.kind != DefaultHostManagementRole.name:
            continue
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
