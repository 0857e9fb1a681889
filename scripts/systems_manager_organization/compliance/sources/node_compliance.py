"""Patch compliance of the managed nodes of one account in one Region, from Systems Manager's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import SEVERITIES
from systems_manager_organization.compliance.model.node import NodeRecord, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession

# The most that AWS takes and gives at once.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstancePatchStates.html
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListResourceComplianceSummaries.html
_PAGE = 50

_PATCH = {"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SeveritySummary.html
_SEVERITY_COUNTS = tuple(f"{name.capitalize()}Count" for name in SEVERITIES)

# Field of a NodeRecord to AWS's name of it.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html
_COUNTS = {
    "missing": "MissingCount",
    "failed": "FailedCount",
    "installed": "InstalledCount",
    "installed_other": "InstalledOtherCount",
    "installed_pending_reboot": "InstalledPendingRebootCount",
    "installed_rejected": "InstalledRejectedCount",
    "not_applicable": "NotApplicableCount",
    "available_security_updates": "AvailableSecurityUpdateCount",
    "critical_noncompliant": "CriticalNonCompliantCount",
    "security_noncompliant": "SecurityNonCompliantCount",
    "other_noncompliant": "OtherNonCompliantCount",
}
_NO_PATCH_STATE: Mapping[str, Any] = {}
_NO_COUNTS = (0,) * len(SEVERITIES)


def list_managed_nodes(account_session: AccountSession, region: str) -> list[Mapping[str, Any]]:
    """AWS's InstanceInformation of each managed node of a member account in a Region. Raises ScriptError."""
    return list(account_session.paginate("ssm", region, "describe_instance_information", MaxResults=_PAGE))


def list_node_compliance(
    account_session: AccountSession, region: str, nodes: Sequence[Mapping[str, Any]]
) -> Iterator[NodeRecord]:
    """The compliance of the nodes that AWS lists. Raises ScriptError.

    Of one without a patch state, or without a compliance summary, the rest is known. A summary of a node that is not
    listed is that of one that is gone, and left out.
    """
    if not nodes:
        return
    states = _patch_states(account_session, region, [node["InstanceId"] for node in nodes])
    summaries = _summaries(account_session, region)
    for node in nodes:
        node_id = node["InstanceId"]
        yield _record(node, states.get(node_id, _NO_PATCH_STATE), *summaries.get(node_id, ("", _NO_COUNTS)))


def _patch_states(account_session: AccountSession, region: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    """AWS's InstancePatchState by node."""
    states = {}
    for start in range(0, len(ids), _PAGE):
        for state in account_session.paginate(
            "ssm",
            region,
            "describe_instance_patch_states",
            InstanceIds=ids[start : start + _PAGE],
            MaxResults=_PAGE,
        ):
            states[state["InstanceId"]] = state
    return states


def _summaries(account_session: AccountSession, region: str) -> dict[str, tuple[str, tuple[int, ...]]]:
    """By node: AWS's status of compliance type Patch, and how many noncompliant patches by severity."""
    summaries = {}
    for item in account_session.paginate(
        "ssm",
        region,
        "list_resource_compliance_summaries",
        Filters=[_PATCH],
        MaxResults=_PAGE,
    ):
        counts = item.get("NonCompliantSummary", {}).get("SeveritySummary", {})
        summaries[item["ResourceId"]] = item["Status"], tuple([counts.get(name, 0) for name in _SEVERITY_COUNTS])
    return summaries


def _record(
    node: Mapping[str, Any], state: Mapping[str, Any], compliance: str, noncompliant: tuple[int, ...]
) -> NodeRecord:
    ended = state.get("OperationEndTime")
    return NodeRecord(
        node["InstanceId"],
        node.get("ComputerName", ""),
        node.get("PlatformType", ""),
        node.get("PlatformName", ""),
        node.get("PlatformVersion", ""),
        compliance,
        noncompliant,
        **{field: state.get(name, 0) for field, name in _COUNTS.items()},
        patch_group=state.get("PatchGroup", ""),
        baseline_id=state.get("BaselineId", ""),
        operation=state.get("Operation", ""),
        operation_ended_at=time_text(ended) if ended else "",
    )
