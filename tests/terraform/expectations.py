"""What the apply tests expect of every run: who is who, what may be called, and what stays after destroy."""

from __future__ import annotations

OTHER_MEMBER = "333333333333"
MANAGEMENT = "111111111111"

# All that an apply and a destroy of the module may call besides reading.
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

# What the README says that destroy leaves, as `harness.assertions.differences` names it.
RETAINED_ACCESS = ("trusted_access/*", "stack_sets_access")
RETAINED_ROLES = ("service_linked_roles/*", "roles/*")
