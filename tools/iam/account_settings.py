"""The statements of docs/iam/account-settings.json, for the module's default name and settings."""

from __future__ import annotations

from tools.iam.statements import STACK_SET_CHANGES, STACK_SET_READS, Statement

_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/systems-manager-account-settings:*",
    "arn:aws:cloudformation:*:*:stackset-target/systems-manager-account-settings:*",
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
        STACK_SET_READS,
        _STACK_SET,
    ),
    Statement(
        "ManageAccountSettingsStackSet",
        "the service settings of all accounts",
        STACK_SET_CHANGES,
        _STACK_SET,
    ),
)
