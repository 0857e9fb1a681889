"""The server's responses for organizational units, and for managed nodes: twenty in every account and Region."""

from __future__ import annotations

import json
from typing import Any

NODES = 20
UNITS = 10
ROOT = "r-bench"
ROOTS = json.dumps({"Roots": [{"Id": ROOT, "Name": "Root", "Arn": f"arn:aws:organizations::1:root/o-1/{ROOT}"}]})

# c7n-org calls EC2 for tags.
NO_TAGS = '<DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><tagSet/></DescribeTagsResponse>'

# A placeholder for the account and the Region in the ids of nodes.
_ACCOUNT_REGION = "ACCOUNT_REGION"
_ENDED = 1767603600.0


def organizational_units(body: bytes) -> str:
    """The root has all units; they are not nested."""
    found = range(UNITS) if json.loads(body)["ParentId"] == ROOT else ()
    return json.dumps(
        {"OrganizationalUnits": [{"Id": f"ou-bench-{unit:08}", "Name": f"Unit {unit}"} for unit in found]}
    )


def accounts_for_parent(accounts: list[dict[str, str]], body: bytes, page: int) -> str:
    """The root has the first account; the others are distributed over the units."""
    request = json.loads(body)
    parent = request["ParentId"]
    own = accounts[:1] if parent == ROOT else accounts[1 + int(parent.rpartition("-")[2]) :: UNITS]
    start = int(request.get("NextToken", 0))
    following = {"NextToken": str(start + page)} if start + page < len(own) else {}
    return json.dumps({"Accounts": own[start : start + page], **following})


def response(name: str, account_id: str, region: str) -> str:
    """A response of RESPONSES in an account and Region."""
    return RESPONSES[name].replace(_ACCOUNT_REGION, f"{account_id}{sum(region.encode()) % 997:03}")


def _node_id(number: int) -> str:
    return f"i-{number:02}{_ACCOUNT_REGION}"


def _information(number: int) -> dict[str, Any]:
    return {
        "InstanceId": _node_id(number),
        "PingStatus": "Online",
        "LastPingDateTime": _ENDED,
        "AgentVersion": "3.3.1611.0",
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": "10.0.0.1",
        "ComputerName": f"ip-10-0-0-{number}.ec2.internal",
        "AssociationStatus": "Success",
        "LastAssociationExecutionDate": _ENDED,
        "LastSuccessfulAssociationExecutionDate": _ENDED,
        "AssociationOverview": {
            "DetailedStatus": "Success",
            "InstanceAssociationStatusAggregatedCount": {"Success": 2},
        },
        "SourceId": _node_id(number),
        "SourceType": "AWS::EC2::Instance",
    }


def missing_patches(number: int) -> int:
    """How many patches a node is missing: three quarters of the nodes are not compliant."""
    return number % 4


def patches(body: bytes) -> str:
    """The missing patches of a node, as AWS has them: not installed is the year 1970."""
    node = json.loads(body)["InstanceId"]
    return json.dumps({"Patches": [*map(_patch, range(missing_patches(int(node[2:4]))))]})


def _patch(number: int) -> dict[str, Any]:
    return {
        "Title": f"kernel-livepatch-{number}.x86_64:0:6.1.158-{number}.178.amzn2023",
        "KBId": f"kernel-livepatch-{number}.x86_64",
        "Classification": "Security",
        "Severity": "Important",
        "State": "Missing",
        "InstalledTime": 0.0,
        "CVEIds": f"CVE-2026-1{number:04},CVE-2026-2{number:04}",
    }


def _patch_state(number: int) -> dict[str, Any]:
    missing = missing_patches(number)
    return {
        "InstanceId": _node_id(number),
        "PatchGroup": "production",
        "BaselineId": "pb-0123456789abcdef0",
        "SnapshotId": "2c42bd7d-0d39-4b3a-9bbd-5b2ec8f8d0a1",
        "OwnerInformation": "",
        "InstalledCount": 312,
        "InstalledOtherCount": 4,
        "InstalledPendingRebootCount": 0,
        "InstalledRejectedCount": 0,
        "MissingCount": missing,
        "FailedCount": 0,
        "UnreportedNotApplicableCount": 0,
        "NotApplicableCount": 1450,
        "OperationStartTime": _ENDED - 60,
        "OperationEndTime": _ENDED,
        "Operation": "Scan",
        "RebootOption": "NoReboot",
        "CriticalNonCompliantCount": missing,
        "SecurityNonCompliantCount": 0,
        "OtherNonCompliantCount": 0,
    }


def _summary(number: int) -> dict[str, Any]:
    missing = missing_patches(number)
    none = {f"{name}Count": 0 for name in ("High", "Medium", "Low", "Informational", "Unspecified")}
    return {
        "ComplianceType": "Patch",
        "ResourceType": "ManagedInstance",
        "ResourceId": _node_id(number),
        "Status": "NON_COMPLIANT" if missing else "COMPLIANT",
        "OverallSeverity": "CRITICAL" if missing else "UNSPECIFIED",
        "ExecutionSummary": {"ExecutionTime": _ENDED, "ExecutionId": "2c42bd7d", "ExecutionType": "Command"},
        "CompliantSummary": {"CompliantCount": 316, "SeveritySummary": {**none, "CriticalCount": 0}},
        "NonCompliantSummary": {"NonCompliantCount": missing, "SeveritySummary": {**none, "CriticalCount": missing}},
    }


RESPONSES = {
    "DescribeInstanceInformation": json.dumps({"InstanceInformationList": [*map(_information, range(NODES))]}),
    "DescribeInstancePatchStates": json.dumps({"InstancePatchStates": [*map(_patch_state, range(NODES))]}),
    "ListResourceComplianceSummaries": json.dumps({"ResourceComplianceSummaryItems": [*map(_summary, range(NODES))]}),
}
