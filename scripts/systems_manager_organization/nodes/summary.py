"""Aggregates of the nodes: how many are managed, and the causes of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import READ
from systems_manager_organization.compliance.output.summary import ACCOUNT_REGION_GROUPINGS
from systems_manager_organization.compliance.store.tables import documents
from systems_manager_organization.nodes.columns import MANAGED, STATUSES, UNMANAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# What nodes can be grouped by, and the columns that make a group.
GROUPINGS = {**ACCOUNT_REGION_GROUPINGS, "cause": ("cause",)}
_COUNTS = f"count(*) AS nodes, count(*) FILTER (status = '{MANAGED}') AS managed"
WORST_FIRST = f"""
SELECT * FROM nodes ORDER BY list_position({list(STATUSES)}, status), cause, account_id, region, node_id
"""


@dataclass(frozen=True)
class Group:
    """Nodes that have `keys` in common. `account_regions`: accounts in Regions; 0 where groups are not of these."""

    keys: dict[str, str]
    nodes: int
    managed: int
    account_regions: int = 0
    account_regions_read: int = 0

    @property
    def unmanaged(self) -> int:
        return self.nodes - self.managed

    @property
    def document(self) -> dict[str, Any]:
        read = (
            {"account_regions": self.account_regions, "account_regions_read": self.account_regions_read}
            if self.account_regions
            else {}
        )
        return {**self.keys, **read, "nodes": self.nodes, "managed": self.managed, "unmanaged": self.unmanaged}


def totals(tables: DuckDBPyConnection) -> Group:
    (found,) = tables.execute(f"SELECT {_COUNTS} FROM nodes").fetchall()
    return Group({}, *found)


def groups(tables: DuckDBPyConnection, grouping: str) -> Iterator[Group]:
    """The groups, those with the most unmanaged nodes first; of accounts and Regions also those that were not read."""
    keys = GROUPINGS[grouping]
    names = ", ".join(keys)
    read = (
        f"SELECT {names}, count(*) AS account_regions, count(*) FILTER (state = '{READ}') AS account_regions_read "
        "FROM account_regions"
    )
    if grouping not in ACCOUNT_REGION_GROUPINGS:
        read = (
            f"SELECT {names}, 0 AS account_regions, 0 AS account_regions_read FROM nodes WHERE status = '{UNMANAGED}'"
        )
    rows = tables.execute(
        f"""
        WITH read AS ({read} GROUP BY {names}), sums AS (SELECT {names}, {_COUNTS} FROM nodes GROUP BY {names})
        SELECT {names}, coalesce(nodes, 0), coalesce(managed, 0), account_regions, account_regions_read
        FROM read LEFT JOIN sums USING ({names})
        WHERE coalesce(nodes, 0) > 0 OR account_regions_read < account_regions
        ORDER BY coalesce(nodes - managed, 0) DESC, account_regions_read = account_regions, {names}
        """
    ).fetchall()
    width = len(keys)
    for row in rows:
        yield Group(dict(zip(keys, row[:width], strict=True)), *row[width:])


def captured(tables: DuckDBPyConnection) -> tuple[str, str] | None:
    """When AWS collected the oldest and the newest node; None for nodes that were read now."""
    times = tables.execute("SELECT min(captured_at), max(captured_at) FROM nodes WHERE captured_at <> ''").fetchall()
    return times[0] if times[0][0] else None


def has_unchecked(tables: DuckDBPyConnection) -> bool:
    """Whether a cause may be missing because an action was denied or failed."""
    return bool(tables.execute("SELECT 1 FROM nodes WHERE not_checked <> '' LIMIT 1").fetchall())


def nodes(tables: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """The nodes as `columns.NODES` names their values, the worst first."""
    return documents(tables, WORST_FIRST)
