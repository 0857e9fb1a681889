"""Change Manager's rule about its administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.services.organizations.models import Organization
    from sandbox.services.ssmquicksetup.manager import Definition


def failed_precondition(organization: Organization, definition: Definition) -> str | None:
    """Return that the administrator shares its place with others, None when it is alone.

    "The delegated administrator account must be the only member of the organizational unit (OU) to which it's assigned
    in Organizations": https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-organization-setup.html
    ASSUMPTION: that the deployment fails for it, and its words; suspended accounts count, accounts in units below do
    not; the root is such a unit too.
    """
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
