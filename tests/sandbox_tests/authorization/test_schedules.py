"""What calls to EventBridge Scheduler, CodeBuild, CloudWatch, CloudWatch Logs and the tagging API need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.authorization.required_permissions import required_permissions
from sandbox.policies.evaluation import Permission
from sandbox.policies.request_context import RequestContext
from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

ROLE = f"arn:aws:iam::{MANAGEMENT}:role/Runner"
TAGS = [{"Key": "Owner", "Value": "cloud"}]


def required(action: str, **parameters: Any) -> set[Permission]:
    service, _, operation = action.partition(":")
    return set(required_permissions(RequestContext(service, operation, parameters, MANAGEMENT, "us-east-1")))


def on(action: str, resource: str) -> Permission:
    return Permission(action, f"arn:aws:{action.partition(':')[0]}:us-east-1:{MANAGEMENT}:{resource}")


def passed(service: str) -> Permission:
    return Permission("iam:PassRole", ROLE, {"iam:PassedToService": f"{service}.amazonaws.com"})


def test_schedules(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["schedules"] == {}
    target = {"Arn": "arn", "RoleArn": ROLE}
    for operation in ("CreateSchedule", "UpdateSchedule"):
        action = f"scheduler:{operation}"
        assert required(action, Name="one", Target=target) == {on(action, "schedule/default/one"), passed("scheduler")}
    assert required("scheduler:GetSchedule", Name="one", GroupName="other") == {
        on("scheduler:GetSchedule", "schedule/other/one")
    }
    assert required("scheduler:GetScheduleGroup", Name="other") == {
        on("scheduler:GetScheduleGroup", "schedule-group/other")
    }
    assert required("scheduler:ListSchedules") == {Permission("scheduler:ListSchedules")}


def test_tags_have_a_prefix_of_their_own() -> None:
    assert required("resourcegroupstaggingapi:GetResources") == {Permission("tag:GetResources")}


def test_projects_and_builds(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["projects"] == {}
    for operation in ("CreateProject", "UpdateProject"):
        action = f"codebuild:{operation}"
        assert required(action, name="one", serviceRole=ROLE) == {on(action, "project/one"), passed("codebuild")}
    assert required("codebuild:BatchGetProjects", names=["one", "two"]) == {
        on("codebuild:BatchGetProjects", "project/one"),
        on("codebuild:BatchGetProjects", "project/two"),
    }
    assert required("codebuild:StartBuild", projectName="one") == {on("codebuild:StartBuild", "project/one")}
    assert required("codebuild:StopBuild", id="one:1") == {on("codebuild:StopBuild", "project/one")}
    assert required("codebuild:BatchGetBuilds", ids=["one:1"]) == {on("codebuild:BatchGetBuilds", "project/one")}


def test_alarms_and_log_groups(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["alarms"] == {}
    assert required("cloudwatch:PutMetricAlarm", AlarmName="one", Tags=TAGS) == {
        on("cloudwatch:PutMetricAlarm", "alarm:one"),
        on("cloudwatch:TagResource", "alarm:one"),
    }
    assert required("cloudwatch:DeleteAlarms", AlarmNames=["one"]) == {on("cloudwatch:DeleteAlarms", "alarm:one")}
    assert required("cloudwatch:DescribeAlarms", AlarmNames=["one"]) == {on("cloudwatch:DescribeAlarms", "alarm:*")}
    assert required("logs:CreateLogGroup", logGroupName="one", tags={"Owner": "cloud"}) == {
        on("logs:CreateLogGroup", "log-group:one:*"),
        on("logs:TagResource", "log-group:one:*"),
    }
    assert required("logs:DescribeLogGroups", logGroupNamePrefix="one") == {Permission("logs:DescribeLogGroups")}


def test_the_key_of_a_topic(sandbox: Sandbox) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    sns = sandbox.client("sns")
    plain = sns.create_topic(Name="plain")["TopicArn"]
    encrypted = sns.create_topic(Name="encrypted", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    assert required("sns:Publish", TopicArn=plain) == {Permission("sns:Publish", plain)}
    assert required("sns:Publish", TopicArn=encrypted) == {
        Permission("sns:Publish", encrypted),
        Permission("kms:Decrypt", key),
        Permission("kms:GenerateDataKey", key),
    }
