"""modules/compliance-schedule, in its example: applied, its build run as its role, summaries, alarms, destroy."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import CHECKOUTS
from harness.workspace import REPOSITORY
from terraform.expectations import MANAGEMENT, RETAINED_ROLES
from terraform.modules.codebuild import BUILD, run_build
from tools.iam.command import read_policies
from tools.iam.roles import COMPLIANCE, SCHEDULE

if TYPE_CHECKING:
    from pathlib import Path

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGION, _NAME = "us-east-1", "scheduled-compliance-report"
_BUCKET = f"{_NAME}-{ADMINISTRATOR}-{_REGION}"
_PROGRAM = "patch-compliance/program/program.json.gz"
_ALLOWED = (
    *("athena:*", "cloudformation:*Stack*", "cloudformation:TagResource", "cloudwatch:*", "codebuild:*Project"),
    *("glue:*", "iam:*Role*", "kms:*", "logs:*", "s3:*", "scheduler:*Schedule", "sns:*"),
)
# The example's README names these: docs/iam is for the modules.
_SUBSCRIPTION = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["sns:GetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"],
            "Resource": "*",
        }
    ],
}
# As AWS signs it, for the confused deputy.
_SOURCES = {
    "Build": f"arn:aws:codebuild:{_REGION}:{ADMINISTRATOR}:project/{_NAME}",
    "Schedule": f"arn:aws:scheduler:{_REGION}:{ADMINISTRATOR}:schedule-group/default",
}


# What the report leaves behind, by its exit status.
_STUB = """
import json, pathlib, sys
status = {status}
if status != 1:
    members = dict(source="s3", summary=["2 managed nodes."], groups=[])
    lines = ",\\n".join(f"  {{json.dumps(name)}}: {{json.dumps(value)}}" for name, value in members.items())
    pathlib.Path("compliance.html").write_text("<html>")
    pathlib.Path("compliance.json").write_text("{{\\n" + lines + "\\n}}")
