"""The statements of docs/iam/compliance-schedule.json, for the module's default names."""

from __future__ import annotations

from tools.iam.statements import BUCKET_CHANGES, BUCKET_DELETIONS, BUCKET_READS, Statement

_NAME = "scheduled-compliance-report"
_BUCKET = (f"arn:aws:s3:::{_NAME}-*",)
_PROGRAM = (f"arn:aws:s3:::{_NAME}-*/patch-compliance/program/program.json.gz",)
_ROLES = ("arn:aws:iam::*:role/ScheduledComplianceReportBuild", "arn:aws:iam::*:role/ScheduledComplianceReportSchedule")
_PROJECT = (f"arn:aws:codebuild:*:*:project/{_NAME}",)
_SCHEDULE = (f"arn:aws:scheduler:*:*:schedule/default/{_NAME}",)
_TOPIC = (f"arn:aws:sns:*:*:{_NAME}",)
_ALARMS = (f"arn:aws:cloudwatch:*:*:alarm:{_NAME}-*",)
_LOG_GROUP = (
    f"arn:aws:logs:*:*:log-group:/aws/codebuild/{_NAME}",
    f"arn:aws:logs:*:*:log-group:/aws/codebuild/{_NAME}:*",
)


COMPLIANCE_SCHEDULE = (
    Statement(
        "ReadReportBucket",
        "the bucket of the reports, as the AWS provider reads one",
        BUCKET_READS,
        _BUCKET,
    ),
    Statement("ManageReportBucket", "the bucket of the reports", BUCKET_CHANGES, _BUCKET),
    Statement("EmptyReportBucket", "only for `force_destroy = true`", BUCKET_DELETIONS, _BUCKET),
    Statement(
        "ManageReportProgram",
        "the program in the bucket",
        (
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObject",
            "s3:GetObjectTagging",
            "s3:PutObject",
            "s3:PutObjectTagging",
        ),
        _PROGRAM,
    ),
    Statement(
        "ManageReportKeyAlias",
        "the alias of the key",
        ("kms:CreateAlias", "kms:DeleteAlias"),
        (f"arn:aws:kms:*:*:alias/{_NAME}",),
    ),
    Statement(
        "ReadReportRoles",
        "the roles of build and schedule",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ),
        _ROLES,
    ),
    Statement(
        "ManageReportRoles",
        "the roles of build and schedule",
        (
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ),
        _ROLES,
    ),
    Statement(
        "PassReportRoles",
        "the roles, to CodeBuild and EventBridge Scheduler",
        ("iam:PassRole",),
        _ROLES,
        ("StringEquals", "iam:PassedToService"),
    ),
    Statement(
        "ManageReportProject",
        "the CodeBuild project",
        (
            "codebuild:BatchGetProjects",
            "codebuild:CreateProject",
            "codebuild:DeleteProject",
            "codebuild:UpdateProject",
        ),
        _PROJECT,
    ),
    Statement(
        "ManageReportSchedule",
        "the schedule",
        (
            "scheduler:CreateSchedule",
            "scheduler:DeleteSchedule",
            "scheduler:GetSchedule",
            "scheduler:UpdateSchedule",
        ),
        _SCHEDULE,
    ),
    Statement(
        "ManageReportTopic",
        "the topic of summaries and alarms",
        (
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:GetTopicAttributes",
            "sns:ListTagsForResource",
            "sns:SetTopicAttributes",
            "sns:TagResource",
            "sns:UntagResource",
        ),
        _TOPIC,
    ),
    Statement(
        "ManageReportAlarms",
        "the alarms",
        (
            "cloudwatch:DeleteAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ),
        _ALARMS,
    ),
    Statement(
        "ReadAlarms",
        "the alarms, which are read by a list",
        ("cloudwatch:DescribeAlarms",),
        ("arn:aws:cloudwatch:*:*:alarm:*",),
    ),
    Statement(
        "ManageReportLogGroup",
        "the log of the builds",
        (
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
        _LOG_GROUP,
    ),
)
