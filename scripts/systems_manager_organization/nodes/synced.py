"""Where the nodes come from with `--fast`: what the unified console has collected of every account and Region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    NOT_READ,
    READ,
    SYNC_NOT_DEPLOYED,
)
from systems_manager_organization.compliance.model.node import AccountRegionResult, time_text
from systems_manager_organization.compliance.sources.organization_tree import list_accounts_with_ou
from systems_manager_organization.errors import QueryError, ScriptError, ServiceError
from systems_manager_organization.nodes.columns import MANAGED, UNMANAGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope

# "For cross-account/cross-Region configurations, this parameter is required": botocore's model `ssm`, ListNodesRequest.
SYNC = "AWS-QuickSetup-ManagedNode"

# The most of ListNodes: values of a filter, and nodes of a page.
_ACCOUNTS, _PAGE = 5, 50
_NO_SYNC = frozenset({"ResourceDataSyncNotFoundException", "UnsupportedOperationException"})
# ASSUMPTION(synced-node-is-managed): so of ManagedStatus.
_MANAGED = "Managed"


@dataclass(frozen=True)
class SyncedNodesSource:
    """Calls ListNodes in the administrator account and the home Region of the unified console."""

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`. Several accounts are read by one call."""
        known = aws.session.get_available_regions("ssm", aws.identity.partition)
        # A Region that AWS's SDK does not know yet is that of the credentials, at least.
        if unknown := [region for region in scope.regions if region not in (*known, aws.region)]:
            raise QueryError(f"There is no Region {', '.join(unknown)}: name some of {', '.join(sorted(known))}.")
        accounts = list_accounts_with_ou(aws, scope)
        management = aws.call(aws.organizations.describe_organization)["Organization"]["MasterAccountId"]
        read = partial(_read_accounts, aws, scope, sink, management)
        run_tasks(partial(read, batch) for batch in _batches(accounts))


def _batches(accounts: Iterator[AccountWithOu]) -> Iterator[list[AccountWithOu]]:
    while batch := list(islice(accounts, _ACCOUNTS)):
        yield batch


def _read_accounts(
    aws: AwsSession, scope: Scope, sink: ResultSink, management: str, batch: Sequence[AccountWithOu]
) -> tuple[()]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    active = [one for one in batch if one.account.is_active]
    for node in _list_nodes(aws, [one.account.id for one in active]) if active else ():
        if not scope.regions or node["Region"] in scope.regions:
            found.setdefault((node["Owner"]["AccountId"], node["Region"]), []).append(node)
    for one in batch:
        if not one.account.is_active:
            reason = f"The account is {one.account.state}, and Systems Manager does not work in it."
            for region in scope.regions or [aws.region]:
                _add(sink, one, region, (), ACCOUNT_NOT_ACTIVE, reason)
            continue
        # An account without nodes was read as well.
        regions = scope.regions or sorted(region for account_id, region in found if account_id == one.account.id)
        for region in regions or [aws.region]:
            nodes = found.get((one.account.id, region), [])
            state = ("",) if nodes or one.account.id != management else _NEVER_COLLECTED
            _add(sink, one, region, nodes, *state)
    return ()


_NEVER_COLLECTED = (
    SYNC_NOT_DEPLOYED,
    "The unified console never reaches the management account: leave --fast out to read it.",
)


def _add(
    sink: ResultSink, one: AccountWithOu, region: str, nodes: Iterable[dict[str, Any]], code: str, reason: str = ""
) -> None:
    sink.expect(1)
    account, unit = one.account, one.organizational_unit
    result = AccountRegionResult(account.id, account.name, unit, region, NOT_READ if code else READ, code, reason)
    sink.add_result(result, [_row(result, node) for node in nodes])


def _list_nodes(aws: AwsSession, account_ids: list[str]) -> Iterator[dict[str, Any]]:
    """Raises ScriptError, also where there is no such sync."""
    filters = [{"Key": "AccountId", "Values": account_ids, "Type": "Equal"}]
    try:
        yield from aws.paginate(aws.ssm.list_nodes, SyncName=SYNC, Filters=filters, MaxResults=_PAGE)
    except ServiceError as error:
        if error.code not in _NO_SYNC:
            raise
        raise ScriptError(
            f"--fast reads the resource data sync {SYNC}, which account {aws.account_id} does not have in "
            f"{aws.region}. Use credentials of the unified console's administrator account and its home Region, or "
            "leave --fast out."
        ) from error


def _row(result: AccountRegionResult, node: dict[str, Any]) -> Node:
    instance = node.get("NodeType", {}).get("Instance", {})
    captured = node.get("CaptureTime")
    return (
        result.account_id,
        result.account_name,
        result.organizational_unit,
        result.region,
        node["Id"],
        instance.get("Name") or instance.get("ComputerName", ""),
        " ".join(filter(None, (instance.get("PlatformName"), instance.get("PlatformVersion")))),
        instance.get("InstanceStatus", ""),
        instance.get("AgentVersion", ""),
        "",
        MANAGED if instance.get("ManagedStatus") == _MANAGED else UNMANAGED,
        *("", "", "", "", ""),
        time_text(captured) if captured else "",
    )
