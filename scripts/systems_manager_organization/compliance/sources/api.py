"""The source that has nothing to be deployed: each account is entered, and Systems Manager asked in each Region."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.compliance.model.account_region_result import AccountRegionResult
from systems_manager_organization.compliance.model.columns import ACCOUNT_NOT_ACTIVE, NOT_READ, READ
from systems_manager_organization.compliance.model.node import node_of, stale_cutoff
from systems_manager_organization.compliance.sources.node_compliance import list_node_compliance
from systems_manager_organization.compliance.sources.organization_tree import placed_accounts
from systems_manager_organization.compliance.sources.read_failures import why_not_entered, why_not_read
from systems_manager_organization.errors import QueryError, ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope

# All that is done in a member account, whatever its role may.
ACTIONS = (
    "ssm:DescribeInstanceInformation",
    "ssm:DescribeInstancePatchStates",
    "ssm:ListResourceComplianceSummaries",
)

# https://docs.aws.amazon.com/accounts/latest/reference/API_Region.html
_ENABLED = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})
# Account Management has one endpoint for all: https://docs.aws.amazon.com/general/latest/gr/account-management.html
_ACCOUNT_MANAGEMENT_REGION = "us-east-1"


@dataclass(frozen=True)
class ApiSource:
    """Asks AWS itself, from the management account.

    Attributes:
        member_role_name: a role of every member account, with its path; the caller's own account needs none.
        now: the time of day, in seconds since the epoch.
    """

    member_role_name: str
    now: Callable[[], float] = time.time

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """As `collecting.Source` has it. Credentials of the caller that are over end it: what was read stays read.

        Each call is retried as `AccountSessions` has it: by itself, so that a throttled account slows no other.
        """
        members = AccountSessions(aws, self.member_role_name, ACTIONS)
        regions = _regions(members.assume_role(aws.account_id), scope.regions)
        look = partial(_look, members, sink, regions, stale_cutoff(self.now(), scope.stale_after_days))
        run_tasks(partial(look, placed) for placed in placed_accounts(aws, scope))


def _regions(own: AccountSession, wanted: Sequence[str]) -> Sequence[str]:
    """Those that are wanted, else those that are enabled. Raises QueryError for one that there is not."""
    listed = own.paginate("account", _ACCOUNT_MANAGEMENT_REGION, "list_regions", "Regions", MaxResults=50)
    states = {region["RegionName"]: region["RegionOptStatus"] for region in listed}
    if unknown := [region for region in wanted if region not in states]:
        raise QueryError(f"There is no Region {', '.join(unknown)}: name some of {', '.join(sorted(states))}.")
    return wanted or sorted(region for region, state in states.items() if state in _ENABLED)


def _look(
    members: AccountSessions, sink: ResultSink, regions: Sequence[str], oldest: str, placed: AccountWithOu
) -> Sequence[Task]:
    """Enters the account; what follows is a look into each Region."""
    account, unit = placed.account, placed.organizational_unit
    remaining = [region for region in regions if not sink.is_done(account.id, region)]
    sink.expect(len(remaining))
    places = [AccountRegionResult(account.id, account.name, unit, region, READ) for region in remaining]
    if not account.is_active:
        return _give_up(sink, places, ACCOUNT_NOT_ACTIVE, f"The account is not active but {account.state}.")
    if not places:
        return ()
    try:
        member = members.assume_role(account.id)
    except ScriptError as error:
        return _give_up(sink, places, *why_not_entered(error))
    return [partial(_look_into, member, sink, oldest, place) for place in places]


def _look_into(member: AccountSession, sink: ResultSink, oldest: str, place: AccountRegionResult) -> tuple[()]:
    try:
        nodes = [node_of(place, seen, oldest) for seen in list_node_compliance(member, place.region)]
    except ScriptError as error:
        return _give_up(sink, [place], *why_not_read(error))
    sink.place(place, nodes)
    return ()


def _give_up(sink: ResultSink, places: Sequence[AccountRegionResult], code: str, reason: str) -> tuple[()]:
    for place in places:
        sink.place(
            AccountRegionResult(
                place.account_id, place.account_name, place.organizational_unit, place.region, NOT_READ, code, reason
            )
        )
    return ()
