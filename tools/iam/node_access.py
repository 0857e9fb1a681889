"""The statements of docs/iam/just-in-time-node-access.json, for the module's default name."""

from __future__ import annotations

from tools.iam.statements import (
    BUCKET_CHANGES,
    BUCKET_DELETIONS,
    BUCKET_READS,
    STACK_SET_CHANGES,
    STACK_SET_READS,
    Statement,
)

_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access:*",
)
_OTHER_STACK_SETS = (
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access-rdp-recording:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access-rdp-recording:*",
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access-events:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access-events:*",
)
_BUS = (
    "arn:aws:events:*:*:event-bus/just-in-time-node-access",
    "arn:aws:events:*:*:rule/just-in-time-node-access/access-requests",
)
_TOPIC = ("arn:aws:sns:*:*:just-in-time-node-access",)
_STACK = ("arn:aws:cloudformation:*:*:stack/just-in-time-node-access-deny-access/*",)
_DOCUMENT = ("arn:aws:ssm:*:*:document/SSM-JustInTimeAccessDenyAccessOrgPolicy",)

_BUCKET = ("arn:aws:s3:::rdp-recordings-*",)


NODE_ACCESS = (
    Statement(
        "ReadApprovalPolicies",
        "which account and Region has the approval policies, and why not",
        STACK_SET_READS,
        _STACK_SET,
    ),
    Statement(
        "ManageApprovalPolicies",
        "the approval policies of all accounts",
        STACK_SET_CHANGES,
        _STACK_SET,
    ),
    Statement(
        "ManageDenyAccessStack",
        "the stack of the deny-access policy",
        (
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:TagResource",
            "cloudformation:UpdateStack",
        ),
        _STACK,
    ),
    Statement(
        "ManageDenyAccessPolicy",
        "the deny-access policy itself, which CloudFormation makes with the caller's permissions",
        (
            "ssm:AddTagsToResource",
            "ssm:CreateDocument",
            "ssm:DeleteDocument",
            "ssm:DescribeDocument",
            "ssm:GetDocument",
            "ssm:ListTagsForResource",
            "ssm:RemoveTagsFromResource",
            "ssm:UpdateDocument",
            "ssm:UpdateDocumentDefaultVersion",
        ),
        _DOCUMENT,
    ),
    Statement(
        "PassTokenRole",
        "the role of access tokens, which the deny-access policy names",
        ("iam:PassRole",),
        ("arn:aws:iam::*:role/SSM-JustInTimeAccessTokenRole",),
        ("StringEquals", "iam:PassedToService"),
    ),
    Statement(
        "ReadNodeAccessStackSets",
        "which account and Region sends the events of access requests, or records RDP connections, and why not",
        STACK_SET_READS,
        _OTHER_STACK_SETS,
    ),
    Statement(
        "ManageNodeAccessStackSets",
        "the rules for `events` and the preferences of `rdp_recording`, in all accounts",
        STACK_SET_CHANGES,
        _OTHER_STACK_SETS,
    ),
    Statement(
        "ReadRecordingBucket",
        "the bucket of `rdp_recording`, as the AWS provider reads one",
        BUCKET_READS,
        _BUCKET,
    ),
    Statement(
        "ManageRecordingBucket",
        "the bucket of `rdp_recording`",
        BUCKET_CHANGES,
        _BUCKET,
    ),
    Statement(
        "EmptyRecordingBucket",
        "only for `force_destroy = true`",
        BUCKET_DELETIONS,
        _BUCKET,
    ),
    Statement(
        "ManageEventBus",
        "the event bus of `events`, and its rule",
        (
            "events:CreateEventBus",
            "events:DeleteEventBus",
            "events:DeleteRule",
            "events:DescribeEventBus",
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
            "events:PutPermission",
            "events:PutRule",
            "events:PutTargets",
            "events:RemovePermission",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ),
        _BUS,
    ),
    Statement(
        "ManageEventTopic",
        "the topic of `events`",
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
)
