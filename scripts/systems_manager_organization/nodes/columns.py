"""The columns of the report of nodes."""

from __future__ import annotations

from systems_manager_organization.compliance.model.columns import ACCOUNT_REGION, Column, text_column
from systems_manager_organization.nodes.causes import CAUSES

MANAGED, UNMANAGED = "MANAGED", "UNMANAGED"
STATUSES = (UNMANAGED, MANAGED)

# One row for each EC2 instance that is not terminated, and for each hybrid node.
NODES: tuple[Column, ...] = (
    *ACCOUNT_REGION,
    text_column("node_id", "i-… of an EC2 instance, mi-… of another machine"),
    text_column("name", "its tag Name, otherwise its host name; empty if unknown"),
    text_column("platform", "its operating system, as AWS names it; empty if unknown"),
    text_column("state", "EC2's state: running, stopped, …; empty of a hybrid node; with --fast as AWS collected it"),
    text_column("agent_version", "the version of SSM Agent that Systems Manager knows; empty if it knows none"),
    text_column(
        "last_ping_at",
        "when Systems Manager last heard of it, in UTC: 2026-01-31T23:59:59Z; empty if never, and with --fast",
    ),
    text_column("status", f"{MANAGED}: known and online; otherwise {UNMANAGED}"),
    text_column("cause", f"why it is not managed: {', '.join(CAUSES)}; empty of a managed one, and with --fast"),
    text_column("evidence", "what proves the cause"),
    text_column("remedy", "what to do"),
    text_column("notes", 'what else was found, with " | " between'),
    text_column("not_checked", "actions that were denied or failed, so that a cause may be missing; empty usually"),
    text_column("captured_at", "with --fast: when AWS has collected it, in UTC; otherwise empty: it was read now"),
)
