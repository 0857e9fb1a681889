"""Names that are taken in the administrator account: refused at plan, and what the plan says followed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.recovery import ADOPTED, apply_adopted, run_adopt
from harness.workspace import change_inputs
from terraform.expectations import OTHER_MEMBER, RETAINED_ROLES

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_ROLE = "AWS-SystemsManager-AutomationAdministrationRole"
_DENY_ACCESS = "SSM-JustInTimeAccessDenyAccessOrgPolicy"
_CALENDAR = (
    "BEGIN:VCALENDAR\nPRODID:-//AWS//Change Calendar 1.0//EN\nVERSION:2.0\nX-CALENDAR-TYPE:DEFAULT_OPEN\nEND:VCALENDAR"
)
# Description of each, and its address where an import makes it the module's.
_NAMED = {
    f'role "{_ROLE}"': "module.automation.aws_iam_role.administration[0]",
    'document "changes"': "module.automation.aws_ssm_document.calendar[0]",
    'bucket "session-logs"': "module.preferences.aws_s3_bucket.this[0]",
    'key alias "alias/preferences"': "module.preferences.aws_kms_alias.this[0]",
    'bucket "recordings"': "module.access.aws_s3_bucket.recordings[0]",
    'stack "access-deny-access"': "module.access.aws_cloudformation_stack.deny_access[0]",
    'event bus "access"': "module.access.aws_cloudwatch_event_bus.events[0]",
    'rule "access/access-requests"': "module.access.aws_cloudwatch_event_rule.events[0]",
    'topic "access"': "module.access.aws_sns_topic.events[0]",
}
_READS = {
    "DescribeDocument",
    "DescribeEventBus",
    "DescribeKey",
    "DescribeRule",
    "DescribeStacks",
    "GetRole",
    "HeadBucket",
}
# Whose data an import would give to a destroy.
_DATA = {'bucket "session-logs"', 'bucket "recordings"', 'key alias "alias/preferences"'}


def _write(sandbox: Sandbox, workspaces: Workspaces) -> Terraform:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    calls: dict[str, dict[str, Any]] = {
        "automation": {
            "source": "automation-across-accounts",
            "change_calendar": {"name": "changes", "content": _CALENDAR},
        },
        "preferences": {"source": "session-manager-preferences", "bucket": {"name": "session-logs"}},
        "access": {
            "source": "just-in-time-node-access",
            "unified_console": {"home_region": "us-east-1", "regions": ["us-east-1"], "targets": [root["Id"]]},
            "deny_access": [{"node_tags": {"Environment": "Production"}}],
            "events": {},
            "rdp_recording": {"bucket_name": "recordings"},
        },
    }
    for name, call in calls.items():
        call |= {"source": f"../module/modules/{call['source']}", "regions": ["us-east-1"], "name": name}
    return workspaces.call_modules(calls, sandbox.environment(ADMINISTRATOR))


def _change_all(terraform: Terraform, **inputs: object) -> None:
    for name in ("automation", "preferences", "access"):
        change_inputs(terraform, name, **inputs)


def _create_names(sandbox: Sandbox) -> None:
    """By somebody else, who has no tags; one bucket in another account."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ssm.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    sandbox.client("iam", ADMINISTRATOR).create_role(RoleName=_ROLE, AssumeRolePolicyDocument=document)
    ssm = sandbox.client("ssm", ADMINISTRATOR)
    ssm.create_document(Name="changes", DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=_CALENDAR)
    sandbox.client("s3", ADMINISTRATOR).create_bucket(Bucket="session-logs")
    sandbox.client("s3", OTHER_MEMBER).create_bucket(Bucket="recordings")
    kms = sandbox.client("kms", ADMINISTRATOR)
    kms.create_alias(AliasName="alias/preferences", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    topic = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    sandbox.client("cloudformation", ADMINISTRATOR).create_stack(StackName="access-deny-access", TemplateBody=topic)
    events = sandbox.client("events", ADMINISTRATOR)
    events.create_event_bus(Name="access")
    _create_rule(sandbox)
    sandbox.client("sns", ADMINISTRATOR).create_topic(Name="access", Attributes={"DisplayName": "theirs"})


def _create_rule(sandbox: Sandbox) -> None:
    events = sandbox.client("events", ADMINISTRATOR)
    events.put_rule(Name="access-requests", EventBusName="access", EventPattern='{"source": ["theirs"]}')


def _refused(errors: str, origin: str) -> set[str]:
    return set(re.findall(rf"EXISTS_ALREADY: The (.+? \"\S+\") already exists[^.]*\. {origin}", errors))


def _reads(terraform: Terraform, sandbox: Sandbox) -> list[str]:
    """What an empty plan asks of the names."""
    first = len(sandbox.calls)
    assert_plan_empty(plan_read_only(terraform, sandbox))
    return sorted(call.operation for call in sandbox.calls[first:] if call.operation in _READS)


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_a_name_that_is_taken_is_refused_at_plan(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, "ssm-quicksetup.amazonaws.com")
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    _create_names(sandbox)
    before = sandbox.snapshot()
    terraform = _write(sandbox, workspaces)
    errors = plan_errors(terraform)
    assert _refused(errors, "It was created manually") == _NAMED.keys()
    assert "It belongs to another account" in errors
    for name in ("administration_role_name", "change_calendar.name", "bucket.name", "rdp_recording.bucket_name"):
        assert f"To create another one instead, set {name}." in errors
    status, blocks, remarks = run_adopt(terraform, errors)
    assert status == 1
    for name, address in _NAMED.items():
        assert (f"  to = {address}\n" in blocks) == (name not in _DATA), remarks
    assert remarks.count("Set another name.") == 1 + len(_DATA), "with the key of the alias"
    (terraform.directory / ADOPTED).unlink()
    _change_all(terraform, python_command=None)
    plan_read_only(terraform, sandbox)
    assert sandbox.snapshot() == before

    # Other names, as the plan says. What others made stays as it is.
    _change_all(terraform, python_command=["python3"])
    change_inputs(
        terraform,
        "automation",
        administration_role_name="Automation",
        change_calendar={"name": "own-changes", "content": _CALENDAR},
    )
    change_inputs(terraform, "preferences", name="own-preferences", bucket={"name": "own-logs", "force_destroy": True})
    change_inputs(terraform, "access", name="own-access", rdp_recording={"bucket_name": "own-recordings"})
    terraform.apply()

    # What is in the state is not asked for again.
    read = _reads(terraform, sandbox)
    _change_all(terraform, python_command=None)
    # What changed targets replace from now on.
    terraform.apply()
    assert _reads(terraform, sandbox) == read
    _change_all(terraform, python_command=["python3"])

    # A state that lost them. moto knows the tags of a rule by its name alone, whatever the event bus.
    sandbox.client("events", ADMINISTRATOR).delete_rule(Name="access-requests", EventBusName="access")
    lost = [*_NAMED.values(), "module.preferences.aws_kms_key.this[0]"]
    for address in lost:
        terraform.forget(address)
    errors = plan_errors(terraform)
    assert len(_refused(errors, "This installation created it")) == len(_NAMED)
    run_adopt(terraform, errors)
    assert apply_adopted(terraform) == len(lost)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    terraform.destroy()
    _create_rule(sandbox)
    assert_same(before, sandbox.snapshot(), retained=(*RETAINED_ROLES, "kms_keys/*"))


@pytest.mark.scenario("bare")
def test_a_deny_access_policy_of_the_console(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, "ssm-quicksetup.amazonaws.com")
    ssm = sandbox.client("ssm", ADMINISTRATOR)
    policy = {
        "type": "Cedar",
        "content": 'forbid (principal, action == AWS::SSM::Action::"getTokenForInstanceAccess", resource);',
    }
    content = {
        "schemaVersion": "0.3",
        "description": "Theirs.",
        "accessTokenRole": "SSM-JustInTimeAccessTokenRole",
        "accessDuration": 3600,
        "AutoApprovalPolicyDocuments": [policy],
    }
    ssm.create_document(Name=_DENY_ACCESS, DocumentType="AutoApprovalPolicy", Content=json.dumps(content))
    terraform = _write(sandbox, workspaces)
    errors = plan_errors(terraform)
    assert _refused(errors, "It was created manually") == {f'document "{_DENY_ACCESS}"'}
    assert "adopt" not in errors
    assert f"Delete it first: aws ssm delete-document --name {_DENY_ACCESS} --region us-east-1" in errors


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_names_of_the_scheduled_report(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """AWS would overwrite the alarms."""
    register_administrator(sandbox)
    _create_names_of_a_report(sandbox)
    before = sandbox.snapshot()
    call = {"source": "../module/modules/compliance-schedule", "compliance_data": _DATA_OF_A_REPORT, "name": "report"}
    terraform = workspaces.call_modules({"report": call}, sandbox.environment(ADMINISTRATOR))
    errors = plan_errors(terraform)
    assert _refused(errors, "It was created manually") == _NAMES_OF_A_REPORT.keys()
    status, blocks, _ = run_adopt(terraform, errors)
    assert status == 1
    for name, address in _NAMES_OF_A_REPORT.items():
        assert (f"  to = module.report.{address}\n" in blocks) == (name.partition(" ")[0] not in ("bucket", "key"))
    (terraform.directory / ADOPTED).unlink()
    assert sandbox.snapshot() == before

    change_inputs(terraform, "report", name="own", role_name_prefix="Own", force_destroy=True)
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    _delete_beside_untagged(terraform, sandbox)

    # The whole state is lost: with the name of the installation, all of it is imported.
    (terraform.directory / "terraform.tfstate").unlink()
    errors = plan_errors(terraform)
    assert len(_refused(errors, "Installation ")) == len(_NAMES_OF_A_REPORT)
    installation = re.search(r'then set installation = "(.+?)"', errors)
    assert installation
    change_inputs(terraform, "report", installation=installation[1])
    status, _, remarks = run_adopt(terraform)
    assert status == 0, remarks
    assert apply_adopted(terraform) == len(_NAMES_OF_A_REPORT) + 1, "with the key of the alias"
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
    assert_same(before, sandbox.snapshot(), retained=("kms_keys/*",))


def _delete_beside_untagged(terraform: Terraform, sandbox: Sandbox) -> None:
    """By hand, what has the tag for an alias or a schedule that stays in the state."""
    # Before: a role of another path cannot have the name of the present one.
    change_inputs(terraform, "report", role_path="/reports/")
    errors = plan_errors(terraform)
    assert len(_refused(errors, "This installation created it")) == 2
    status, _, remarks = run_adopt(terraform, errors)
    (terraform.directory / ADOPTED).unlink()
    assert status == 1
    assert remarks.count("as the configuration wants (path). Give it another name too, or undo that.") == 2
    change_inputs(terraform, "report", role_path="/")

    sandbox.client("codebuild", ADMINISTRATOR).delete_project(name="own")
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))

    kms = sandbox.client("kms", ADMINISTRATOR)
    key_id = kms.describe_key(KeyId="alias/own")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id)
    errors = plan_errors(terraform)
    assert _refused(errors, "This installation created it") == {'key alias "alias/own"'}
    assert "adopt" not in errors
    commands = re.findall(r"aws kms (\S+) --\S+ (\S+) --region us-east-1", errors)
    assert commands == [("cancel-key-deletion", key_id), ("enable-key", key_id), ("delete-alias", "alias/own")]
    kms.cancel_key_deletion(KeyId=key_id)
    kms.enable_key(KeyId=key_id)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    kms.schedule_key_deletion(KeyId=key_id)
    kms.delete_alias(AliasName="alias/own")
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


