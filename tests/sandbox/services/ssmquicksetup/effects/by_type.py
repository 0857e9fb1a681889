"""The resources of each type beyond its StackSet. Types that are not named here create none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.ssmquicksetup.configuration_types.catalog import (
    CHANGE_MANAGER,
    DEFAULT_HOST_MANAGEMENT,
    OPS_CENTER,
)
from sandbox.services.ssmquicksetup.effects import associations, default_host_management, ops_center

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.organizations.models import Organization
    from sandbox.services.ssmquicksetup.manager import Definition, Deployed


def failed_precondition(organization: Organization, definition: Definition) -> str | None:
    """Return which precondition in the organization is not met, None if all are.

    "The delegated administrator account must be the only member of the organizational unit (OU) to which it's assigned
    in Organizations": https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html
    ASSUMPTION(change-manager-sole-account): the deployment fails, and its message; suspended accounts count, accounts
    in child OUs do not; the root counts as an OU.
    """
    if definition.type.name != CHANGE_MANAGER:
        return None
    administrator_id = definition.parameters["DelegatedAccountId"]
    parent_id = next((account.parent_id for account in organization.accounts if account.id == administrator_id), None)
    others = sorted(
        account.id
        for account in organization.accounts
        if account.parent_id == parent_id and account.id != administrator_id
    )
    if not others:
        return None
    return (
        f"The delegated administrator account {administrator_id} must be the only member of its organizational unit "
        f"{parent_id}, which also has {', '.join(others)}."
    )


def conflict(definition: Definition, account_id: str) -> str | None:
    """Return the failure reason of one account, None if there is none."""
    return ops_center.conflict_in_member(definition, account_id) if definition.type.name == OPS_CENTER else None


def create(definition: Definition, deployed: Deployed, at: datetime) -> None:
    """Create the resources of one account and Region."""
    if definition.type.name == DEFAULT_HOST_MANAGEMENT:
        default_host_management.create(definition, deployed, at)


def create_account_resources(definition: Definition) -> str | None:
    """Make what belongs to accounts, once all of them are deployed to; return which other stack set failed, if one."""
    return ops_center.create(definition) if definition.type.name == OPS_CENTER else None


def remove(definition: Definition, deployed: Deployed) -> None:
    """Delete what was created in one account and Region."""
    associations.remove(definition, deployed)
    default_host_management.remove(deployed)


def remove_account_resources(definition: Definition) -> None:
    """Delete the resources of the accounts."""
    if definition.type.name == OPS_CENTER:
        ops_center.remove(definition)