sys.exit("why" if status == 1 else status)
"""


@pytest.mark.parametrize(
    ("status", "subject", "uploaded"),
    [
        (0, "Patch compliance: complete", 2),
        (1, "Patch compliance: FAILED: there is no report", 0),
        (2, "Patch compliance: complete, and found what it is to fail on", 2),
        (3, "Patch compliance: INCOMPLETE: something could not be read", 2),
        (143, "Patch compliance: FAILED: exit status 143", 2),
    ],
)
def test_every_exit_status(sandbox: Sandbox, tmp_path: Path, status: int, subject: str, uploaded: int) -> None:
    topic, completed = _run_stub(sandbox, tmp_path, status, catalogs={})
    assert completed.returncode == status, completed.stderr
    assert sandbox.client("s3").list_objects_v2(Bucket="reports")["KeyCount"] == uploaded
    ((announced, message),) = _notifications(topic, MANAGEMENT)
    assert announced == subject
    assert message.startswith(f"{subject}.\n\n")
    assert ("2 managed nodes." in message) == (uploaded > 0)
    assert ("why" in message) == (status == 1)
    assert "https://cn-north-1.console.amazonaws.cn/build" in message
    # The console of the partition of the build.
    assert message.count("https://cn-north-1.console.amazonaws.cn/s3/object/reports?region=") == uploaded


def test_a_catalog_that_cannot_be_read(sandbox: Sandbox, tmp_path: Path) -> None:
    """No report, instead of one in which nothing is exploited; and it is said."""
    topic, completed = _run_stub(sandbox, tmp_path, 0, catalogs={"kev": "s3://reports/catalogs/kev.json"})
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert sandbox.client("s3").list_objects_v2(Bucket="reports")["KeyCount"] == 0
    ((subject, message),) = _notifications(topic, MANAGEMENT)
    assert subject == "Patch compliance: FAILED: there is no report"
    assert "report.kev is s3://reports/catalogs/kev.json, which cannot be read: " in message
    assert "NoSuchKey" in message


def _run_stub(
    sandbox: Sandbox, tmp_path: Path, status: int, catalogs: dict[str, str]
) -> tuple[str, subprocess.CompletedProcess[str]]:
    """The topic, and the build with a report that ends with this status."""
    sandbox.client("s3").create_bucket(Bucket="reports")
    topic = sandbox.client("sns").create_topic(Name="reports")["TopicArn"]
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/report.py").write_text(_STUB.format(status=status))
    environment = {
        **sandbox.environment(),
        "REPORT_ARGUMENTS": '["--source", "s3"]',
        "BUCKET": "reports",
        "CATALOGS": json.dumps(catalogs),
        "PREFIX": "compliance",
        "TOPIC_ARN": topic,
        "CODEBUILD_BUILD_ID": f"report:{BUILD}",
        "CODEBUILD_BUILD_URL": "https://cn-north-1.console.amazonaws.cn/build",
    }
    command = [sys.executable, str(REPOSITORY / "modules/compliance-schedule/build.py")]
    return topic, subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_the_requirements_are_those_of_the_tests() -> None:
    """A build installs what was tested, with the same hashes."""
    locked = _locked("requirements/test.txt")
    of_the_build = _locked("modules/compliance-schedule/requirements.txt")
    assert {"boto3", "duckdb"} <= of_the_build.keys()
    assert of_the_build == {name: locked[name] for name in of_the_build}


def _locked(path: str) -> dict[str, str]:
    """Version and hashes of each package, without comments."""
    lines = [line for line in (REPOSITORY / path).read_text().splitlines() if not line.lstrip().startswith("#")]
    entries = re.split(r"^(?=\w[\w.-]*==)", "\n".join(lines), flags=re.MULTILINE)
    return {entry.partition("==")[0]: " ".join(entry.split()) for entry in entries if "==" in entry}


def _checkout(sandbox: Sandbox, workspaces: Workspaces) -> Terraform:
    """The example, with a report of one Region and of owners."""
    terraform = CHECKOUTS["examples/compliance-schedule"](workspaces, sandbox)
    terraform.variables["email_addresses"] = ["security@example.com"]
    report = {"deadline": ["critical=15d"], "owners": '{"owners": []}', "regions": ["ap-northeast-1"]}
    override = {"module": {"compliance_schedule": {"report": report}}}
    (terraform.directory / "report_override.tf.json").write_text(json.dumps(override), encoding="utf-8")
    return terraform


def _project(sandbox: Sandbox) -> dict[str, Any]:
    (project,) = sandbox.client("codebuild", ADMINISTRATOR).batch_get_projects(names=[_NAME])["projects"]
    return dict(project)


def _notifications(topic_arn: str, account_id: str = ADMINISTRATOR) -> list[tuple[str, str]]:
    """Subject and message of what was published."""
    topic = sns_backends[account_id][_REGION].topics[topic_arn]
    return [(str(sent[2]), str(sent[1])) for sent in topic.sent_notifications]


@pytest.mark.timeout(900)
@pytest.mark.scenario("realistic")
def test_a_report_on_a_schedule(sandbox: Sandbox, workspaces: Workspaces, tmp_path: Path) -> None:
    terraform = _checkout(sandbox, workspaces)
    administrators = terraform.environment
    terraform.environment = {**administrators, **sandbox.environment()}
    assert f"Account {MANAGEMENT} is the management account" in plan_errors(terraform)
    terraform.environment = administrators
    before = sandbox.snapshot()
    policies = read_policies()
    administrator = f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator"
    sandbox.permissions.enforce(administrator, policies[COMPLIANCE], policies[SCHEDULE], _SUBSCRIPTION)
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    sandbox.clock.advance(86400)

    _assert_scheduled(sandbox)
    topic = terraform.output()["topic_arn"]
    _assert_reported(sandbox, topic, run_build(sandbox, _project(sandbox), tmp_path / "first"))
    _assert_program_is_verified(sandbox, tmp_path / "second")
    _assert_role_is_limited(sandbox)

    assert_clean_destroy(terraform, sandbox, before, allowed_calls=_ALLOWED, retained=("kms_keys/*", *RETAINED_ROLES))


def _assert_scheduled(sandbox: Sandbox) -> None:
    """The schedule starts the project, and alarms go to the topic."""
    schedule = sandbox.client("scheduler", ADMINISTRATOR).get_schedule(Name=_NAME)
    assert schedule["Target"]["Arn"] == _project(sandbox)["arn"] == _SOURCES["Build"]
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == (
        "cron(0 6 * * ? *)",
        "Asia/Tokyo",
    )
    iam = sandbox.client("iam", ADMINISTRATOR)
    for name, source in _SOURCES.items():
        trust: Any = iam.get_role(RoleName=f"ScheduledComplianceReport{name}")["Role"]["AssumeRolePolicyDocument"]
        (statement,) = trust["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ADMINISTRATOR, "aws:SourceArn": source}
    alarms = sandbox.client("cloudwatch", ADMINISTRATOR).describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"]: alarm["TreatMissingData"] for alarm in alarms} == {
        "FailedBuilds": "notBreaching",
        "SucceededBuilds": "breaching",
    }
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms} == {(f"arn:aws:sns:{_REGION}:{ADMINISTRATOR}:{_NAME}",)}


def _assert_reported(sandbox: Sandbox, topic: str, completed: Any) -> None:
    """The report is in the bucket and announced, although something could not be read."""
    # 3: the management account has no sync.
    assert completed.returncode == 3, completed.stderr
    s3 = sandbox.client("s3", ADMINISTRATOR)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=_BUCKET)["Contents"]]
    (page,) = [key for key in keys if key.endswith(f"/{BUILD}/compliance.html")]
    (document,) = [key for key in keys if key.endswith(f"/{BUILD}/compliance.json")]
    assert len([key for key in keys if key.startswith("patch-compliance/snapshots/nodes/report_date=")]) == 1
    report = json.loads(s3.get_object(Bucket=_BUCKET, Key=document)["Body"].read())
    assert {node["node_id"] for node in report["nodes"]} == {"i-0a1b2c3d4e5f60741", "i-0a1b2c3d4e5f60742"}
    assert s3.head_object(Bucket=_BUCKET, Key=page)["ContentType"].startswith("text/html")

    ((subject, message),) = _notifications(topic)
    assert subject == "Patch compliance: INCOMPLETE: something could not be read"
    assert "2 managed nodes: " in message
    assert MANAGEMENT in message
    assert f"aws s3 cp s3://{_BUCKET}/{page} ." in message
    # A presigned URL would expire with the credentials of the build.
    assert "X-Amz-" not in message


def _assert_program_is_verified(sandbox: Sandbox, folder: Path) -> None:
    """Who may write to the bucket cannot run code with the role."""
    s3 = sandbox.client("s3", ADMINISTRATOR)
    original = s3.get_object(Bucket=_BUCKET, Key=_PROGRAM)["Body"].read()
    document = json.loads(gzip.decompress(original)) | {"build.py": "print('other')"}
    s3.put_object(Bucket=_BUCKET, Key=_PROGRAM, Body=gzip.compress(json.dumps(document).encode()))
    completed = run_build(sandbox, _project(sandbox), folder)
    assert completed.returncode == 1
    assert "The program in the bucket is not the one that Terraform wrote" in completed.stderr
    assert "other" not in completed.stdout
    s3.put_object(Bucket=_BUCKET, Key=_PROGRAM, Body=original)


def _assert_role_is_limited(sandbox: Sandbox) -> None:
    environment = sandbox.role_environment(_project(sandbox)["serviceRole"])
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        environment["AWS_SESSION_TOKEN"],
        _REGION,
    )
    s3 = session.client("s3", endpoint_url=sandbox.endpoint_url)
    for key in (_PROGRAM, "elsewhere"):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=_BUCKET, Key=key, Body=b"")
