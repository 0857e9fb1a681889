"""The deployment targets of an operation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import ValidationError

from sandbox.services.account.regions import EVERY_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.organizations.models import FakeAccount

    from sandbox.services.organizations.models import Organization

# AWS's message, from public reports.
UNITS_ONLY = "StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target"


@dataclass(frozen=True)
class DeploymentTargets:
    """`filter_type` is the model's AccountFilterType: NONE, INTERSECTION, DIFFERENCE or UNION."""

    unit_ids: tuple[str, ...]
    accounts: frozenset[str] = frozenset()
    filter_type: str = "NONE"

    @classmethod
    def of(
        cls, organization: Organization, requested: dict[str, Any], accounts_aside: Iterable[str]
    ) -> DeploymentTargets:
        """Read the model's DeploymentTargets. Raises ValidationError.

        `accounts_aside` is the parameter Accounts, which is for self-managed permissions (the model).
        """
        unit_ids = tuple(requested.get("OrganizationalUnitIds") or ())
        if not unit_ids or list(accounts_aside):
            raise ValidationError(message=UNITS_ONLY)
        if requested.get("AccountsUrl"):
            raise ValidationError(message="The sandbox reads no AccountsUrl.")
        known = {unit.id for unit in organization.ou}
        missing = sorted(set(unit_ids) - known)
        if missing:
            # ASSUMPTION(stack-sets-operation-order): that the request fails, and the message.
            raise ValidationError(message=f"Organizational units not found: {', '.join(missing)}")
        accounts = frozenset(requested.get("Accounts") or ())
        filter_type = requested.get("AccountFilterType") or ("UNION" if accounts else "NONE")
        if (filter_type == "NONE") is bool(accounts):
            raise ValidationError(message=f"AccountFilterType {filter_type} does not fit the accounts that were given.")
        return cls(unit_ids, accounts, filter_type)

    def unit_of(self, organization: Organization, account: FakeAccount) -> str | None:
        """Return the targeted root or unit that an account is in, None if it is not targeted.

        The management account never is. Units below a target are in it. ASSUMPTION(stack-sets-auto-deployment): of
        several that it is in, the first one; an account of a UNION that is in none of them is named by the unit that it
        is in.
        """
        if account.id == organization.account_id:
            return None
        above = {unit.id for unit in organization.lineage(account.parent_id)}
        unit_id = next((unit_id for unit_id in self.unit_ids if unit_id in above), None)
        if self.filter_type == "UNION" and account.id in self.accounts:
            return unit_id or str(account.parent_id)
        requested = {"INTERSECTION": account.id in self.accounts, "DIFFERENCE": account.id not in self.accounts}
        return unit_id if requested.get(self.filter_type, True) else None

    def by_account(self, organization: Organization) -> dict[str, str]:
        """Return the targeted accounts, including suspended ones, each with the root or unit that targets it."""
        found = {account.id: self.unit_of(organization, account) for account in organization.accounts}
        return {account_id: unit_id for account_id, unit_id in found.items() if unit_id is not None}


def valid_regions(regions: list[str]) -> list[str]:
    """Return the distinct Regions. Raises ValidationError for an unknown one.

    ASSUMPTION(stack-sets-own-words): the message.
    """
    unknown = sorted(set(regions) - set(EVERY_REGION))
    if unknown or not regions:
        raise ValidationError(message=f"Invalid Regions: {', '.join(unknown) or 'none was given'}")
    return sorted(set(regions))
