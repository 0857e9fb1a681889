"""Every kind of setting, in the order in which settings are changed; they are changed back in the opposite order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.explorer.resource_data_sync import ResourceDataSync
from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.default_host_management_role import DefaultHostManagementRole
from systems_manager_organization.organizations.delegated_administrator import QUICK_SETUP, DelegatedAdministrator
from systems_manager_organization.organizations.resource_sharing import ResourceSharing
from systems_manager_organization.organizations.service_linked_role import ServiceLinkedRole
from systems_manager_organization.organizations.service_setting import SETTING_IDS, ServiceSetting
from systems_manager_organization.organizations.stack_sets_access import StackSetsAccess
from systems_manager_organization.organizations.trusted_access import TrustedAccess

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from systems_manager_organization.settings.setting import SettingKind

KINDS: Mapping[str, SettingKind] = {
    kind.name: kind
    for kind in (
        TrustedAccess(),
        StackSetsAccess(),
        ResourceSharing(),
        ServiceLinkedRole(),
        AccountPlacement(),
        DelegatedAdministrator(),
        ResourceDataSync(),
        DefaultHostManagementRole(),
        *(ServiceSetting(name, setting_id) for name, setting_id in SETTING_IDS.items()),
    )
}

# AWS's page says that registering Quick Setup's administrator registers it for its other services as well: those first.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
_LAST_OF_KIND = f"{DelegatedAdministrator.name}/{QUICK_SETUP}"

# What has to stay as long as something of the others could not be changed back.
FOUNDATIONS = (TrustedAccess.name, StackSetsAccess.name)


def sort_by_kind(keys: Iterable[str]) -> list[str]:
    """Keys of settings, in the order in which they are changed."""
    order = list(KINDS)
    return sorted(keys, key=lambda key: (order.index(key.partition("/")[0]), key == _LAST_OF_KIND, key))
