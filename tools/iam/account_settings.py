"""The statements of docs/iam/account-settings.json, for the module's default name and settings."""

from __future__ import annotations

from tools.iam.statements import Statement

_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/systems-manager-account-settings:*",
    "arn:aws:cloudformation:*:*:stackset-target/systems-manager-account-settings:*",
    "arn:aws:cloudformation:*:*:type/resource/AWS-SSM-ServiceSetting",
)
_SETTINGS = tuple(
    f"arn:aws:ssm:*:*:servicesetting/ssm/{path}"
    for path in (
        "automation/*",
        "documents/*",
        "managed-instance/activation-tier",
        "opsinsights/*",
        "parameter-store/*",
    )
)

ACCOUNT_SETTINGS = (
    Statement(
        "ReadServiceSettings",
        "the service settings of an account, for modules/account-settings and `report.py service-settings`",
        ("ssm:GetServiceSetting",),
        _SETTINGS,
    ),
    Statement(
        "ChangeServiceSettings",
        "the service settings of the management account itself",
        ("ssm:ResetServiceSetting", "ssm:UpdateServiceSetting"),
        _SETTINGS,
    ),
    Statement(
        "ReadAccountSettingsStackSet",
        "which account and Region has its settings, and why not",
        (
            "cloudformation:DescribeStackSet",
            "cloudformation:DescribeStackSetOperation",
            "cloudformation:ListStackInstances",
            "cloudformation:ListStackSetOperationResults",
        ),
        _STACK_SET,
    ),
    Statement(
        "ManageAccountSettingsStackSet",
        "the service settings of all accounts",
        (
            "cloudformation:CreateStackInstances",
            "cloudformation:CreateStackSet",
            "cloudformation:DeleteStackInstances",
            "cloudformation:DeleteStackSet",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStackInstances",
            "cloudformation:UpdateStackSet",
        ),
        _STACK_SET,
    ),
)
