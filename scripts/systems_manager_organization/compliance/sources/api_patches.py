"""The patches of nodes from Systems Manager's API, one call for each node."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.compliance.model.patches import (
    Patch,
    cve_text,
    installed_text,
    normalized,
    state_text,
)
from systems_manager_organization.compliance.sources.read_failures import classify_assume_error, classify_read_error
from systems_manager_organization.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.patches import NodePatches, State
    from systems_manager_organization.compliance.sources.result_sink import PatchSink

ACTION = "ssm:DescribeInstancePatches"
# The most that AWS gives at once.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstancePatches.html
PAGE = 100


def read_patches(aws: AwsSession, role_name: str, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
    """Adds the patches of each of the nodes; those of an account come together."""
    members = AccountSessions(aws, role_name, (ACTION,), as_json=(ACTION,))
    run_tasks(
        partial(_read_account, members, sink, account_id, list(found))
        for account_id, found in groupby(nodes, key=attrgetter("account_id"))
    )


def _read_account(
    members: AccountSessions, sink: PatchSink, account_id: str, nodes: Sequence[NodePatches]
) -> Sequence[Task]:
    try:
        session = members.assume_role(account_id)
    except ScriptError as error:
        failure = classify_assume_error(error)
        for node in nodes:
            sink.add_failure(node, *failure)
        return ()
    return [partial(_read_node, session, sink, node) for node in nodes]


def _read_node(session: AccountSession, sink: PatchSink, node: NodePatches) -> tuple[()]:
    try:
        sink.add_patches(node, _patches(session, node))
    except ScriptError as error:
        sink.add_failure(node, *classify_read_error(error))
    return ()


def _patches(session: AccountSession, node: NodePatches) -> list[Patch]:
    # ASSUMPTION(patch-state-filter-is-or): several values of the filter mean any of them. A state of which nothing
    # comes, and of which the node has patches, is asked for by itself.
    found = _in_states(session, node, node.states)
    known = {patch.state for patch in found}
    lacking = (
        [state for state in node.states if state_text(state.aws_name) not in known] if len(node.states) > 1 else ()
    )
    return found + [patch for state in lacking for patch in _in_states(session, node, (state,))]


def _in_states(session: AccountSession, node: NodePatches, states: Sequence[State]) -> list[Patch]:
    by_name = {normalized(state.aws_name): state for state in states}
    listed = session.paginate(
        "ssm",
        node.region,
        "describe_instance_patches",
        InstanceId=node.node_id,
        Filters=[{"Key": "State", "Values": [state.aws_name for state in states]}],
        MaxResults=PAGE,
    )
    return [
        _patch(item, state) for item in listed if (state := by_name.get(normalized(item.get("State", "")))) is not None
    ]


def _patch(item: Mapping[str, Any], state: State) -> Patch:
    return Patch(
        item.get("KBId", ""),
        item.get("Title", ""),
        state_text(state.aws_name),
        item.get("Classification", ""),
        item.get("Severity", ""),
        # AWS does not say it here.
        "",
        cve_text(item.get("CVEIds", "")),
        installed_text(item.get("InstalledTime")),
    )
