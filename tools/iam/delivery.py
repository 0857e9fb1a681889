"""The statements of docs/iam/compliance-report-delivery.json and docs/iam/member-security-hub.json."""

from __future__ import annotations

from tools.iam.statements import Statement

SNAPSHOT_BUCKET = "compliance-report-snapshots-111111111111"
_BUCKET = "arn:aws:s3:::compliance-report-snapshots-*"

DELIVERY = (
    Statement(
        "ReadFindings",
        "what Security Hub has of `report.py compliance --to-security-hub`",
        ("securityhub:GetFindings",),
        ("arn:aws:securityhub:*:*:hub/default",),
    ),
    Statement(
        "ImportFindings",
        "findings of the account itself, for `--to-security-hub`",
        ("securityhub:BatchImportFindings",),
        ("arn:aws:securityhub:*:*:product/*/default",),
    ),
    Statement("ListSnapshots", "earlier snapshots, for `--snapshot s3://...`", ("s3:ListBucket",), (_BUCKET,)),
    Statement("WriteSnapshots", "the snapshots themselves", ("s3:GetObject", "s3:PutObject"), (f"{_BUCKET}/*",)),
)
