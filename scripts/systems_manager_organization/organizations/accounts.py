"""The accounts of organizational units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.organizations.unit_tree import get_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.aws.session import AwsSession

ACTIVE = "ACTIVE"

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Root.html
_ROOT_PREFIX = "r-"


@dataclass(frozen=True)
class Account:
    """An account of the organization. `state`: `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` or another of AWS's states."""

    id: str
    name: str
    state: str
    email: str = ""
    is_management: bool = False

    @classmethod
    def of(cls, account: dict[str, Any]) -> Account:
        """From a response of AWS."""
        # AWS retires Status in favour of State, and older SDKs know no State.
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
        return cls(
            account["Id"],
            account.get("Name", ""),
            account.get("State") or account.get("Status") or ACTIVE,
            account.get("Email", ""),
            # An ARN has the id of the management account: arn:aws:organizations::MANAGEMENT:account/ORGANIZATION/ID
            f":{account['Id']}:account/" in account.get("Arn", ""),
        )

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    def is_active_member(self, management_account_id: str) -> bool:
        return self.is_active and self.id != management_account_id


def list_accounts_below(
    aws: AwsSession, parent_ids: Iterable[str], missing: set[str] | None = None
) -> Iterator[Account]:
    """The distinct accounts of these organizational units and of all below them, as AWS lists them.

    The root is the whole organization, including the management account. A unit that does not exist is added to
    `missing`, and raises ServiceError without it.
    """
    parents = sorted(set(parent_ids))
    listed: set[str] = set()
    for account in _list(aws, parents, missing):
        if account.id not in listed:
            listed.add(account.id)
            yield account


def get_ancestors(aws: AwsSession, organizational_unit_id: str) -> list[str]:
    """The organizational unit and its ancestors, up to the root; without ancestors if it does not exist."""
    lineage = [organizational_unit_id]
    while not is_root(lineage[-1]) and (parent := get_parent(aws, lineage[-1])):
        lineage.append(parent)
    return lineage


def get_parent(aws: AwsSession, child_id: str) -> str:
    """Id of the root or organizational unit that has the account or unit; "" if it is not in the organization."""
    try:
        # "In the current release, a child can have only a single parent"; but a page may be empty, and another follow.
        # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html
        return str(next(aws.paginate(aws.organizations.list_parents, ChildId=child_id))["Id"])
    except ServiceError as error:
        if error.code != "ChildNotFoundException":
            raise
        return ""


def get_root_id(aws: AwsSession) -> str:
    """The organization's only root."""
    return get_root(aws).id


def list_active_accounts(aws: AwsSession) -> Iterator[Account]:
    """The active accounts of the organization."""
    return (account for account in list_accounts_below(aws, [get_root_id(aws)]) if account.is_active)


def is_root(parent_id: str) -> bool:
    return parent_id.startswith(_ROOT_PREFIX)


def _list(aws: AwsSession, parents: list[str], missing: set[str] | None) -> Iterator[Account]:
    organizations = aws.organizations
    if any(map(is_root, parents)):
        # Pages of twenty of all accounts take fewer calls than one list for each unit.
        yield from map(Account.of, aws.paginate(organizations.list_accounts))
        return
    remaining = list(parents)
    while remaining:
        parent = remaining.pop()
        try:
            yield from map(Account.of, aws.paginate(organizations.list_accounts_for_parent, ParentId=parent))
        except ServiceError as error:
            if missing is None or error.code != "ParentNotFoundException":
                raise
            missing.add(parent)
            continue
        units = aws.paginate(organizations.list_organizational_units_for_parent, ParentId=parent)
        remaining += [unit["Id"] for unit in units]
