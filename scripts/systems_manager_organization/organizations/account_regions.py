"""What is read in several Regions of every account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.errors import OF_EVERY_ACCOUNT, ScriptError
from systems_manager_organization.organizations.accounts import list_active_accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import TypeAlias

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession

    Reader: TypeAlias = Callable[[AccountSession, str], Sequence["T"]]

T = TypeVar("T")


@dataclass(frozen=True)
class Readings(Generic[T]):
    """What was found, by account and Region, and what could not be read."""

    account_ids: list[str]
    found: list[T]
    errors: list[str]


def read_account_regions(
    aws: AwsSession,
    role_name: str,
    actions: Sequence[str],
    regions: Sequence[str],
    read: Reader[T],
    *,
    only: Collection[str] | None = None,
) -> Readings[T]:
    """Calls `read` for each Region of each active account; without a role, of the account of the credentials alone.

    Args:
        role_name: a role of every member account, with its path, or empty.
        actions: what the role needs for it.
        only: the ids of the accounts to read; None: all of them.

    Raises ScriptError when the accounts cannot be listed.
    """
    account_ids = sorted(one.id for one in list_active_accounts(aws)) if role_name else [aws.account_id]
    account_ids = [id_ for id_ in account_ids if only is None or id_ in only]
    of_account = partial(_read_account, AccountSessions(aws, role_name, actions), regions, read)
    readings = sorted(map_concurrently(of_account, account_ids), key=lambda reading: reading.account_ids)
    return Readings(
        account_ids,
        [item for reading in readings for item in reading.found],
        [error for reading in readings for error in reading.errors],
    )


def _read_account(sessions: AccountSessions, regions: Sequence[str], read: Reader[T], account_id: str) -> Readings[T]:
    try:
        member = sessions.assume_role(account_id)
    except OF_EVERY_ACCOUNT:
        raise
    except ScriptError as error:
        return Readings([account_id], [], [f"Account {account_id}: {error_message(error)}"])
    answers = [_read_or_error(member, region, read) for region in regions]
    found = [item for items, _ in answers for item in items]
    return Readings([account_id], found, [error for _, error in answers if error])


def _read_or_error(member: AccountSession, region: str, read: Reader[T]) -> tuple[Sequence[T], str]:
    try:
        return read(member, region), ""
    except ScriptError as error:
        return (), error_message(error)