_DATA_OF_A_REPORT = {"bucket_name": "patch-compliance", "stack_set_name": "patch-compliance"}
_NAMES_OF_A_REPORT = {
    'alarm "report-failed"': "aws_cloudwatch_metric_alarm.failed",
    'alarm "report-missing"': "aws_cloudwatch_metric_alarm.missing[0]",
    f'bucket "report-{ADMINISTRATOR}-us-east-1"': "aws_s3_bucket.this[0]",
    'CodeBuild project "report"': "aws_codebuild_project.this",
    'key alias "alias/report"': "aws_kms_alias.this[0]",
    'log group "/aws/codebuild/report"': "aws_cloudwatch_log_group.this",
    'role "ScheduledComplianceReportBuild"': "aws_iam_role.build",
    'role "ScheduledComplianceReportSchedule"': "aws_iam_role.schedule",
    'schedule "report"': "aws_scheduler_schedule.this",
    'topic "report"': "aws_sns_topic.this[0]",
}


def _create_names_of_a_report(sandbox: Sandbox) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codebuild.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    roles = [
        sandbox.client("iam", ADMINISTRATOR).create_role(
            RoleName=f"ScheduledComplianceReport{name}", AssumeRolePolicyDocument=document
        )["Role"]["Arn"]
        for name in ("Build", "Schedule")
    ]
    for name in ("failed", "missing"):
        sandbox.client("cloudwatch", ADMINISTRATOR).put_metric_alarm(
            AlarmName=f"report-{name}",
            ComparisonOperator="LessThanThreshold",
            EvaluationPeriods=1,
            MetricName="Metric",
            Namespace="Theirs",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
    sandbox.client("codebuild", ADMINISTRATOR).create_project(
        name="report",
        source={"type": "S3", "location": "theirs/program/"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "image", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=roles[0],
    )
    kms = sandbox.client("kms", ADMINISTRATOR)
    kms.create_alias(AliasName="alias/report", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    sandbox.client("logs", ADMINISTRATOR).create_log_group(logGroupName="/aws/codebuild/report")
    sandbox.client("s3", ADMINISTRATOR).create_bucket(Bucket=f"report-{ADMINISTRATOR}-us-east-1")
    topic = sandbox.client("sns", ADMINISTRATOR).create_topic(Name="report")["TopicArn"]
    sandbox.client("scheduler", ADMINISTRATOR).create_schedule(
        Name="report",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": topic, "RoleArn": roles[1]},
    )
