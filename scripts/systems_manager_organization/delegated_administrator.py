"""The account that administers a service for the organization.

aws_organizations_delegated_administrator fails where the account is registered already, and deregisters it on destroy,
upon which AWS deletes the account's Explorer syncs. One that can adopt a registration, and leave it, would replace
this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.crowd import each
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.members import Members
from systems_manager_organization.resource_data_syncs import FROM_SOURCE, explorer_syncs_of_member
from systems_manager_organization.settings import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.connection import Connection
    from systems_manager_organization.members import Member
    from systems_manager_organization.settings import DeregistrationGuard, Setting, SettingContext

NONE = "none"
SYSTEMS_MANAGER = "ssm.amazonaws.com"


class DeregistrationBlockedError(ScriptError):
    """Deregistering the account now would make AWS delete something."""


class DelegatedAdministrator(SettingKind):
    """The name is the service principal, the value the id of the registered account, or "none".

    Of several administrators, which StackSets may have, it is the desired one if that is among them.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
    """

    name = "delegated-administrator"
    values = f"[0-9]{{12}}|{NONE}"

    def read(self, aws: Connection, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: _value(_administrators(aws, setting.name), setting) for setting in settings}

    def change(self, context: SettingContext, setting: Setting, current: str, target: str) -> None:
        """Raises DeregistrationBlockedError where AWS would delete resource data syncs."""
        aws, several = context.aws, _takes_several(setting.name)
        if current != NONE and (target == NONE or not several):
            if setting.name == SYSTEMS_MANAGER:
                refuse_loss(aws, context.guard, current)
            aws.call(
                aws.organizations.deregister_delegated_administrator,
                AccountId=current,
                ServicePrincipal=setting.name,
            )
        if target != NONE:
            aws.call(
                aws.organizations.register_delegated_administrator, AccountId=target, ServicePrincipal=setting.name
            )


def refuse_loss(aws: Connection, guard: DeregistrationGuard, account_id: str) -> None:
    """Returns where no sync would be deleted, or where the account could not be looked into.

    An account that cannot be looked into must not stay registered for ever: it may be closed. Raises
    DeregistrationBlockedError.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    """
    if not guard.member_role_name:
        return
    try:
        member = Members(aws, guard.member_role_name).enter(account_id)
    except ServiceError as error:
        _warn_unseen(aws, f"account {account_id}", error.message)
        return
    found = sorted(each(partial(_syncs_in, member), guard.regions), key=lambda syncs: syncs.region)
    for syncs in found:
        if syncs.unreadable:
            _warn_unseen(aws, f"account {account_id} and Region {syncs.region}", syncs.unreadable)
    deleted = [f"{name} ({syncs.region})" for syncs in found for name in syncs.names]
    if deleted:
        raise DeregistrationBlockedError(
            f"account {account_id} is to be deregistered as the delegated administrator, and AWS would delete the "
            f"resource data syncs of the organization that it has: {', '.join(deleted)}. Destroy the configuration of "
            "the administrator account first (the one that calls modules/explorer), then this one. Or delete the "
            f"syncs, in that account: aws ssm delete-resource-data-sync --region REGION --sync-type {FROM_SOURCE} "
            "--sync-name NAME"
        )


@dataclass(frozen=True)
class _Syncs:
    """The syncs of the organization in one Region, or why they could not be listed ("": they were)."""

    region: str
    names: tuple[str, ...] = ()
    unreadable: str = ""


def _syncs_in(member: Member, region: str) -> _Syncs:
    try:
        syncs = explorer_syncs_of_member(member, region)
    except ScriptError as error:
        return _Syncs(region, unreadable=error.message if isinstance(error, ServiceError) else str(error))
    # Quick Setup's own go with its configurations, and nobody else may delete them.
    return _Syncs(region, tuple(sync.name for sync in syncs if sync.is_of_organization and not sync.is_quick_setups))


def _warn_unseen(aws: Connection, where: str, why: str) -> None:
    aws.notice(
        f"Explorer's resource data syncs in {where} could not be listed, and AWS deletes any that there are. {why}"
    )


def _administrators(aws: Connection, principal: str) -> list[str]:
    listed = aws.listed(
        aws.organizations.list_delegated_administrators, "DelegatedAdministrators", ServicePrincipal=principal
    )
    return sorted(account["Id"] for account in listed)


def _value(administrators: list[str], setting: Setting) -> str:
    if setting.value in administrators:
        return setting.value
    if _takes_several(setting.name) or not administrators:
        return NONE
    return administrators[0]


def _takes_several(principal: str) -> bool:
    return principal == "member.org.stacksets.cloudformation.amazonaws.com"
