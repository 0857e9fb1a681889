"""The findings: one for each noncompliant node, in the AWS Security Finding Format.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.analysis.accepted import ACCEPTED_NODES
from systems_manager_organization.compliance.model.columns import NON_COMPLIANT, SEVERITIES
from systems_manager_organization.compliance.model.node import is_in_ec2, node_arn, time_of
from systems_manager_organization.compliance.model.patches import UNKNOWN
from systems_manager_organization.compliance.store.tables import NODE_KEY, documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duckdb import DuckDBPyConnection

# What marks the findings as those of this program: nothing else is ever read or changed.
GENERATOR = "systems-manager-organization/patch-compliance"
_DIGEST = f"{GENERATOR}/digest"
_TYPES = ["Software and Configuration Checks/Patch Management"]
# Security Hub deletes what was not updated for 90 days:
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html
_RESEND_AFTER = timedelta(days=60)
# AWS has no label for a patch without a severity, and INFORMATIONAL means that nothing is wrong:
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Severity.html
_LABELS = dict(zip(SEVERITIES, ("CRITICAL", "HIGH", "MEDIUM", "LOW", "LOW", "LOW"), strict=True))
_MAX_VULNERABILITIES = 50
# What AWS keeps of an earlier import or fills in, or a person has changed: botocore's model `securityhub`,
# BatchImportFindings and AwsSecurityFinding.
_NOT_OURS = (
    "AwsAccountName",
    "CompanyName",
    "Confidence",
    "Criticality",
    "Note",
    "ProcessedAt",
    "ProductName",
    "Region",
    "RelatedFindings",
    "Severity",
    "UserDefinedFields",
    "VerificationState",
    "Workflow",
    "WorkflowState",
)
# Security Hub adds such fields, and they "must not be submitted":
# https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html#asff-productfields
_RESERVED = "aws/"
_ARCHIVED, _ACTIVE = "ARCHIVED", "ACTIVE"

_NODES = f"""
SELECT nodes.*, accepted.node_id IS NOT NULL AS is_accepted
FROM nodes LEFT JOIN ({ACCEPTED_NODES}) AS accepted USING ({NODE_KEY})
WHERE status = '{NON_COMPLIANT}'
ORDER BY {NODE_KEY}
"""
_CVES = f"""
SELECT {NODE_KEY}, cve, any_value(patch_id) AS patch_id, bool_or(known_exploited = 'yes') AS exploited
FROM (SELECT *, unnest(string_split(cve_ids, ',')) AS cve FROM patches WHERE cve_ids <> '{UNKNOWN}')
GROUP BY {NODE_KEY}, cve
ORDER BY {NODE_KEY}, exploited DESC, cve DESC
"""


def product_arn(partition: str, account_id: str, region: str) -> str:
    """That of findings of one's own, which Security Hub makes where it is enabled."""
    return f"arn:{partition}:securityhub:{region}:{account_id}:product/{account_id}/default"


def finding_id(account_id: str, region: str, node_id: str) -> str:
    return f"{GENERATOR}/{account_id}/{region}/{node_id}"


def findings(tables: DuckDBPyConnection, partition: str, now: str) -> Iterator[dict[str, Any]]:
    """A finding for each noncompliant node, without the times. `now`: as `node.time_text` has it."""
    vulnerabilities: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in documents(tables, _CVES):
        found = vulnerabilities.setdefault((row["account_id"], row["region"], row["node_id"]), [])
        if len(found) < _MAX_VULNERABILITIES:
            found.append(_vulnerability(row))
    for node in list(documents(tables, _NODES)):
        found = vulnerabilities.get((node["account_id"], node["region"], node["node_id"]), [])
        yield _finding(node, found, partition, now)


