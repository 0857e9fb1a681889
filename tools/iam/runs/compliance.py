"""Runs of the compliance report, its data and its schedule."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from sandbox import Scenario
from sandbox.clock import START
from sandbox.scenarios.parts import Instance
from sandbox.services.ssm.patches import Patches, Severities
from tools.iam.delivery import SNAPSHOT_BUCKET
from tools.iam.roles import COMPLIANCE, COMPLIANCE_PLAN, DELIVERY, REPORT, SCHEDULE
from tools.iam.runs.module_call import CHANGES, call_with_unit

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from tools.iam.runs.recorder import PermissionRecorder

_REGION = "us-east-1"
_MEMBER = "333333333333"


def _node(number: int, account_id: str, kind: str = "i") -> Instance:
    return Instance(
        account_id=account_id,
        region=_REGION,
        id=f"{kind}-{number:017x}",
        platform="Amazon Linux",
        platform_version="2023",
        agent_version="3.3.0.0",
        instance_profile="ManagedNodes",
        patches=Patches(missing=Severities(critical=1)),
        scanned_at=START,
        tags={"Team": "shop"},
    )


# EC2 instances, and nodes outside of EC2, whose tags Systems Manager has.
_NODES = replace(
    Scenario.generated(accounts=5, regions=(_REGION,), instances=0, unreadable=0),
    instances=tuple(
        _node(number, account_id, kind)
        for number, (account_id, kind) in enumerate(product(("111111111111", ADMINISTRATOR), ("i", "mi")), start=1)
    ),
)


def run_compliance_reporting(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/compliance-reporting: applied, read from the bucket and from Athena, changed, destroyed."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    call = call_with_unit("compliance-reporting", sandbox, _MEMBER)
    call["modules"]["called"]["force_destroy"] = True
    terraform = copies.call_modules(environment=sandbox.environment(ADMINISTRATOR), **call)
    changes: dict[str, object] = {**CHANGES, "regions": ["eu-west-1", "us-east-1"]}
    recorder.record_apply_and_plan(terraform, COMPLIANCE, COMPLIANCE_PLAN)
    with recorder.assuming(COMPLIANCE):
        for arguments in terraform.output()["called"]["report_arguments"].values():
            recorder.record_report("compliance", "--format", "json", *arguments, account_id=ADMINISTRATOR)
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_compliance_schedule(recorder: PermissionRecorder, copies: Workspaces) -> None:
    """modules/compliance-schedule: applied, changed, destroyed. Its build has a role of its own."""
    recorder.begin("bare")
    sandbox = recorder.sandbox
    register_administrator(sandbox)
    data = {"bucket_name": f"patch-compliance-{ADMINISTRATOR}-us-east-1", "stack_set_name": "patch-compliance"}
    call = {
        "source": "../module/modules/compliance-schedule",
        "compliance_data": data,
        "schedule_timezone": "${var.timezone}",
        "timeout_minutes": "${var.minutes}",
        "force_destroy": True,
        "tags": "${var.tags}",
    }
    terraform = copies.call_modules(
        {"called": call},
        sandbox.environment(ADMINISTRATOR),
        variable={
            "tags": {"default": {"Owner": "cloud"}},
            "timezone": {"default": "UTC"},
            "minutes": {"default": 60},
        },
    )
    changes: dict[str, object] = {"tags": {"Team": "platform"}, "timezone": "Asia/Tokyo", "minutes": 30}
    recorder.record_apply_and_plan(terraform, SCHEDULE, COMPLIANCE_PLAN)
    with recorder.assuming(SCHEDULE):
        recorder.record_warnings(terraform.apply(changes))
        recorder.record_warnings(terraform.destroy(changes))


def run_compliance_report(recorder: PermissionRecorder, _copies: Workspaces) -> None:
    """`report.py compliance` with coverage and owners; then the same with snapshots and Security Hub, twice."""
    recorder.begin(_NODES)
    sandbox = recorder.sandbox
    sandbox.client("s3").create_bucket(Bucket=SNAPSHOT_BUCKET)
    for account_id in (sandbox.scenario.management_account.id, ADMINISTRATOR):
        sandbox.client("securityhub", account_id, _REGION).enable_security_hub()
    read = (
        *("compliance", "--regions", _REGION, "--format", "json", "--coverage", "--patches", "all"),
        # No node has this tag, so the accounts are asked too.
        *("--stale-after", "9999", "--owner-tag", "Owner", "--account-owner-tag", "Owner"),
    )
    with recorder.assuming(REPORT):
        recorder.record_report(*read)
    with recorder.assuming(DELIVERY):
        for _ in range(2):
            snapshot = ("--snapshot", f"s3://{SNAPSHOT_BUCKET}/compliance", "--since", "2026-01-01")
            recorder.record_report(*read, *snapshot, "--to-security-hub", "--yes")
            # A snapshot of another day, which the second one reads.
            _age_snapshots(sandbox)


def _age_snapshots(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    for item in s3.list_objects_v2(Bucket=SNAPSHOT_BUCKET).get("Contents", ()):
        day = re.sub(r"report_date=[0-9-]+", "report_date=2026-01-02", item["Key"])
        s3.copy_object(Bucket=SNAPSHOT_BUCKET, Key=day, CopySource={"Bucket": SNAPSHOT_BUCKET, "Key": item["Key"]})
