"""Accounts of the organization, and the asynchronous requests that create them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.organizations import utils
from moto.organizations.models import FakeAccount, FakeOrganization, FakePolicy

from sandbox.services.iam.models import iam_backend_of

# ASSUMPTION(organizations-account-creation-time): AWS publishes no figure for the time that it takes to create an
# account.
CREATION_TIME = timedelta(seconds=30)
DEFAULT_ACCESS_ROLE = "OrganizationAccountAccessRole"


class Account(FakeAccount):
    """An account whose id is given.

    moto's constructor generates a random id and creates the access role at once.
    """

    def __init__(
        self,
        organization: FakeOrganization,
        *,
        account_id: str,
        name: str,
        email: str,
        joined_at: datetime,
        joined_method: str = "CREATED",
        status: str = "ACTIVE",
        tags: dict[str, str] | None = None,
    ) -> None:
        self.type = "ACCOUNT"
        self.region = organization.region
        self.organization_id = organization.id
        self.master_account_id = organization.master_account_id
        self.create_account_status_id = utils.make_random_create_account_status_id()
        self.id = account_id
        self.name = name
        self.email = email
        self.create_time = joined_at
        self.status = status
        self.state = status
        self.joined_method = joined_method
        self.parent_id = organization.root_id
        self.attached_policies: list[FakePolicy] = []
        self.tags = dict(tags or {})

    def describe(self) -> dict[str, Any]:
        return {
            "Id": self.id,
            "Arn": self.arn,
            "Email": self.email,
            "Name": self.name,
            "Status": self.status,
            "State": self.state,
            "JoinedMethod": self.joined_method,
            "JoinedTimestamp": self.create_time.timestamp(),
        }

    def close(self) -> None:
        super().close()
        # Status and State name the same thing differently: a closed account is SUSPENDED by its Status and CLOSED by
        # its State. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
        self.state = "CLOSED"

    def create_access_role(self, role_name: str, trusted_account_id: str | None = None) -> None:
        """Create the role for access from the management account, or another given account.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
        """
        backend = iam_backend_of(self.id)
        account_id = trusted_account_id or self.master_account_id
        backend.create_trusted_role(role_name, {"AWS": f"arn:aws:iam::{account_id}:root"})
        backend.attach_role_policy("arn:aws:iam::aws:policy/AdministratorAccess", role_name)


@dataclass(kw_only=True)
class AccountRequest:
    """One CreateAccount, which AWS carries out in the background."""

    id: str
    name: str
    email: str
    role_name: str
    tags: dict[str, str]
    requested_at: datetime
    completed_at: datetime | None = None
    account_id: str | None = None
    failure_reason: str | None = None

    def is_due(self, now: datetime) -> bool:
        return self.completed_at is None and now >= self.requested_at + CREATION_TIME

    def describe(self) -> dict[str, Any]:
        """Return it as the model's CreateAccountStatus."""
        status: dict[str, Any] = {
            "Id": self.id,
            "AccountName": self.name,
            "State": self._state(),
            "RequestedTimestamp": self.requested_at.timestamp(),
        }
        if self.completed_at is not None:
            status["CompletedTimestamp"] = self.completed_at.timestamp()
        if self.account_id is not None:
            status["AccountId"] = self.account_id
        if self.failure_reason is not None:
            status["FailureReason"] = self.failure_reason
        return status

    def _state(self) -> str:
        if self.completed_at is None:
            return "IN_PROGRESS"
        return "SUCCEEDED" if self.failure_reason is None else "FAILED"
