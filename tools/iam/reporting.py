"""The statements of docs/iam/compliance-reporting.json, for the module's default names."""

from __future__ import annotations

from tools.iam.statements import (
    BUCKET_CHANGES,
    BUCKET_DELETIONS,
    BUCKET_READS,
    STACK_SET_CHANGES,
    STACK_SET_READS,
    Statement,
)

_BUCKET = ("arn:aws:s3:::patch-compliance-*",)
_KEYS = ("arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/patch-compliance")
_TABLES = (
    "arn:aws:glue:*:*:catalog",
    "arn:aws:glue:*:*:database/patch_compliance",
    "arn:aws:glue:*:*:table/patch_compliance/*",
)
_WORKGROUP = ("arn:aws:athena:*:*:workgroup/patch-compliance",)
_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/patch-compliance:*",
    "arn:aws:cloudformation:*:*:stackset-target/patch-compliance:*",
)

REPORTING = (
    Statement(
        "ReadComplianceBucket",
        "the bucket of patch compliance, as the AWS provider reads one",
        BUCKET_READS,
        _BUCKET,
    ),
    Statement("ReadComplianceData", "what the syncs wrote, and results of Athena", ("s3:GetObject",), _BUCKET),
    Statement(
        "WriteQueryResults",
        "results of Athena",
        ("s3:AbortMultipartUpload", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts", "s3:PutObject"),
        _BUCKET,
    ),
    Statement(
        "ManageComplianceBucket",
        "the bucket of patch compliance",
        BUCKET_CHANGES,
        _BUCKET,
    ),
    Statement(
        "EmptyComplianceBucket",
        "only for `force_destroy = true`",
        BUCKET_DELETIONS,
        _BUCKET,
    ),
    Statement(
        "ReadComplianceKey",
        "the key",
        (
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ),
        _KEYS,
    ),
    Statement(
        "UseComplianceKey",
        "decrypts the collected data, encrypts the results of queries",
        ("kms:Decrypt", "kms:GenerateDataKey"),
        _KEYS[:1],
    ),
    Statement(
        "ManageComplianceKey",
        "the key and its alias",
        (
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:EnableKeyRotation",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
        ),
        _KEYS,
    ),
    Statement(
        "CreateComplianceKey",
        "creates a key; lists aliases, and keys by their tag, which IAM restricts by no ARN",
        ("kms:CreateKey", "kms:ListAliases", "kms:TagResource", "tag:GetResources"),
    ),
    Statement(
        "ReadComplianceTables",
        "the tables, also for Athena",
        (
            "glue:GetDatabase",
            "glue:GetPartitionIndexes",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetTags",
        ),
        _TABLES,
    ),
    Statement(
        "ManageComplianceTables",
        "the tables",
        (
            "glue:CreateDatabase",
            "glue:CreateTable",
            "glue:DeleteDatabase",
            "glue:DeleteTable",
            "glue:TagResource",
            "glue:UntagResource",
            "glue:UpdateTable",
        ),
        _TABLES,
    ),
    Statement(
        "QueryAthena",
        "queries of `report.py compliance --source athena`",
        (
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:StartQueryExecution",
            "athena:StopQueryExecution",
        ),
        _WORKGROUP,
    ),
    Statement(
        "ManageComplianceQueries",
        "the workgroup and its named queries",
        (
            "athena:CreateNamedQuery",
            "athena:CreateWorkGroup",
            "athena:DeleteNamedQuery",
            "athena:DeleteWorkGroup",
            "athena:GetNamedQuery",
            "athena:GetWorkGroup",
            "athena:ListTagsForResource",
            "athena:TagResource",
            "athena:UntagResource",
        ),
        _WORKGROUP,
    ),
    Statement(
        "ReadComplianceStackSet",
        "which account and Region has its sync, and why not",
        STACK_SET_READS,
        _STACK_SET,
    ),
    Statement(
        "ManageComplianceStackSet",
        "the syncs of all accounts",
        STACK_SET_CHANGES,
        _STACK_SET,
    ),
)
