"""Accounts, allowed AWS calls, and what destroy retains."""

from __future__ import annotations

OTHER_MEMBER = "333333333333"
MANAGEMENT = "111111111111"

# All that an apply and a destroy of the module may call, except read-only calls.
ALLOWED_CALLS = (
    "organizations:EnableAWSServiceAccess",
    "organizations:CreateOrganizationalUnit",
    "organizations:DeleteOrganizationalUnit",
    "organizations:MoveAccount",
    "organizations:RegisterDelegatedAdministrator",
    "organizations:DeregisterDelegatedAdministrator",
    "cloudformation:ActivateOrganizationsAccess",
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:CreateServiceLinkedRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "ssm:DeleteParameter",
    "ssm:PutParameter",
    "ssm:ResetServiceSetting",
    "ssm:UpdateServiceSetting",
    "ssm-quicksetup:CreateConfigurationManager",
    "ssm-quicksetup:DeleteConfigurationManager",
)

# What destroy retains according to the README, as `harness.assertions.differences` names it.
RETAINED_ACCESS = ("trusted_access/*", "stack_sets_access")
RETAINED_ROLES = ("service_linked_roles/*", "roles/*")
# Of configurations: Default Host Management's setting, access logs of patch policies, logs of OpsCenter's functions.
RETAINED_SETTINGS = ("service_settings/*",)
RETAINED_BUCKETS = ("buckets/*",)
RETAINED_LOG_GROUPS = ("log_groups/*",)
