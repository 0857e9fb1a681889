"""The statements of the policies of docs/iam: actions, resources and condition.

A policy gets a statement, an action, a resource or a condition value only if a call needed it (tools/iam/policies.py).
Actions that no call in the sandbox can need are in tools/iam/documented.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """A possible statement of a policy.

    `resources` are patterns. `condition` is an operator and a key, whose values come from the calls.
    `purpose` is for the documentation.
    """

    sid: str
    purpose: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    condition: tuple[str, str] | None = None


_UNITS = ("arn:aws:organizations::*:ou/o-*/*",)
_ACCOUNTS = ("arn:aws:organizations::*:account/o-*/*",)
_ROOTS = ("arn:aws:organizations::*:root/o-*/*",)
_ROLES = (
    "arn:aws:iam::*:role/AWS-QuickSetup-*",
    "arn:aws:iam::*:role/service-role/SystemsManagerDefaultHostManagement",
)
# How IAM names a role with a path before it exists: sandbox.authorization.resources.
_ABSENT_ROLES = ("arn:aws:iam::*:role/SystemsManagerDefaultHostManagement",)
_SERVICE_LINKED_ROLES = ("arn:aws:iam::*:role/aws-service-role/*", "arn:aws:iam::*:role/AWSServiceRoleFor*")
_SETTING = ("arn:aws:ssm:*:*:servicesetting/ssm/managed-instance/default-ec2-instance-management-role",)
_RECORDS = ("arn:aws:ssm:*:*:parameter/systems-manager-organization/settings*",)
_STACKS = ("arn:aws:cloudformation:*:*:stack/ExplorerDataSync-*/*",)
_MANAGERS = ("arn:aws:ssm-quicksetup:*:*:configuration-manager/*",)
_SERVICE_PRINCIPAL = ("StringEquals", "organizations:ServicePrincipal")

# Of a StackSet that a module creates.
STACK_SET_READS = (
    "cloudformation:DescribeStackSet",
    "cloudformation:DescribeStackSetOperation",
    "cloudformation:ListStackInstances",
    "cloudformation:ListStackSetAutoDeploymentTargets",
    "cloudformation:ListStackSetOperationResults",
    "cloudformation:ListStackSetOperations",
)
STACK_SET_CHANGES = (
    "cloudformation:CreateStackInstances",
    "cloudformation:CreateStackSet",
    "cloudformation:DeleteStackInstances",
    "cloudformation:DeleteStackSet",
    "cloudformation:TagResource",
    "cloudformation:UntagResource",
    "cloudformation:UpdateStackInstances",
    "cloudformation:UpdateStackSet",
)

# Of all modules. IAM judges each one beside the StackSet and its targets.
_TYPES = tuple(
    f"arn:aws:cloudformation:*:*:type/resource/AWS-{name}"
    for name in (
        "Events-Rule",
        "IAM-ManagedPolicy",
        "IAM-Role",
        "SSM-Association",
        "SSM-Document",
        "SSM-ResourceDataSync",
        "SSM-ServiceSetting",
        "SSMGuiConnect-Preferences",
        "SSMQuickSetup-LifecycleAutomation",
    )
)

# Of a bucket that a module creates, as the AWS provider reads, changes and empties one.
BUCKET_READS = (
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
)
BUCKET_CHANGES = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
BUCKET_DELETIONS = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions")

# The first matching statement applies. First reads, then the steps of the procedure.
STATEMENTS = (
    Statement(
        "ReadOrganization",
        "accounts and organizational units, trusted access, delegated administrators",
        (
            "organizations:DescribeAccount",
            "organizations:DescribeOrganization",
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListAWSServiceAccessForOrganization",
            "organizations:ListAccounts",
            "organizations:ListAccountsForParent",
            "organizations:ListDelegatedAdministrators",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListParents",
            "organizations:ListRoots",
            "organizations:ListTagsForResource",
        ),
    ),
    Statement(
        "ReadQuickSetup",
        "configuration managers and the status of their deployments",
        (
            "ssm-quicksetup:GetConfigurationManager",
            "ssm-quicksetup:ListConfigurationManagers",
            "ssm-quicksetup:ListConfigurations",
            "ssm-quicksetup:ListTagsForResource",
        ),
    ),
    Statement(
        "ReadStackSets",
        "whether StackSets is activated, and which there are",
        ("cloudformation:DescribeOrganizationsAccess", "cloudformation:ListStackSets"),
    ),
    Statement(
        "ReadReasons",
        "why a deployment failed",
        (
            "cloudformation:ListStackInstances",
            "cloudformation:ListStackSetOperationResults",
            "cloudformation:ListStackSetOperations",
        ),
        ("arn:aws:cloudformation:*:*:stackset/AWS-QuickSetup-*",),
    ),
    Statement(
        "DeployResourceTypes",
        "the resource types in the templates of the module's StackSets",
        tuple(action for action in STACK_SET_CHANGES if action.endswith(("StackInstances", "StackSet"))),
        _TYPES,
    ),
    Statement(
        "ReadSystemsManager",
        "patch baselines and resource data syncs",
        ("ssm:DescribePatchBaselines", "ssm:ListResourceDataSync"),
    ),
    Statement(
        "ReadDefaultHostManagement", "the role that is set in the account itself", ("ssm:GetServiceSetting",), _SETTING
    ),
    Statement("ReadRecords", "what each setting was before it was changed", ("ssm:GetParametersByPath",), _RECORDS),
    Statement("ReadOpsData", "OpsData of Explorer", ("ssm:GetOpsSummary",), ("arn:aws:ssm:*:*:resource-data-sync/*",)),
    Statement(
        "ReadStack",
        "the stack of Explorer's resource data sync",
        ("cloudformation:DescribeStacks", "cloudformation:GetTemplate"),
        _STACKS,
    ),
    Statement(
        "ReadRoles",
        "the roles that the module creates",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ),
        (*_ROLES, *_ABSENT_ROLES),
    ),
    Statement("ReadServiceLinkedRoles", "whether service-linked roles exist", ("iam:GetRole",), _SERVICE_LINKED_ROLES),
    Statement(
        "ReadLeftovers",
        "what Quick Setup left behind, for `report.py leftovers`; log groups also for modules/compliance-schedule",
        (
            "ec2:DescribeTags",
            "iam:GetAccountAuthorizationDetails",
            "iam:ListInstanceProfiles",
            "logs:DescribeLogGroups",
            "s3:ListAllMyBuckets",
        ),
    ),
    Statement(
        "ReadExplorerSettings",
        "the OpsData sources that Quick Setup switched on, for `report.py leftovers`",
        ("ssm:GetServiceSetting",),
        ("arn:aws:ssm:*:*:servicesetting/ssm/opsdata/*", "arn:aws:ssm:*:*:servicesetting/ssm/opsitem/*"),
    ),
    Statement(
        "ReadRegions", "which Regions the account has", ("account:ListRegions",), ("arn:aws:account::*:account",)
    ),
    Statement(
        "ReadPatchCompliance",
        "nodes and their patches, for `report.py compliance`",
        (
            "ssm:DescribeInstanceInformation",
            "ssm:DescribeInstancePatchStates",
            "ssm:DescribeInstancePatches",
            "ssm:ListResourceComplianceSummaries",
        ),
    ),
    Statement(
        "ReadNodeTags",
        "tags of nodes outside EC2, for `report.py compliance --owner-tag` and exceptions by tag",
        ("ssm:ListTagsForResource",),
        ("arn:aws:ssm:*:*:managed-instance/*",),
    ),
    Statement("FindCloud9", "environments that patch policies fail on", ("cloud9:ListEnvironments",)),
    Statement(
        "ReadCloud9",
        "their types and names",
        ("cloud9:DescribeEnvironments",),
        ("arn:aws:cloud9:*:*:environment:*",),
    ),
    Statement(
        "AssumeMemberRoles",
        "the role of the member accounts: for preflight, for a report, before the administrator is deregistered",
        ("sts:AssumeRole",),
        ("arn:aws:iam::*:role/OrganizationAccountAccessRole",),
    ),
    Statement(
        "WriteRecords",
        "what each setting was before it is changed",
        ("ssm:DeleteParameter", "ssm:PutParameter"),
        _RECORDS,
    ),
    Statement(
        "EnableTrustedAccess",
        "trusted access of the services",
        ("organizations:EnableAWSServiceAccess",),
        condition=_SERVICE_PRINCIPAL,
    ),
    Statement("ActivateStackSets", "StackSets", ("cloudformation:ActivateOrganizationsAccess",)),
    Statement("ShareResources", "only for `resource_sharing`", ("ram:EnableSharingWithAwsOrganization",)),
    Statement(
        "DisableTrustedAccess",
        'only for `trusted_access` or `resource_sharing` with `on_destroy = "restore"`',
        ("organizations:DisableAWSServiceAccess",),
        condition=_SERVICE_PRINCIPAL,
    ),
    Statement(
        "DeactivateStackSets",
        'only for `trusted_access = { on_destroy = "restore" }`',
        ("cloudformation:DeactivateOrganizationsAccess",),
    ),
    Statement(
        "CreateServiceLinkedRoles",
        "service-linked roles",
        ("iam:CreateServiceLinkedRole",),
        ("arn:aws:iam::*:role/aws-service-role/*",),
        ("StringEquals", "iam:AWSServiceName"),
    ),
    Statement(
        "RegisterAdministrator",
        "the delegated administrator",
        ("organizations:DeregisterDelegatedAdministrator", "organizations:RegisterDelegatedAdministrator"),
        _ACCOUNTS,
        _SERVICE_PRINCIPAL,
    ),
    Statement(
        "PlaceAdministrator",
        "the dedicated organizational unit, and the account in it",
        (
            "organizations:CreateOrganizationalUnit",
            "organizations:DeleteOrganizationalUnit",
            "organizations:MoveAccount",
            "organizations:UpdateOrganizationalUnit",
        ),
        (*_ACCOUNTS, *_UNITS, *_ROOTS),
    ),
    Statement(
        "TagUnit",
        "tags of the dedicated organizational unit",
        ("organizations:TagResource", "organizations:UntagResource"),
        _UNITS,
    ),
    Statement(
        "ManageRoles",
        "the roles of Quick Setup and of Default Host Management",
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
        "AttachManagedPolicies",
        "AWS's own policies of these roles, and no others",
        ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        _ROLES,
        ("ArnEquals", "iam:PolicyARN"),
    ),
    Statement(
        "PassRolesToQuickSetup",
        "the local roles",
        ("iam:PassRole",),
        _ROLES[:1],
        ("StringEquals", "iam:PassedToService"),
    ),
    Statement(
        "PassRoleToSystemsManager",
        "the role of Default Host Management",
        ("iam:PassRole",),
        _ROLES[1:],
        ("StringEquals", "iam:PassedToService"),
    ),
    Statement(
        "ManageConfigurations",
        "Quick Setup's configurations",
        (
            "ssm-quicksetup:CreateConfigurationManager",
            "ssm-quicksetup:DeleteConfigurationManager",
            "ssm-quicksetup:TagResource",
            "ssm-quicksetup:UntagResource",
            "ssm-quicksetup:UpdateConfigurationDefinition",
        ),
        _MANAGERS,
    ),
    Statement(
        "SetDefaultHostManagement",
        "Default Host Management in the account itself",
        ("ssm:ResetServiceSetting", "ssm:UpdateServiceSetting"),
        _SETTING,
    ),
    Statement(
        "ManageStack",
        "the stack of Explorer's resource data sync",
        (
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:TagResource",
            "cloudformation:UpdateStack",
        ),
        _STACKS,
    ),
    Statement(
        "ManageResourceDataSync",
        "the sync itself, which CloudFormation makes with the caller's permissions",
        ("ssm:CreateResourceDataSync", "ssm:DeleteResourceDataSync", "ssm:UpdateResourceDataSync"),
        ("arn:aws:ssm:*:*:resource-data-sync/*",),
        # IfExists: CloudFormation may omit the type of a sync that it updates or deletes.
        ("StringEqualsIfExists", "ssm:SyncType"),
    ),
)

# Last: their resources are all.
OF_ALL_RESOURCES = (
    Statement(
        "ReadLogBuckets",
        "whether the buckets of `log_bucket` are there",
        ("s3:ListBucket",),
        ("arn:aws:s3:::*",),
    ),
    Statement(
        "DiagnoseNodes",
        "instances and why they are not managed, for `report.py nodes`",
        (
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkAcls",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEndpoints",
            "iam:GetInstanceProfile",
            "iam:GetRole",
            "iam:SimulatePrincipalPolicy",
        ),
    ),
)
