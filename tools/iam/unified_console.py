"""The statements of docs/iam/unified-console.json, beside those that most policies have."""

from __future__ import annotations

from tools.iam.statements import Statement

UNIFIED_CONSOLE = (
    Statement(
        "ReadAssociations",
        "what does the same as the unified console, and what has run, for `report.py unified-console`",
        ("ssm:ListAssociations",),
    ),
    Statement("ReadSyncedNodes", "what AWS has collected, for `report.py nodes --fast`", ("ssm:ListNodes",)),
    Statement(
        "ReadConsoleRoles",
        "whether the names of the unified console's roles are taken",
        ("iam:GetRole",),
        ("arn:aws:iam::*:role/ManagedInstance-CrossAccount*",),
    ),
)
