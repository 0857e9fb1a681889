"""A table of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.findings import ERROR, WARNING
from systems_manager_organization.plain_text import plain_line

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
        subject, message, remedy = (plain_line(finding[key]) for key in ("subject", "message", "remedy"))
        rows.add_row(
            Text.assemble((severity, _STYLES.get(severity, "dim")), "\n", finding["code"]),
            Text.assemble((subject, "bold"), "\n", message, "\n", (remedy, "cyan")),
        )
    return rows
