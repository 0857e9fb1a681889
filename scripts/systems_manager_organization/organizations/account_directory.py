"""The accounts of organizational units: each set of units is listed once."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Protocol

from systems_manager_organization.organizations.accounts import ACTIVE, Account, list_accounts_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.aws.session import AwsSession


class Deployment(Protocol):
    """A deployment to one account, or to organizational units."""

    @property
    def account_id(self) -> str: ...

    @property
    def organizational_unit_ids(self) -> Sequence[str]: ...


class AccountDirectory:
    """The accounts of organizational units.

    `missing`: the units that do not exist, of those that were listed. They have no accounts: the configuration of a
    unit that was deleted is reported, and can be deleted.
    """

    def __init__(self, aws: AwsSession) -> None:
        self._aws = aws
        self._lock = Lock()
        self.missing: set[str] = set()
        self._cache: dict[tuple[str, ...], list[Account]] = {}
        self._occupied: dict[str, bool] = {}

    def read(self, deployments: Iterable[Deployment]) -> None:
        """Lists the accounts of all of these, for `of`. Raises ScriptError."""
        for deployment in deployments:
            self.of(deployment)

    def of(self, deployment: Deployment) -> list[Account]:
        """The accounts that something is deployed to. Raises ScriptError."""
        if deployment.account_id:
            return [Account(deployment.account_id, "", ACTIVE)]
        return self.in_units(deployment.organizational_unit_ids)

    def in_units(self, unit_ids: Iterable[str]) -> list[Account]:
        """The accounts of these units. Raises ScriptError."""
        units = tuple(sorted(set(unit_ids)))
        with self._lock:
            if units not in self._cache:
                self._cache[units] = list(list_accounts_below(self._aws, units, self.missing))
            return self._cache[units]

    def has_active_member(self, unit_id: str) -> bool:
        """Whether there is an active member account in or below the unit, by as few pages as show it.

        Raises ScriptError.
        """
        with self._lock:
            if unit_id not in self._occupied:
                listed = self._cache.get((unit_id,))
                accounts = list_accounts_below(self._aws, [unit_id], self.missing) if listed is None else listed
                self._occupied[unit_id] = any(account.is_active_member(self._aws.account_id) for account in accounts)
            return self._occupied[unit_id]

    def stream(self, unit_ids: Iterable[str]) -> Iterator[Account]:
        """The same, as they are listed: without waiting for the last page. Raises ScriptError."""
        units = tuple(sorted(set(unit_ids)))
        with self._lock:
            if units in self._cache:
                yield from self._cache[units]
                return
            listed = []
            for account in list_accounts_below(self._aws, units, self.missing):
                listed.append(account)
                yield account
            self._cache[units] = listed
