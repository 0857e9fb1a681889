"""Actions that Quick Setup needs from its caller according to AWS, and that no call in the sandbox shows.

Quick Setup uses its caller's permissions, which the sandbox does not simulate. AWS lists them for its console:
https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-console-access.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-setting-up.html
ASSUMPTION(documented-console-permissions): the API needs the same. Left out: the actions of the policies beside them,
of the management account alone (trusted access, registrations), and of console pages (maintenance windows, drift,
requests for access, `iam:ListRoles`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.iam.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGEMENT_DOCUMENTED, ADMINISTRATOR_DOCUMENTED = "management-apply-documented", "administrator-documented"

_MANAGEMENT = (
    Statement(
        "DocumentedReads",
        "what was deployed, and what it is deployed to",
        (
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackInstance",
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStackSet",
            "cloudformation:DescribeStackSetOperation",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackInstances",
            "cloudformation:ListStackSetOperationResults",
            "cloudformation:ListStackSetOperations",
            "cloudformation:ListStackSets",
            "cloudformation:ListStacks",
            "ec2:DescribeInstances",
            "organizations:DescribeAccount",
            "resource-groups:ListGroups",
            "s3:GetBucketLocation",
            "s3:ListAllMyBuckets",
            "s3:ListBucket",
            "ssm:DescribeAssociation",
            "ssm:DescribeAutomationExecutions",
            "ssm:DescribeDocument",
            "ssm:GetAutomationExecution",
            "ssm:GetDocument",
            "ssm:GetPatchBaseline",
            "ssm:ListAssociations",
            "ssm:ListDocuments",
        ),
    ),
    Statement(
        "DocumentedStackSets",
        "the StackSet of each configuration",
        (
            "cloudformation:CreateStackInstances",
            "cloudformation:CreateStackSet",
            "cloudformation:DeleteStackInstances",
            "cloudformation:DeleteStackSet",
            "cloudformation:StopStackSetOperation",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStackSet",
        ),
        (
            "arn:aws:cloudformation:*:*:stackset/AWS-QuickSetup-*",
            "arn:aws:cloudformation:*:*:stackset/SSMQuickSetup",
            "arn:aws:cloudformation:*:*:stackset-target/AWS-QuickSetup-*:*",
            "arn:aws:cloudformation:*:*:type/resource/*",
        ),
    ),
    Statement(
        "DocumentedStacks",
        "the stacks in the account itself",
        (
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:RollbackStack",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStack",
        ),
        (
            "arn:aws:cloudformation:*:*:stack/AWS-QuickSetup-*",
            "arn:aws:cloudformation:*:*:stack/StackSet-AWS-QuickSetup-*",
            "arn:aws:cloudformation:*:*:stack/StackSet-SSMQuickSetup*",
            "arn:aws:cloudformation:*:*:type/resource/*",
        ),
    ),
    Statement(
        "DocumentedAssociations",
        "State Manager associations of the account itself",
        ("ssm:CreateAssociation", "ssm:DeleteAssociation", "ssm:StartAssociationsOnce"),
    ),
    Statement(
        "DocumentedRunbook",
        "the runbook that enables Explorer",
        ("ssm:StartAutomationExecution",),
        (
            "arn:aws:ssm:*:*:automation-definition/AWS-EnableExplorer:*",
            "arn:aws:ssm:*:*:automation-execution/*",
            "arn:aws:ssm:*:*:document/AWS-EnableExplorer",
        ),
    ),
    Statement(
        "DocumentedResourceDataSync",
        "Quick Setup's own resource data sync, from which its dashboards are made",
        ("ssm:CreateResourceDataSync", "ssm:GetOpsSummary", "ssm:UpdateResourceDataSync"),
        ("arn:aws:ssm:*:*:resource-data-sync/AWS-QuickSetup-*",),
    ),
    Statement(
        "DocumentedPassRole",
        "roles of Quick Setup, such as that which enables Explorer",
        ("iam:PassRole",),
        ("arn:aws:iam::*:role/AWS-QuickSetup-*",),
        ("StringEquals", "iam:PassedToService"),
    ),
)

_QUICK_SETUP_ROLES = ("arn:aws:iam::*:role/AWS-QuickSetup-*", "arn:aws:iam::*:role/service-role/AWS-QuickSetup-*")

# The pages of the unified console and of just-in-time node access, which are enabled in the administrator account. In
# the management account, `management-apply` has what these statements allow.
_OF_THE_ADMINISTRATOR = (
    Statement(
        "DocumentedRoles",
        "roles that Quick Setup creates in the account itself",
        (
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListRolePolicies",
        ),
        _QUICK_SETUP_ROLES,
    ),
    Statement(
        "DocumentedRolePolicies",
        "the policies of those of just-in-time node access",
        ("iam:PutRolePolicy",),
        tuple(f"{role.removesuffix('*')}JITNA*" for role in _QUICK_SETUP_ROLES),
    ),
    Statement(
        "DocumentedServiceLinkedRoles",
        "service-linked roles of the services that a configuration uses",
        ("iam:CreateServiceLinkedRole",),
        ("arn:aws:iam::*:role/aws-service-role/*",),
        ("StringEquals", "iam:AWSServiceName"),
    ),
)

# What these two pages lack, and what the policies beside `management-apply-documented` have.
_NOT_READ = frozenset(
    {
        "ec2:DescribeInstances",
        "resource-groups:ListGroups",
        "s3:GetBucketLocation",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
    }
)
_ALSO_READ = (
    "cloudformation:DescribeOrganizationsAccess",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListParents",
    "ssm:DescribePatchBaselines",
    "ssm:ListResourceDataSync",
)
_READS, *_CHANGES, _PASS_ROLE = _MANAGEMENT
_ADMINISTRATOR = (
    replace(_READS, actions=(*(action for action in _READS.actions if action not in _NOT_READ), *_ALSO_READ)),
    *_CHANGES,
    replace(_PASS_ROLE, resources=_QUICK_SETUP_ROLES),
    *_OF_THE_ADMINISTRATOR,
)

# For the table.
DOCUMENTED = (*_MANAGEMENT, *_OF_THE_ADMINISTRATOR)
DOCUMENTED_POLICIES: Mapping[str, tuple[Statement, ...]] = {
    MANAGEMENT_DOCUMENTED: _MANAGEMENT,
    ADMINISTRATOR_DOCUMENTED: _ADMINISTRATOR,
}
# The values of the conditions, which no call shows.
DOCUMENTED_VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    MANAGEMENT_DOCUMENTED: {"DocumentedPassRole": ("ssm.amazonaws.com",)},
    ADMINISTRATOR_DOCUMENTED: {
        "DocumentedPassRole": ("cloudformation.amazonaws.com", "ssm-quicksetup.amazonaws.com", "ssm.amazonaws.com"),
        "DocumentedServiceLinkedRoles": (
            "accountdiscovery.ssm.amazonaws.com",
            "resource-explorer-2.amazonaws.com",
            "ssm-quicksetup.amazonaws.com",
            "ssm.amazonaws.com",
            "stacksets.cloudformation.amazonaws.com",
        ),
    },
}
