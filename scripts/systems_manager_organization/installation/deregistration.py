"""What a delegated administrator leaves behind when it is deregistered.

AWS deletes its Explorer syncs. Its StackSets and Quick Setup's configuration managers stay, and its own configuration
can no longer change or delete them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.aws.error_translation import error_message, may_pass
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.explorer.resource_data_syncs import FROM_SOURCE, list_explorer_syncs_of_account
from systems_manager_organization.organizations.delegated_administrator import STACK_SETS, SYSTEMS_MANAGER
from systems_manager_organization.quick_setup.configuration_managers import definitions_in
from systems_manager_organization.quick_setup.documents import quick_setup_regions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession

# The session policy: whatever the role allows, it reads no more.
_ACTIONS = (
    "ssm-quicksetup:GetConfigurationManager",
    "ssm-quicksetup:ListConfigurationManagers",
    "ssm:ListResourceDataSync",
)

# Each call of modules/stack-set ends its description with it.
_CREATOR = re.compile(r"Created by account ([0-9]{12})\.$")

_SYNCS = "Explorer's resource data syncs"
_MANAGERS = "Quick Setup's configuration managers"
_STACK_SETS = "StackSets of the organization"


class DeregistrationBlockedError(ScriptError):
    """An account would lose what it manages if it were deregistered."""


@dataclass(frozen=True)
class DeregistrationGuard:
    """How to check what deregistering an administrator would delete or leave to nobody.

    Attributes:
        member_role_name: a role of the administrator account, with its path; "": the account is not checked, but for
            its StackSets, which are the management account's.
        regions: where its resource data syncs, StackSets and configuration managers may be.
    """

    member_role_name: str = ""
    regions: tuple[str, ...] = ()

    def require(self, aws: AwsSession, account_id: str, principals: Collection[str]) -> None:
        """Returns when nothing would be lost if `account_id` no longer administered these services.

        Also where that may not be read: an account must not stay registered forever, because it may be closed. Raises
        DeregistrationBlockedError, or the ScriptError of a call that may succeed later.
        https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
        """
        readings = self._read_member(aws, account_id, syncs_deleted=SYSTEMS_MANAGER in principals)
        if STACK_SETS in principals:
            readings += map_concurrently(partial(_stack_sets_in, aws, account_id), self.regions)
        for kind, reason in sorted({(found.kind, found.unreadable) for found in readings if found.unreadable}):
            regions = sorted(found.region for found in readings if (found.kind, found.unreadable) == (kind, reason))
            where = ", ".join([f"account {account_id}", *filter(None, regions)])
            aws.warn(f"{kind} in {where} could not be listed, and do not keep it registered. {reason}")
        reasons = [
            reason.format(", ".join(names))
            for kind, reason in _REASONS.items()
            if (names := sorted(name for found in readings if found.kind == kind for name in found.names))
        ]
        if reasons:
            raise DeregistrationBlockedError(
                f"account {account_id} cannot be deregistered as the delegated administrator of "
                f"{', '.join(sorted(principals))}, because {'; '.join(reasons)}. None of its registrations was "
                "changed, and the account was not moved. Destroy the configuration of the administrator account first "
                "(the one that calls modules/explorer, modules/compliance-reporting, modules/unified-console or "
                "others), then run this again. Or delete what is named. In that account: aws ssm "
                f"delete-resource-data-sync --region REGION --sync-type {FROM_SOURCE} --sync-name NAME, aws "
                "ssm-quicksetup delete-configuration-manager --region REGION --manager-arn ARN. StackSets with their "
                "stacks: in the management account, by CloudFormation's console."
            )

    def _read_member(self, aws: AwsSession, account_id: str, *, syncs_deleted: bool) -> list[_Reading]:
        if not (self.member_role_name and self.regions):
            return []
        try:
            member = AccountSessions(aws, self.member_role_name, _ACTIONS).assume_role(account_id)
        except ServiceError as error:
            if may_pass(error):
                raise
            kinds = (_SYNCS, _MANAGERS) if syncs_deleted else (_MANAGERS,)
            return [_Reading(kind, unreadable=error.message) for kind in kinds]
        reads = [partial(_managers_in, member, region) for region in sorted({*self.regions} & {*quick_setup_regions()})]
        if syncs_deleted:
            reads += [partial(_syncs_in, member, region) for region in self.regions]
        return map_concurrently(lambda read: read(), reads)


# By kind, why the account stays registered.
_REASONS = {
    _SYNCS: "AWS would delete its resource data syncs of the organization: {}",
    _STACK_SETS: "it could no longer change or delete the StackSets that it created: {}",
    _MANAGERS: "Quick Setup could no longer change or delete there what its configuration managers deployed to the "
    "organization: {}",
}


@dataclass(frozen=True)
class _Reading:
    """What of one kind is in one Region, or why that could not be listed; "" if it was."""

    kind: str
    region: str = ""
    names: tuple[str, ...] = ()
    unreadable: str = ""


def _read(kind: str, region: str, names: Callable[[], Iterable[str]]) -> _Reading:
    try:
        return _Reading(kind, region, tuple(names()))
    except ScriptError as error:
        # Until it has, nothing says that AWS would delete nothing.
        if may_pass(error):
            raise
        return _Reading(kind, region, unreadable=error_message(error))


def _syncs_in(member: AccountSession, region: str) -> _Reading:
    # Quick Setup deletes its own with its configurations, and no other principal may delete them.
    return _read(
        _SYNCS,
        region,
        lambda: (
            f"{sync.name} ({region})"
            for sync in list_explorer_syncs_of_account(member, region)
            if sync.is_of_organization and not sync.is_quick_setups
        ),
    )


def _managers_in(member: AccountSession, region: str) -> _Reading:
    """Those that deploy to organizational units, which takes a registration; the others stay as they are.

    ASSUMPTION(quick-setup-former-administrator): and deleting them takes it too.
    """

    def names() -> Iterable[str]:
        for manager in member.paginate("ssm-quicksetup", region, "list_configuration_managers"):
            arn = manager["ManagerArn"]
            found = member.call("ssm-quicksetup", region, "get_configuration_manager", ManagerArn=arn)
            if any("TargetAccounts" not in definition.parameters for definition in definitions_in(found)):
                yield f"{found.get('Name', '')} ({arn})"

    return _read(_MANAGERS, region, names)


def _stack_sets_in(aws: AwsSession, account_id: str, region: str) -> _Reading:
    """All StackSets of the organization are in the management account; an administrator lists the same.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSets.html
    """

    def names() -> Iterable[str]:
        for found in aws.paginate(aws.cloudformation_in(region).list_stack_sets, Status="ACTIVE"):
            creator = _CREATOR.search(found.get("Description", ""))
            if creator and creator[1] == account_id:
                yield f"{found['StackSetName']} ({region})"

    return _read(_STACK_SETS, region, names)
