"""The statements of docs/iam/just-in-time-node-access.json, for the module's default name."""

from __future__ import annotations

from tools.iam.statements import STACK_SET_CHANGES, STACK_SET_READS, Statement

_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access:*",
    "arn:aws:cloudformation:*:*:type/resource/AWS-SSM-Document",
)
_EVENTS_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access-events:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access-events:*",
    "arn:aws:cloudformation:*:*:type/resource/AWS-Events-Rule",
    "arn:aws:cloudformation:*:*:type/resource/AWS-IAM-Role",
)
_BUS = (
    "arn:aws:events:*:*:event-bus/just-in-time-node-access",
    "arn:aws:events:*:*:rule/just-in-time-node-access/access-requests",
)
_TOPIC = ("arn:aws:sns:*:*:just-in-time-node-access",)
_STACK = ("arn:aws:cloudformation:*:*:stack/just-in-time-node-access-deny-access/*",)
_DOCUMENT = ("arn:aws:ssm:*:*:document/SSM-JustInTimeAccessDenyAccessOrgPolicy",)

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
        "the deny-access policy itself",
        ("ssm:CreateDocument", "ssm:DeleteDocument", "ssm:GetDocument", "ssm:UpdateDocument"),
        _DOCUMENT,
    ),
    Statement(
        "ReadEventsStackSet",
        "which account and Region sends the events of access requests, and why not",
        STACK_SET_READS,
        _EVENTS_STACK_SET,
    ),
    Statement(
        "ManageEventsStackSet",
        "the rules for `events`, in all accounts",
        STACK_SET_CHANGES,
        _EVENTS_STACK_SET,
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
