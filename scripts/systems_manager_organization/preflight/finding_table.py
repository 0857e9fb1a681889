"""A table of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.findings import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

_STYLES = {ERROR: "bold red", WARNING: "yellow"}


def table(findings: Iterable[dict[str, str]]) -> Table:
    """One row for each finding. Requires rich."""
    from rich.table import Table
    from rich.text import Text

    rows = Table(show_lines=True)
    rows.add_column("finding", no_wrap=True)
    rows.add_column("message and remedy", overflow="fold")
    for finding in findings:
        severity = finding["severity"]
        rows.add_row(
            Text.assemble((severity, _STYLES.get(severity, "dim")), "\n", finding["code"]),
            Text.assemble((finding["subject"], "bold"), "\n", finding["message"], "\n", (finding["remedy"], "cyan")),
        )
    return rows
