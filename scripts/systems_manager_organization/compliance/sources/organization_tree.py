"""The accounts of an organization, each with where it is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError
from systems_manager_organization.organizations.accounts import Account
from systems_manager_organization.organizations.unit_tree import (
    Unit,
    get_root,
    list_children,
    nearest_units,
    suggest_units,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.result_sink import Scope

_MAX_CHOICES = 30
# An account id with one or two other digits.
_CUTOFF = 0.85


@dataclass(frozen=True)
class AccountWithOu:
    """An account. `organizational_unit` is the path of its unit, from the root: `Root/Workloads/Production`."""

    account: Account
    organizational_unit: str


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
    found, known = [], []
    while missing and (account_with_ou := next(accounts, None)):
        known.append(account_with_ou.account.id)
        if account_with_ou.account.id in missing:
            missing.remove(account_with_ou.account.id)
            found.append(account_with_ou)
    if missing:
        where = f'organizational unit "{scope.organizational_unit}"' if scope.organizational_unit else "organization"
        nearest = sorted({match for unknown in missing for match in get_close_matches(unknown, known, 1, _CUTOFF)})
        suggestion = f" Did you mean {' and '.join(nearest)}?" if nearest else ""
        raise QueryError(f"There is no account {', '.join(sorted(missing))} in the {where}.{suggestion}")
    return iter(found)


def _accounts_below(aws: AwsSession, top: Unit) -> Iterator[AccountWithOu]:
    remaining, known = deque([top]), set[str]()
    while remaining:
        unit = remaining.popleft()
        for account in map(Account.of, aws.paginate(aws.organizations.list_accounts_for_parent, ParentId=unit.id)):
            # One that is moved meanwhile may be in two units, and its nodes would count twice.
            if account.id not in known:
                known.add(account.id)
                yield AccountWithOu(account, unit.path)
        remaining += list_children(aws, unit)


def _find_unit(aws: AwsSession, requested: str) -> Unit:
    """The unit of this id or path, with the root's name or without; the root when nothing is requested.

    Raises QueryError with the nearest units, or with the choices.
    """
    root = get_root(aws)
    if not requested:
        return root
    paths = (requested, f"{root.path}/{requested}")
    visited = []
    remaining = deque([root])
    while remaining:
        unit = remaining.popleft()
        if unit.id == requested or unit.path in paths:
            return unit
        visited.append(unit)
        # Of a path, only its own units are listed, and the first level: AWS allows five calls a second.
        if requested.startswith("ou-") or any(path.startswith(unit.path + "/") for path in paths):
            remaining += list_children(aws, unit)
    nearest = suggest_units(nearest_units(aws, requested))
    advice = f".{nearest}" if nearest else f": name one of {_choices(visited)}, or its id."
    raise QueryError(f'There is no organizational unit "{requested}"{advice}')


def _choices(units: Iterable[Unit]) -> str:
    paths = sorted(unit.path for unit in units)
    more = len(paths) - _MAX_CHOICES
    return ", ".join(f'"{path}"' for path in paths[:_MAX_CHOICES]) + (f" and {more} more" if more > 0 else "")
