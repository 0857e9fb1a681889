"""The source `api`, which needs nothing deployed: Systems Manager's API in each account and Region."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    INSTANCES_NOT_READ,
    NOT_READ,
    READ,
)
from systems_manager_organization.compliance.model.node import AccountRegionResult, node_of, stale_cutoff
from systems_manager_organization.compliance.sources import api_patches
from systems_manager_organization.compliance.sources.node_compliance import list_managed_nodes, list_node_compliance
from systems_manager_organization.compliance.sources.organization_tree import list_accounts_with_ou
from systems_manager_organization.compliance.sources.read_failures import classify_assume_error, classify_read_error
from systems_manager_organization.compliance.sources.result_sink import Problem
from systems_manager_organization.errors import QueryError, ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.patches import NodePatches
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import (
        InstanceReader,
        InstanceSource,
        PatchSink,
        ResultSink,
        Scope,
    )

    RegionReader: TypeAlias = Callable[[AccountRegionResult], Sequence[Node]]

# The actions in a member account, to which the session policy limits its role.
ACTIONS = (
    "ssm:DescribeInstanceInformation",
    "ssm:DescribeInstancePatchStates",
    "ssm:ListResourceComplianceSummaries",
)


@dataclass(frozen=True)
class ApiSource:
    """Calls the API from the management account.

    Attributes:
        member_role_name: a role of every member account, with its path; the caller's own account needs none.
        now: seconds since the epoch.
        instances: reads the instances that are not managed, and tags; None: they are not read.
    """

    member_role_name: str
    now: Callable[[], float] = time.time
    instances: InstanceSource | None = None

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`. Expired credentials of the caller end it; what was read is kept."""
        oldest = stale_cutoff(self.now(), scope.stale_after_days)

        def reader_of(account_session: AccountSession) -> RegionReader:
            read_instances = self.instances.reader_of(account_session) if self.instances else None

            def read(result: AccountRegionResult) -> list[Node]:
                listed = list_managed_nodes(account_session, result.region)
                if read_instances:
                    _add_instances(sink, result, read_instances, listed)
                records = list_node_compliance(account_session, result.region, listed)
                return [node_of(result, record, oldest) for record in records]

            return read

        actions = tuple(dict.fromkeys((*ACTIONS, *(self.instances.actions if self.instances else ()))))
        members = AccountSessions(aws, self.member_role_name, actions, as_json=ACTIONS)
        read_account_regions(aws, members, scope, sink, reader_of)

    def patch_calls(self) -> tuple[str, int]:
        """See `Source`."""
        return api_patches.ACTION, api_patches.PAGE

    def read_patches(self, aws: AwsSession, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
        """See `Source`. The role is assumed anew, to do nothing else."""
        api_patches.read_patches(aws, self.member_role_name, nodes, sink)


def _add_instances(
    sink: ResultSink, result: AccountRegionResult, read: InstanceReader, listed: Sequence[Mapping[str, Any]]
) -> None:
    """Adds the instances of an account and Region, or why they are not known: its nodes are, all the same."""
    try:
        found = read(result, listed)
    except ScriptError as error:
        code, reason = classify_read_error(error)
        message = f"The instances that are not managed, and tags, could not be read there: {code}. {reason}"
        sink.add_problem(Problem(INSTANCES_NOT_READ, f"{result.account_id} {result.region}", message))
        return
    sink.add_instances(result, found)


def read_account_regions(
    aws: AwsSession,
    members: AccountSessions,
    scope: Scope,
    sink: ResultSink,
    reader_of: Callable[[AccountSession], RegionReader],
) -> None:
    """Adds the result of every account and Region of the scope, as `Source.read` does.

    Args:
        reader_of: called once for each account.
    """
    regions = _regions(members.assume_role(aws.account_id), scope.regions)
    read_account = partial(_read_account, members, sink, regions, reader_of)
    run_tasks(partial(read_account, account_with_ou) for account_with_ou in list_accounts_with_ou(aws, scope))


def _regions(account_session: AccountSession, requested: Sequence[str]) -> Sequence[str]:
    """The requested Regions, else the enabled ones. Raises QueryError for an unknown one."""
    enabled = account_session.list_regions()
    if unknown := [region for region in requested if region not in enabled]:
        raise QueryError(f"There is no Region {', '.join(unknown)}: name some of {', '.join(sorted(enabled))}.")
    return requested or sorted(region for region, is_enabled in enabled.items() if is_enabled)


def _read_account(
    members: AccountSessions,
    sink: ResultSink,
    regions: Sequence[str],
    reader_of: Callable[[AccountSession], RegionReader],
    account_with_ou: AccountWithOu,
) -> Sequence[Task]:
    """Assumes the role in the account; returns a task for each Region."""
    account, unit = account_with_ou.account, account_with_ou.organizational_unit
    remaining = [region for region in regions if not sink.is_done(account.id, region)]
    sink.expect(len(remaining))
    results = [AccountRegionResult(account.id, account.name, unit, region, READ) for region in remaining]
    if not account.is_active:
        return _report_failure(sink, results, ACCOUNT_NOT_ACTIVE, f"The account is not active but {account.state}.")
    if not results:
        return ()
    try:
        read = reader_of(members.assume_role(account.id))
    except ScriptError as error:
        return _report_failure(sink, results, *classify_assume_error(error))
    return [partial(_read_region, read, sink, result) for result in results]


def _read_region(read: RegionReader, sink: ResultSink, result: AccountRegionResult) -> tuple[()]:
    try:
        nodes = read(result)
    except ScriptError as error:
        return _report_failure(sink, [result], *classify_read_error(error))
    sink.add_result(result, nodes)
    return ()


def _report_failure(sink: ResultSink, results: Sequence[AccountRegionResult], code: str, reason: str) -> tuple[()]:
    for result in results:
        sink.add_result(
            AccountRegionResult(
                result.account_id,
                result.account_name,
                result.organizational_unit,
                result.region,
                NOT_READ,
                code,
                reason,
            )
        )
    return ()
