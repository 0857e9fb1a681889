"""An organization that keeps AWS's rules.

moto keeps the lists of accounts, organizational units, principals and delegated administrators; what may be done to
them is decided here. Reasons are those of botocore's model `organizations` (ConstraintViolationException and
InvalidInputException).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.organizations.exceptions import AccountAlreadyRegisteredException
from moto.organizations.models import FakeAccount, FakeDelegatedAdministrator, organizations_backends

from sandbox.clock import clock
from sandbox.services.iam.models import create_service_linked_role_once
from sandbox.services.moto_internals import backend_of
from sandbox.services.organizations import exceptions, principals
from sandbox.services.organizations.membership import Membership

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Organization", "deregistration_hooks", "find_organization", "organizations_backends"]

# By service principal, what a service does when its administrator is deregistered; it is given the account's id. The
# other services register their hooks, because they import Organizations and not the reverse.
deregistration_hooks: dict[str, Callable[[str], None]] = {}

# https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-ssm.html and
# .../services-that-can-integrate-resource-explorer.html: trusted access creates them in the management account.
SERVICE_LINKED_ROLES = {
    "ssm.amazonaws.com": "accountdiscovery.ssm.amazonaws.com",
    "resource-explorer-2.amazonaws.com": "resource-explorer-2.amazonaws.com",
}


class Organization(Membership):
    """The organization of a management account: structure, accounts, trusted access, delegated administrators."""

    # Trusted access

    def enabled_service_principals(self) -> list[str]:
        """Return the service principals that have trusted access, sorted."""
        return sorted(service["ServicePrincipal"] for service in self.services)

    def enable_aws_service_access(self, **kwargs: str) -> None:
        self.require_all_features()
        service_principal = kwargs["ServicePrincipal"]
        principals.require_trusted(service_principal)
        # ASSUMPTION(organizations-trusted-access): enabling what is enabled succeeds and changes nothing.
        if service_principal not in self.enabled_service_principals():
            self.services.append({"ServicePrincipal": service_principal, "DateEnabled": clock.now().timestamp()})
        if service_principal in SERVICE_LINKED_ROLES:
            create_service_linked_role_once(self.account_id, SERVICE_LINKED_ROLES[service_principal])

    def disable_aws_service_access(self, **kwargs: str) -> None:
        service_principal = kwargs["ServicePrincipal"]
        principals.require_trusted(service_principal)
        # ASSUMPTION(organizations-trusted-access): an error while an administrator is registered, as AWS documents it
        # for StackSets
        # (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html).
        if self.administrators_for(service_principal):
            raise exceptions.ConstraintViolationException(
                f"Deregister the delegated administrators of {service_principal} first.",
                reason="DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
            )
        if service_principal == principals.STACK_SETS_PRINCIPAL:
            # "Disabling trusted access programmatically" removes StackSets' permission too (same page).
            self.stack_sets_access = "DISABLED"
        self.services = [service for service in self.services if service["ServicePrincipal"] != service_principal]

    # Delegated administrators

    def register_delegated_administrator(self, **kwargs: str) -> None:
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
        # ASSUMPTION(organizations-errors): the order of these checks.
        account_id, service_principal = kwargs["AccountId"], kwargs["ServicePrincipal"]
        self.require_all_features()
        principals.require_delegable(service_principal)
        account = self._delegable_account(account_id)
        if service_principal not in self.enabled_service_principals():
            raise exceptions.ConstraintViolationException(
                f"Trusted access for {service_principal} is not enabled.", reason="SERVICE_ACCESS_NOT_ENABLED"
            )
        if self.is_delegated_administrator(account_id, service_principal):
            raise AccountAlreadyRegisteredException
        self._require_room_for_administrator(service_principal)
        administrator = next((known for known in self.admins if known.account.id == account_id), None)
        if administrator is None:
            administrator = FakeDelegatedAdministrator(account)
            # moto stamps its own, real time.
            administrator.enabled_date = clock.now()
            self.admins.append(administrator)
        administrator.services[service_principal] = {
            "ServicePrincipal": service_principal,
            "DelegationEnabledDate": clock.now().timestamp(),
        }

    def deregister_delegated_administrator(self, **kwargs: str) -> None:
        account_id, service_principal = kwargs["AccountId"], kwargs["ServicePrincipal"]
        principals.require_delegable(service_principal)
        self.get_account_by_id(account_id)
        self.require_registered(account_id, service_principal)
        administrator = next(known for known in self.admins if known.account.id == account_id)
        del administrator.services[service_principal]
        if not administrator.services:
            self.admins.remove(administrator)
        if service_principal in deregistration_hooks:
            deregistration_hooks[service_principal](account_id)

    def require_registered(self, account_id: str, service_principal: str | None = None) -> None:
        """Raise AccountNotRegisteredException unless the account administers the service, or any."""
        if not self.is_delegated_administrator(account_id, service_principal):
            raise exceptions.AccountNotRegisteredException(
                f"Account {account_id} is not a registered delegated administrator"
                + (f" for {service_principal}." if service_principal else ".")
            )

    # Parts of the rules

    def _delegable_account(self, account_id: str) -> FakeAccount:
        if account_id == self.account_id:
            raise exceptions.ConstraintViolationException(
                "You can't register the management account as a delegated administrator.",
                reason="CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            )
        account = self.get_account_by_id(account_id)
        if account.status != "ACTIVE":
            raise exceptions.ConstraintViolationException(
                f"Account {account_id} is {account.status}.",
                reason="CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            )
        return account

    def _require_room_for_administrator(self, service_principal: str) -> None:
        maximum = principals.maximum_administrators(service_principal)
        registered = self.administrators_for(service_principal)
        if len(registered) < maximum:
            return
        # ASSUMPTION(organizations-errors): the first reason where a service takes one administrator, the second where
        # it takes several.
        reason = (
            "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"
            if maximum == 1
            else "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"
        )
        accounts = ", ".join(administrator.account.id for administrator in registered)
        raise exceptions.ConstraintViolationException(
            f"{service_principal} takes {maximum} delegated administrator(s) and has {accounts}.", reason=reason
        )


def find_organization(account_id: str) -> Organization | None:
    """Return the organization that the account manages or is a member of, None when it is in none."""
    management_account_id, partition = organizations_backends.master_accounts.get(account_id, (account_id, "aws"))
    backend = backend_of(organizations_backends, Organization, management_account_id, partition)
    return backend if backend.org is not None else None
