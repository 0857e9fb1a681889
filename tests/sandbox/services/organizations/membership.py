"""Accounts of the organization: creation, moves, closure and removal."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from moto.organizations import utils
from moto.organizations.exceptions import AccountNotFoundException
from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, organizations_backends

from sandbox.clock import clock
from sandbox.services.organizations import exceptions
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE, Account, AccountRequest
from sandbox.services.organizations.policies import SERVICE_CONTROL
from sandbox.services.organizations.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.policies.evaluation import Permission

# WAIT_PERIOD_ACTIVE in botocore's model `organizations`.
MINIMUM_AGE_TO_REMOVE = timedelta(days=4)

FIRST_CREATED_ACCOUNT = 900000000001

# By service, what it does when an account has joined, moved or left; it is given the ids of the management account and
# of that account. Other services register their hooks, because they import Organizations and not the reverse.
account_moved_hooks: dict[str, Callable[[str, str], None]] = {}


class Membership(Structure):
    """The accounts of a management account's organization."""

    def add_account(self, account: Account, parent_id: str) -> None:
        """Add an account to the organization."""
        self._require_parent(parent_id)
        account.parent_id = parent_id
        self.accounts.append(account)
        self._attach_default_policies(account)
        organizations_backends.master_accounts[account.id] = (self.account_id, self.partition)
        self._notify_account_moved(account.id)

    def create_account(self, **kwargs: Any) -> dict[str, Any]:
        role_name = kwargs.get("RoleName") or DEFAULT_ACCESS_ROLE
        if role_name.startswith("AWSServiceRoleFor"):
            raise exceptions.InvalidInputException(
                "You provided a role name that isn't valid.", reason="INVALID_ROLE_NAME"
            )
        request = AccountRequest(
            id=utils.make_random_create_account_status_id(),
            name=kwargs["AccountName"],
            email=kwargs["Email"],
            role_name=role_name,
            tags={tag["Key"]: tag["Value"] for tag in kwargs.get("Tags", [])},
            requested_at=clock.now(),
        )
        self.account_requests[request.id] = request
        return {"CreateAccountStatus": request.describe()}

    def describe_create_account_status(self, **kwargs: Any) -> dict[str, Any]:
        request = self.account_requests.get(kwargs["CreateAccountRequestId"])
        if request is None:
            raise exceptions.CreateAccountStatusNotFoundException("No request to create an account has this id.")
        return {"CreateAccountStatus": request.describe()}

    def complete_account_requests(self) -> None:
        """Create the accounts of due requests."""
        now = clock.now()
        for request in self.account_requests.values():
            if request.is_due(now):
                self._complete(request, now)

    def describe_account(self, **kwargs: Any) -> dict[str, Any]:
        return {"Account": self.summary_of_account(self.get_account_by_id(kwargs["AccountId"]))}

    def summary_of_account(self, account: FakeAccount) -> dict[str, Any]:
        """Return the model's Account."""
        path = self._path_of(self.lineage(account.parent_id)) + f"{account.id}/"
        return {**account.describe(), "Paths": [path]}

    def accounts_in(self, parent_id: str) -> list[FakeAccount]:
        """Return the accounts directly in a root or unit. Raises ParentNotFoundException."""
        self._require_parent(parent_id)
        return [account for account in self.accounts if account.parent_id == parent_id]

    def move_account(self, **kwargs: Any) -> None:
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html, its list of errors.
        account = self.get_account_by_id(kwargs["AccountId"])
        source, destination = kwargs["SourceParentId"], kwargs["DestinationParentId"]
        if not self._exists(destination):
            raise exceptions.DestinationParentNotFoundException("We can't find the destination container.")
        # ASSUMPTION(organizations-errors): the same error for a source that does not exist and for one that does not
        # hold the account.
        if account.parent_id != source:
            raise exceptions.SourceParentNotFoundException(f"Account {account.id} is not in {source}.")
        if source == destination:
            raise exceptions.DuplicateAccountException(f"Account {account.id} is already in {destination}.")
        account.parent_id = destination
        self._notify_account_moved(account.id)

    def close_account(self, **kwargs: Any) -> None:
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
        account = self.get_account_by_id(kwargs["AccountId"])
        self.require_all_features()
        if account.id == self.account_id:
            raise exceptions.ConstraintViolationException(
                "You can't close the management account of an organization.", reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
            )
        self._require_not_delegated(account.id)
        account.close()

    def remove_account_from_organization(self, **kwargs: str) -> None:
        account = self.get_account_by_id(kwargs["AccountId"])
        if account.id == self.account_id:
            raise exceptions.MasterCannotLeaveOrganizationException("The management account can't leave.")
        self._require_not_delegated(account.id)
        if account.joined_method == "CREATED" and clock.now() - account.create_time < MINIMUM_AGE_TO_REMOVE:
            raise exceptions.ConstraintViolationException(
                f"Account {account.id} was created less than {MINIMUM_AGE_TO_REMOVE.days} days ago.",
                reason="WAIT_PERIOD_ACTIVE",
            )
        for policy in list(account.attached_policies):
            policy.attachments.remove(account)
        self.accounts.remove(account)
        organizations_backends.master_accounts.pop(account.id, None)
        self._notify_account_moved(account.id)

    def parent_of(self, child_id: str) -> FakeOrganizationalUnit:
        """Return what holds an account or organizational unit. Raises ChildNotFoundException."""
        children: list[FakeAccount | FakeOrganizationalUnit] = [*self.accounts, *self.ou]
        child = next((child for child in children if child.id == child_id and child.parent_id), None)
        if child is None:
            raise exceptions.ChildNotFoundException("You specified a child that doesn't exist.")
        return self.get_organizational_unit_by_id(str(child.parent_id))

    def get_account_by_id(self, account_id: str) -> FakeAccount:
        account = next((account for account in self.accounts if account.id == account_id), None)
        if account is None:
            raise AccountNotFoundException
        return account

    def is_subject_to_service_control(self, account_id: str) -> bool:
        """Return whether service control policies affect the account.

        "SCPs don't affect users or roles in the management account":
        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        """
        return account_id != self.account_id and SERVICE_CONTROL in self.enabled_policy_types()

    def service_control_denial(self, account_id: str, identity_arn: str, permission: Permission) -> str | None:
        """Return the end of AWS's message if a service control policy denies a user or role of an account.

        "SCPs do not affect any service-linked role" (the same page).
        """
        if not self.is_subject_to_service_control(account_id) or ":role/aws-service-role/" in identity_arn:
            return None
        account = self.get_account_by_id(account_id)
        return self.denial_at([*self.lineage(account.parent_id), account], permission)

    # Parts of the rules

    def _notify_account_moved(self, account_id: str) -> None:
        for hook in account_moved_hooks.values():
            hook(self.account_id, account_id)

    def _complete(self, request: AccountRequest, now: datetime) -> None:
        request.completed_at = now
        if any(account.email.casefold() == request.email.casefold() for account in self.accounts):
            request.failure_reason = "EMAIL_ALREADY_EXISTS"
            return
        account = Account(
            self.established,
            account_id=self._unused_account_id(),
            name=request.name,
            email=request.email,
            joined_at=now,
            tags=request.tags,
        )
        self.add_account(account, self.established.root_id)
        account.create_access_role(request.role_name)
        request.account_id = account.id

    def _unused_account_id(self) -> str:
        # Deterministic, so that runs can be compared.
        known = {account.id for account in self.accounts} | set(organizations_backends.master_accounts)
        # Those of accounts that left are theirs for ever.
        known |= {request.account_id for request in self.account_requests.values() if request.account_id}
        return next(account_id for number in count(FIRST_CREATED_ACCOUNT) if (account_id := str(number)) not in known)

    def _require_not_delegated(self, account_id: str) -> None:
        # ASSUMPTION(organizations-errors): closing fails with the same reason as removing; the model describes the
        # latter only.
        if self.is_delegated_administrator(account_id):
            raise exceptions.ConstraintViolationException(
                f"Account {account_id} is a delegated administrator. Deregister it first.",
                reason="CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            )
