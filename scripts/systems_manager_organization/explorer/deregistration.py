"""Explorer's resource data syncs that AWS deletes when a delegated administrator is deregistered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.explorer.resource_data_syncs import FROM_SOURCE, list_explorer_syncs_of_account

if TYPE_CHECKING:
    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession


class DeregistrationBlockedError(ScriptError):
    """AWS would delete resource data syncs if the account were deregistered."""


@dataclass(frozen=True)
class DeregistrationGuard:
    """How to check what deregistering an administrator would delete.

    Attributes:
        member_role_name: a role of the administrator account, with its path; "": the account is not checked.
        regions: where its resource data syncs may be.
    """

    member_role_name: str = ""
    regions: tuple[str, ...] = ()


def require_safe_deregistration(guard: DeregistrationGuard, aws: AwsSession, account_id: str) -> None:
    """Returns when no sync would be deleted, or when the account cannot be read.

    An account that cannot be read must not stay registered forever: it may be closed. Raises
    DeregistrationBlockedError.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    """
    if not guard.member_role_name:
        return
    try:
        member = AccountSessions(aws, guard.member_role_name).assume_role(account_id)
    except ServiceError as error:
        _warn_unreadable(aws, f"account {account_id}", error.message)
        return
    results = sorted(map_concurrently(partial(_syncs_in, member), guard.regions), key=lambda syncs: syncs.region)
    for reason in sorted({syncs.unreadable for syncs in results} - {""}):
        regions = ", ".join(syncs.region for syncs in results if syncs.unreadable == reason)
        _warn_unreadable(aws, f"account {account_id}, {regions}", reason)
    deleted = [f"{name} ({syncs.region})" for syncs in results for name in syncs.names]
    if deleted:
        raise DeregistrationBlockedError(
            f"account {account_id} cannot be deregistered as the delegated administrator, because AWS would delete "
            f"its resource data syncs of the organization: {', '.join(deleted)}. Destroy the configuration of "
            "the administrator account first (the one that calls modules/explorer), then this one. Or delete the "
            f"syncs, in that account: aws ssm delete-resource-data-sync --region REGION --sync-type {FROM_SOURCE} "
            "--sync-name NAME"
        )


@dataclass(frozen=True)
class _Syncs:
    """The syncs of the organization in one Region, or why they could not be listed; "" if they were."""

    region: str
    names: tuple[str, ...] = ()
    unreadable: str = ""


def _syncs_in(member: AccountSession, region: str) -> _Syncs:
    try:
        syncs = list_explorer_syncs_of_account(member, region)
    except ScriptError as error:
        return _Syncs(region, unreadable=error_message(error))
    # Quick Setup deletes its own with its configurations, and no other principal may delete them.
    return _Syncs(region, tuple(sync.name for sync in syncs if sync.is_of_organization and not sync.is_quick_setups))


def _warn_unreadable(aws: AwsSession, where: str, why: str) -> None:
    aws.warn(f"Explorer's resource data syncs in {where} could not be listed, and AWS deletes those that exist. {why}")
