"""Actions that Quick Setup needs from its caller according to AWS, and that no call in the sandbox shows.

Quick Setup uses its caller's permissions, which the sandbox does not simulate. AWS lists them for its console:
https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-console-access.html
ASSUMPTION(documented-console-permissions): the API needs the same. Left out: the actions of `management-apply`, and of
console pages (maintenance windows, `iam:ListRoles`).
"""

from __future__ import annotations

from tools.iam.statements import Statement

DOCUMENTED = (
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
        "the role that enables Explorer, to the runbook",
        ("iam:PassRole",),
        ("arn:aws:iam::*:role/AWS-QuickSetup-*",),
        ("StringEquals", "iam:PassedToService"),
    ),
)

# The values of the conditions above, which no call shows.
DOCUMENTED_VALUES = {"DocumentedPassRole": ("ssm.amazonaws.com",)}
