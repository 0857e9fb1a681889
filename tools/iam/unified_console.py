"""The statements of docs/iam/unified-console.json that no other policy has."""

from __future__ import annotations

from tools.iam.statements import Statement

UNIFIED_CONSOLE = (
    Statement("ReadAssociations", "what does the same as the unified console", ("ssm:ListAssociations",)),
    Statement(
        "ReadConsoleRoles",
        "whether the names of the unified console's roles are taken",
        ("iam:GetRole",),
        ("arn:aws:iam::*:role/ManagedInstance-CrossAccount*",),
    ),
)