def _finding(
    node: Mapping[str, Any], vulnerabilities: list[dict[str, Any]], partition: str, now: str
) -> dict[str, Any]:
    account_id, region, node_id = node["account_id"], node["region"], node["node_id"]
    counts = ((node[f"noncompliant_{name.lower()}"], name.lower()) for name in SEVERITIES)
    parts = ", ".join(f"{number} {name}" for number, name in counts if number) or "of no known severity"
    name = f"{node_id} {node['computer_name']}".strip()
    finding: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": finding_id(account_id, region, node_id),
        "ProductArn": product_arn(partition, account_id, region),
        "GeneratorId": GENERATOR,
        "AwsAccountId": account_id,
        "Types": _TYPES,
        "CreatedAt": now,
        "UpdatedAt": now,
        "FirstObservedAt": now,
        "FindingProviderFields": {
            "Severity": {"Label": _LABELS[node["severity"]], "Original": node["severity"]},
            "Types": _TYPES,
        },
        "Title": f"Patches of {name} are not compliant"[:256],
        "Description": f"Noncompliant patches: {parts}. Last scanned at {node['operation_ended_at']}."[:1024],
        "Resources": [_resource(node, partition)],
        "Compliance": {"Status": "WARNING" if node["is_accepted"] else "FAILED"},
        "PatchSummary": _summary(node),
        "RecordState": _ACTIVE,
    }
    if vulnerabilities:
        finding["Vulnerabilities"] = vulnerabilities
    return {**finding, "ProductFields": {_DIGEST: _digest(finding)}}


def _resource(node: Mapping[str, Any], partition: str) -> dict[str, Any]:
    node_id, region, account_id = node["node_id"], node["region"], node["account_id"]
    kind = "AwsEc2Instance" if is_in_ec2(node_id) else "Other"
    arn = node_arn(partition, account_id, region, node_id)
    return {"Type": kind, "Id": arn, "Partition": partition, "Region": region}


def _summary(node: Mapping[str, Any]) -> dict[str, Any]:
    """AWS counts what failed as missing here, and apart in Systems Manager."""
    return {
        "Id": node["baseline_id"] or "unknown",
        "InstalledCount": node["installed"],
        "MissingCount": node["missing"] + node["failed"],
        "FailedCount": node["failed"],
        "InstalledOtherCount": node["installed_other"],
        "InstalledRejectedCount": node["installed_rejected"],
        "InstalledPendingReboot": node["installed_pending_reboot"],
        "OperationEndTime": node["operation_ended_at"],
        "Operation": node["operation"].upper(),
    }


def _vulnerability(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {"Id": row["cve"], "VulnerablePackages": [{"Name": row["patch_id"]}], "FixAvailable": "YES"}
    return {**found, "ExploitAvailable": "YES"} if row["exploited"] else found


def _digest(finding: Mapping[str, Any]) -> str:
    """Of all but the times: of the last scan too, which would make each day's finding another one."""
    content = {key: value for key, value in finding.items() if not key.endswith("At")}
    content["Description"] = content["Description"].partition(" Last scanned")[0]
    content["PatchSummary"] = {name: value for name, value in content["PatchSummary"].items() if "Time" not in name}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def updated(finding: Mapping[str, Any], existing: Mapping[str, Any], now: str) -> dict[str, Any] | None:
    """What to import of a finding that Security Hub has; None: nothing, as it is the same and not about to expire."""
    is_same = existing.get("ProductFields", {}).get(_DIGEST) == finding["ProductFields"][_DIGEST]
    if is_same and existing.get("RecordState") == _ACTIVE and _is_recent(existing, now):
        return None
    first = existing.get("FirstObservedAt", existing["CreatedAt"])
    times = {"CreatedAt": existing["CreatedAt"], "FirstObservedAt": first}
    return {**finding, **times, "UpdatedAt": _later(existing, now)}


def resent(existing: Mapping[str, Any], now: str) -> dict[str, Any] | None:
    """A finding of a node that does not report now, before it expires; None: not yet."""
    if _is_recent(existing, now):
        return None
    return {**_ours(existing), "UpdatedAt": _later(existing, now)}


def _is_recent(existing: Mapping[str, Any], now: str) -> bool:
    return time_of(existing["UpdatedAt"]) + _RESEND_AFTER > time_of(now)


def archived(existing: Mapping[str, Any], now: str) -> dict[str, Any]:
    """The finding of a node that complies now, or is gone."""
    compliance = {"Compliance": {"Status": "PASSED"}}
    return {**_ours(existing), **compliance, "RecordState": _ARCHIVED, "UpdatedAt": _later(existing, now)}


def _ours(existing: Mapping[str, Any]) -> dict[str, Any]:
    fields = {key: value for key, value in existing.get("ProductFields", {}).items() if not key.startswith(_RESERVED)}
    return {**{key: value for key, value in existing.items() if key not in _NOT_OURS}, "ProductFields": fields}


def _later(existing: Mapping[str, Any], now: str) -> str:
    """Now, or a second after the last update: an update that is not later is ignored."""
    last = time_of(existing["UpdatedAt"])
    later = max(time_of(now), last.replace(microsecond=0) + timedelta(seconds=1))
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")
