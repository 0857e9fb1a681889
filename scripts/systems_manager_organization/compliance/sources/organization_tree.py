"""The accounts of an organization, each with where it is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError
from systems_manager_organization.organizations.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.result_sink import Scope

_MOST_CHOICES = 30


@dataclass(frozen=True)
class AccountWithOu:
    """An account. `organizational_unit` is the path of its unit, from the root: `Root/Workloads/Production`."""

    account: Account
    organizational_unit: str


@dataclass(frozen=True)
class _Unit:
    """A root or organizational unit."""

    id: str
    path: str


def placed_accounts(aws: AwsSession, scope: Scope) -> Iterator[AccountWithOu]:
    """The accounts of the scope, of any state, as AWS tells them: the first are there long before the last.

    The management account and a delegated administrator may ask this.

    Raises:
        QueryError: there is no such organizational unit, or no such account in it; before any account is told.
        ScriptError: the organization cannot be listed.
    """
    walk = _accounts_below(aws, _top(aws, scope.organizational_unit))
    return _only(walk, scope) if scope.account_ids else walk


def _only(walk: Iterator[AccountWithOu], scope: Scope) -> Iterator[AccountWithOu]:
    missing = set(scope.account_ids)
    found = []
    while missing and (placed := next(walk, None)):
        if placed.account.id in missing:
            missing.remove(placed.account.id)
            found.append(placed)
    if missing:
        where = f'organizational unit "{scope.organizational_unit}"' if scope.organizational_unit else "organization"
        raise QueryError(f"There is no account {', '.join(sorted(missing))} in the {where}.")
    return iter(found)


def _accounts_below(aws: AwsSession, top: _Unit) -> Iterator[AccountWithOu]:
    remaining = deque([top])
    while remaining:
        unit = remaining.popleft()
        listed = aws.paginate(aws.organizations.list_accounts_for_parent, "Accounts", ParentId=unit.id)
        yield from (AccountWithOu(Account.of(told), unit.path) for told in listed)
        remaining += _children(aws, unit)


def _top(aws: AwsSession, wanted: str) -> _Unit:
    """The unit of this id or path; the root when nothing is wanted. Raises QueryError with the choices."""
    roots = [_Unit(root["Id"], root["Name"]) for root in aws.paginate(aws.organizations.list_roots, "Roots")]
    # "Currently, you can have only one root": https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
    if not wanted:
        return roots[0]
    seen = []
    remaining = deque(roots)
    while remaining:
        unit = remaining.popleft()
        if wanted in (unit.id, unit.path):
            return unit
        seen.append(unit)
        # Of a path, only what lies on it is asked for: five calls a second are all that AWS answers.
        if wanted.startswith((unit.path + "/", "ou-")):
            remaining += _children(aws, unit)
    raise QueryError(f'There is no organizational unit "{wanted}": name one of {_choices(seen)}, or its id.')


def _choices(units: Iterable[_Unit]) -> str:
    paths = sorted(unit.path for unit in units)
    more = len(paths) - _MOST_CHOICES
    return ", ".join(f'"{path}"' for path in paths[:_MOST_CHOICES]) + (f" and {more} more" if more > 0 else "")


def _children(aws: AwsSession, unit: _Unit) -> list[_Unit]:
    listed = aws.paginate(
        aws.organizations.list_organizational_units_for_parent, "OrganizationalUnits", ParentId=unit.id
    )
    return [_Unit(child["Id"], f"{unit.path}/{child['Name']}") for child in listed]
