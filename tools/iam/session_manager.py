"""The statements of docs/iam/session-manager-preferences.json, for the module's default names."""

from __future__ import annotations

from tools.iam.statements import (
    BUCKET_CHANGES,
    BUCKET_DELETIONS,
    BUCKET_READS,
    STACK_SET_CHANGES,
    STACK_SET_READS,
    Statement,
)

_BUCKET = ("arn:aws:s3:::session-manager-preferences-*",)
_KEYS = ("arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/session-manager-preferences")
_STACK_SET = (
    "arn:aws:cloudformation:*:*:stackset/session-manager-preferences:*",
    "arn:aws:cloudformation:*:*:stackset-target/session-manager-preferences:*",
)

# Of a bucket and its key, which the AWS provider reads and changes as those of patch compliance.

SESSION_MANAGER = (
    Statement(
        "ReadSessionPreferences",
        "the preferences of an account and Region, for `report.py session-preferences`",
        ("ssm:GetDocument", "ssm:ListDocumentVersions"),
        ("arn:aws:ssm:*:*:document/SSM-SessionManagerRunShell",),
    ),
    Statement(
        "ReadSessionLogBucket",
        "the bucket of session logs, as the AWS provider reads one",
        BUCKET_READS,
        _BUCKET,
    ),
    Statement(
        "ManageSessionLogBucket",
        "the bucket of session logs",
        (*BUCKET_CHANGES, "s3:PutBucketObjectLockConfiguration"),
        _BUCKET,
    ),
    Statement(
        "EmptySessionLogBucket",
        "only for `force_destroy = true`",
        BUCKET_DELETIONS,
        _BUCKET,
    ),
    Statement(
        "ManageSessionLogKeyAlias",
        "the alias of the key of the bucket",
        ("kms:CreateAlias", "kms:DeleteAlias"),
        _KEYS[1:],
    ),
    Statement(
        "ReadSessionManagerStackSet",
        "which account and Region has the preferences, and why not",
        STACK_SET_READS,
        _STACK_SET,
    ),
    Statement(
        "ManageSessionManagerStackSet",
        "the preferences of all accounts",
        STACK_SET_CHANGES,
        _STACK_SET,
    ),
)
