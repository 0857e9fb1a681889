"""The inventory data of nodes, as resource data syncs lay them out in a bucket.

`PREFIX/TYPE/accountid=ID/region=REGION/resourcetype=ManagedInstanceInventory/NODE.json`, each a JSON object to a line:
https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-query-athena.html. The attributes of
the types are those of GetInventorySchema; the blog "Understanding AWS Systems Manager Inventory metadata"
(https://aws.amazon.com/blogs/mt/understanding-aws-systems-manager-inventory-metadata/) shows the objects, and Security
Hub's AwsSsmComplianceSummary names the counts
(https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSsmComplianceSummary.html).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.services.ssm.compliance import PATCH, items_of
from sandbox.services.ssm.instance_patches import NEVER, patches_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.ssm.instance_patches import Patch
    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssm.patch_state import PatchState

    Row = dict[str, str]

INSTANCE_INFORMATION = "AWS:InstanceInformation"
PATCH_SUMMARY = "AWS:PatchSummary"
COMPLIANCE_SUMMARY = "AWS:ComplianceSummary"
COMPLIANCE_ITEM = "AWS:ComplianceItem"
TAG = "AWS:Tag"

# Members of the model's InstancePatchState that are called otherwise here.
_RENAMED = {"Operation": "OperationType"}
# ASSUMPTION(inventory-values-are-text): AWS:PatchSummary lacks these, as what the agent hands in does
# (tekumara/aws-ssm-patch-manager).
_LEFT_OUT = ("InstanceId",)
# AWS writes all: hundreds for each node.
_COMPLIANT_ITEMS = 3


def key_of(type_name: str, account_id: str, region: str, node_id: str) -> str:
    """Return the key of an object, without the prefix of the sync."""
    return f"{type_name}/accountid={account_id}/region={region}/resourcetype=ManagedInstanceInventory/{node_id}.json"


def rows_of(instance: ManagedInstance) -> dict[str, list[Row]]:
    """Return the objects of a node by inventory type, those that there are.

    ASSUMPTION(inventory-values-are-text): all values are text, as public programs read them; the types of
    GetInventorySchema (`number`) state otherwise of none of these. Only these five types are written. A node that was
    never scanned has no AWS:PatchSummary. AWS:InstanceInformation has no `captureTime` yet: nothing in the sandbox
    collects it.
    """
    rows = {INSTANCE_INFORMATION: [_information(instance)]}
    if instance.patch_state is not None:
        described = instance.patch_state.describe()
        facts = {_RENAMED.get(name, name): value for name, value in described.items() if name not in _LEFT_OUT}
        rows[PATCH_SUMMARY] = [_row(instance, described["OperationEndTime"], {**facts, "OwnerInformation": ""})]
    if items := items_of(instance):
        rows[COMPLIANCE_SUMMARY] = [_compliance(instance, item) for item in items]
    if instance.patch_state is not None:
        rows[COMPLIANCE_ITEM] = [
            _item(instance, instance.patch_state, patch) for patch in patches_of(instance, _COMPLIANT_ITEMS)
        ]
    if instance.tags:
        # aws-samples/sample-patch-compliance-dashboard-organization: a line for each, without a time.
        rows[TAG] = [{"resourceId": instance.id, "Key": key, "Value": value} for key, value in instance.tags.items()]
    return rows


def _information(instance: ManagedInstance) -> Row:
    return {
        "resourceId": instance.id,
        "schemaVersion": "1.0",
        "AgentType": "amazon-ssm-agent",
        "AgentVersion": instance.agent_version,
        "ComputerName": instance.computer_name,
        "InstanceId": instance.id,
        "InstanceStatus": instance.status,
        "IpAddress": instance.ip_address,
        "PlatformName": instance.platform_name,
        "PlatformType": instance.platform_type,
        "PlatformVersion": instance.platform_version,
        "ResourceType": "EC2Instance",
    }


def _compliance(instance: ManagedInstance, item: Mapping[str, Any]) -> Row:
    execution = item["ExecutionSummary"]
    facts = {name: item[name] for name in ("ComplianceType", "Status", "OverallSeverity")}
    if item["ComplianceType"] == PATCH and instance.patch_state is not None:
        facts["PatchGroup"] = instance.patch_state.patch_group
        facts["PatchBaselineId"] = instance.patch_state.baseline_id
    for kind in ("Compliant", "NonCompliant"):
        by_severity = item[f"{kind}Summary"]["SeveritySummary"]
        facts |= {f"{kind}{name}": number for name, number in by_severity.items()}
    return _row(instance, execution["ExecutionTime"], {**facts, **execution})


def _item(instance: ManagedInstance, state: PatchState, patch: Patch) -> Row:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-schema.html has the attributes."""
    return _row(
        instance,
        state.ended_at,
        {
            "ComplianceType": PATCH,
            "ExecutionId": state.execution_id,
            "ExecutionType": "Command",
            "ExecutionTime": state.ended_at,
            "Id": patch.id,
            "Title": patch.title,
            "Status": patch.status,
            "Severity": patch.level,
            "DocumentName": "",
            "DocumentVersion": "",
            "Classification": patch.classification,
            "PatchBaselineId": state.baseline_id,
            "PatchSeverity": patch.severity,
            "PatchState": patch.state,
            "PatchGroup": state.patch_group,
            "InstalledTime": patch.installed_at if patch.installed_at != NEVER else "",
            **({"CVEIds": patch.cve_ids} if patch.cve_ids else {}),
        },
    )


def _row(instance: ManagedInstance, captured_at: datetime, facts: Mapping[str, Any]) -> Row:
    """The three attributes that Systems Manager adds come first."""
    return {
        "resourceId": instance.id,
        "captureTime": as_text(captured_at),
        "schemaVersion": "1.0",
        **{name: as_text(value) if isinstance(value, datetime) else str(value) for name, value in facts.items()},
    }


def as_text(moment: datetime) -> str:
    """`2026-01-31T23:59:59Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
