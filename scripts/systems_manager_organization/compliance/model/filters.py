"""Filters of the reported nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.compliance.model.columns import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# As AWS spells them: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html
PLATFORMS = ("Linux", "Windows", "MacOS")


@dataclass(frozen=True)
class Filters:
    """The properties of the reported nodes; an empty one is no filter.

    Attributes:
        platform: one of `PLATFORMS`.
        severity: one of `SEVERITIES`; nodes with a noncompliant patch of it, or of a higher one.
        status: one of `columns.STATUSES`.
    """

    platform: str = ""
    severity: str = ""
    status: str = ""

    @property
    def description(self) -> str:
        """`platform Linux, severity CRITICAL or HIGH`; empty without filters."""
        parts = []
        if self.platform:
            parts.append(f"platform {self.platform}")
        if self.severity:
            parts.append(f"severity {' or '.join(at_least(self.severity))}")
        if self.status:
            parts.append(f"status {self.status}")
        return ", ".join(parts)

    def apply(self, tables: DuckDBPyConnection) -> None:
        """Deletes every other node from the tables, so that all outputs have the same nodes.

        Accounts and Regions stay: what was not read must be reported.
        """
        for condition, values in self._conditions():
            tables.execute(f"DELETE FROM nodes WHERE NOT ({condition})", [values])
        if self.platform:
            tables.execute("DELETE FROM instances WHERE platform_type <> ?", [self.platform])
        if self.severity or self.status:
            # What is not managed has neither.
            tables.execute("DELETE FROM instances WHERE status = 'UNMANAGED'")

    def _conditions(self) -> Iterator[tuple[str, list[str]]]:
        if self.platform:
            yield "list_contains(?, platform_type)", [self.platform]
        if self.severity:
            yield "list_contains(?, severity)", at_least(self.severity)
        if self.status:
            yield "list_contains(?, status)", [self.status]


def at_least(severity: str) -> list[str]:
    """The severity and every higher one."""
    return list(SEVERITIES[: SEVERITIES.index(severity) + 1])
