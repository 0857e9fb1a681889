"""The statements of docs/iam/automation-across-accounts.json, for the module's default names."""

from __future__ import annotations

from tools.iam.statements import STACK_SET_CHANGES, STACK_SET_READS, Statement

_ROLE = ("arn:aws:iam::*:role/AWS-SystemsManager-AutomationAdministrationRole",)
_CALENDAR = ("arn:aws:ssm:*:*:document/automation-across-accounts",)
_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/automation-across-accounts:*",
    "arn:aws:cloudformation:*:*:stackset-target/automation-across-accounts:*",
)

AUTOMATION = (
    # Not narrowed to an automation: its id is another one each time.
    Statement(
        "ReadAutomations",
        "what failed in an automation, for `report.py explain --execution`",
        (
            "ssm:DescribeAutomationExecutions",
            "ssm:DescribeAutomationStepExecutions",
            "ssm:GetAutomationExecution",
        ),
    ),
    Statement(
        "ReadAutomationRole",
        "the role of automations across accounts",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ),
        _ROLE,
    ),
    Statement(
        "ManageAutomationRole",
        "the role of automations across accounts, in the administrator account",
        (
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ),
        _ROLE,
    ),
    Statement(
        "ReadAutomationStackSet",
        "which account has the role of automations, and why not",
        STACK_SET_READS,
        _STACK_SET,
    ),
    Statement(
        "ManageAutomationStackSet",
        "the roles of automations in all accounts",
        STACK_SET_CHANGES,
        _STACK_SET,
    ),
    Statement(
        "ManageChangeCalendar",
        "the document of `change_calendar`",
        (
            "ssm:AddTagsToResource",
            "ssm:CreateDocument",
            "ssm:DeleteDocument",
            "ssm:DescribeDocument",
            "ssm:DescribeDocumentPermission",
            "ssm:GetDocument",
            "ssm:ListTagsForResource",
            "ssm:RemoveTagsFromResource",
            "ssm:UpdateDocument",
            "ssm:UpdateDocumentDefaultVersion",
        ),
        _CALENDAR,
    ),
)
