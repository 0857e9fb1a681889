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

_MAX_CHOICES = 30


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


def list_accounts_with_ou(aws: AwsSession, scope: Scope) -> Iterator[AccountWithOu]:
    """The accounts of the scope, in any state, as AWS lists them.

    The management account and a delegated administrator may call this.

    Raises:
        QueryError: the organizational unit, or an account in it, does not exist; before any account is returned.
        ScriptError: the organization cannot be listed.
    """
    accounts = _accounts_below(aws, _find_unit(aws, scope.organizational_unit))
    return _filter_accounts(accounts, scope) if scope.account_ids else accounts


def _filter_accounts(accounts: Iterator[AccountWithOu], scope: Scope) -> Iterator[AccountWithOu]:
    missing = set(scope.account_ids)
    found = []
    while missing and (account_with_ou := next(accounts, None)):
        if account_with_ou.account.id in missing:
            missing.remove(account_with_ou.account.id)
            found.append(account_with_ou)
    if missing:
        where = f'organizational unit "{scope.organizational_unit}"' if scope.organizational_unit else "organization"
        raise QueryError(f"There is no account {', '.join(sorted(missing))} in the {where}.")
    return iter(found)


def _accounts_below(aws: AwsSession, top: _Unit) -> Iterator[AccountWithOu]:
    remaining = deque([top])
    while remaining:
        unit = remaining.popleft()
        listed = aws.paginate(aws.organizations.list_accounts_for_parent, ParentId=unit.id)
        yield from (AccountWithOu(Account.of(response), unit.path) for response in listed)
        remaining += _children(aws, unit)


def _find_unit(aws: AwsSession, requested: str) -> _Unit:
    """The unit of this id or path, with the root's name or without; the root when nothing is requested.

    Raises QueryError with the choices.
    """
    roots = [_Unit(root["Id"], root["Name"]) for root in aws.paginate(aws.organizations.list_roots)]
    # "Currently, you can have only one root": https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
    if not requested:
        return roots[0]
    paths = (requested, f"{roots[0].path}/{requested}")
    visited = []
    remaining = deque(roots)
    while remaining:
        unit = remaining.popleft()
        if unit.id == requested or unit.path in paths:
            return unit
        visited.append(unit)
        # Of a path, only its own units are listed, and the first level: AWS allows five calls a second.
        if requested.startswith("ou-") or any(path.startswith(unit.path + "/") for path in paths):
            remaining += _children(aws, unit)
    raise QueryError(f'There is no organizational unit "{requested}": name one of {_choices(visited)}, or its id.')


def _choices(units: Iterable[_Unit]) -> str:
    paths = sorted(unit.path for unit in units)
    more = len(paths) - _MAX_CHOICES
    return ", ".join(f'"{path}"' for path in paths[:_MAX_CHOICES]) + (f" and {more} more" if more > 0 else "")


def _children(aws: AwsSession, unit: _Unit) -> list[_Unit]:
    listed = aws.paginate(aws.organizations.list_organizational_units_for_parent, ParentId=unit.id)
    return [_Unit(child["Id"], f"{unit.path}/{child['Name']}") for child in listed]
