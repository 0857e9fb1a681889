"""The Regions of one account, and their access by other accounts.

https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-api-modes-of-operation.html
"""

from __future__ import annotations

from moto.account.models import AccountBackend, account_backends

from sandbox.services.account.exceptions import AccessDeniedException, ValidationException
from sandbox.services.account.regions import ENABLED_BY_DEFAULT, EVERY_REGION
from sandbox.services.moto_internals import backend_of
from sandbox.services.organizations.models import find_organization

__all__ = ["SandboxAccountBackend", "account_backend_of", "account_backends"]

ACCOUNT_PRINCIPAL = "account.amazonaws.com"


class SandboxAccountBackend(AccountBackend):
    """moto's backend, with the opt-in Regions that the account has enabled. It is global: one for all Regions."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.enabled_regions: set[str] = set()

    def region_status(self, region: str) -> str:
        """Return the model's RegionOptStatus. Raises ValidationException for a Region that AWS does not have.

        ASSUMPTION(account-errors): the error; the model returns the status of any Region.
        """
        if region not in EVERY_REGION:
            raise ValidationException(f"The Region {region} does not exist.")
        if region in ENABLED_BY_DEFAULT:
            return "ENABLED_BY_DEFAULT"
        return "ENABLED" if region in self.enabled_regions else "DISABLED"

    def regions(self) -> list[tuple[str, str]]:
        """Return every Region with its status."""
        return [(region, self.region_status(region)) for region in EVERY_REGION]

    def on_behalf_of(self, account_id: str | None) -> SandboxAccountBackend:
        """Return the account of the parameter AccountId, by default the caller's.

        Raises AccessDeniedException unless the rules of the parameter AccountId in botocore's model `account` are met:
        the caller is the management account or a delegated administrator, the organization has trusted access for
        Account Management enabled, and the account is a member of it. "The management account can't specify its own
        AccountId. It must call the operation in standalone context"; by the page above no account can: the parameter
        is for a different member account. ASSUMPTION(account-errors): the code, and the order in which the rules are
        checked.
        """
        if account_id is None:
            return self
        organization = find_organization(self.account_id)
        is_administrator = organization is not None and (
            organization.account_id == self.account_id
            or organization.is_delegated_administrator(self.account_id, ACCOUNT_PRINCIPAL)
        )
        if organization is None or not is_administrator:
            raise AccessDeniedException(
                f"Account {self.account_id} is neither the management account nor the delegated administrator of "
                "Account Management."
            )
        if ACCOUNT_PRINCIPAL not in organization.enabled_service_principals():
            raise AccessDeniedException(
                "Your organization must first enable trusted access with AWS Account Management."
            )
        if account_id in {self.account_id, organization.account_id}:
            raise AccessDeniedException(
                f"Account {account_id} can only be managed using the standalone context from the account itself."
            )
        if all(account.id != account_id for account in organization.accounts):
            raise AccessDeniedException(f"Account {account_id} is not a member of your organization.")
        return account_backend_of(account_id)


def account_backend_of(account_id: str) -> SandboxAccountBackend:
    """Return Account Management of an account."""
    return backend_of(account_backends, SandboxAccountBackend, account_id)
