"""The statements of docs/iam/just-in-time-node-access.json, for the module's default name."""

from __future__ import annotations

from tools.iam.statements import STACK_SET_CHANGES, STACK_SET_READS, Statement

_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/just-in-time-node-access:*",
    "arn:aws:cloudformation:*:*:stackset-target/just-in-time-node-access:*",
    "arn:aws:cloudformation:*:*:type/resource/AWS-SSM-Document",
)
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
)
