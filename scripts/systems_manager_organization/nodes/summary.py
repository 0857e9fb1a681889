"""Aggregates of the nodes: how many are managed, and the causes of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import READ
from systems_manager_organization.compliance.output.summary import PLACE_GROUPINGS
from systems_manager_organization.compliance.store.tables import documents
from systems_manager_organization.nodes.columns import MANAGED, STATUSES, UNMANAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# What nodes can be grouped by, and the columns that make a group.
GROUPINGS = {**PLACE_GROUPINGS, "cause": ("cause",)}
_COUNTS = f"count(*) AS nodes, count(*) FILTER (status = '{MANAGED}') AS managed"
WORST_FIRST = f"""
SELECT * FROM nodes ORDER BY list_position({list(STATUSES)}, status), cause, account_id, region, node_id
"""


@dataclass(frozen=True)
class Group:
    """Nodes that have `keys` in common. `places`: accounts in Regions, 0 where groups are not of places."""

    keys: dict[str, str]
    nodes: int
    managed: int
    places: int = 0
    places_read: int = 0

    @property
    def unmanaged(self) -> int:
        return self.nodes - self.managed

    @property
    def document(self) -> dict[str, Any]:
        places = {"places": self.places, "places_read": self.places_read} if self.places else {}
        return {**self.keys, **places, "nodes": self.nodes, "managed": self.managed, "unmanaged": self.unmanaged}


def totals(tables: DuckDBPyConnection) -> Group:
    (found,) = tables.execute(f"SELECT {_COUNTS} FROM nodes").fetchall()
    return Group({}, *found)


def groups(tables: DuckDBPyConnection, grouping: str) -> Iterator[Group]:
    """The groups, those with the most unmanaged nodes first; of places also those that were not read."""
    keys = GROUPINGS[grouping]
    names = ", ".join(keys)
    places = f"SELECT {names}, count(*) AS places, count(*) FILTER (state = '{READ}') AS places_read FROM places"
    if grouping not in PLACE_GROUPINGS:
        places = f"SELECT {names}, 0 AS places, 0 AS places_read FROM nodes WHERE status = '{UNMANAGED}'"
    rows = tables.execute(
        f"""
        WITH places AS ({places} GROUP BY {names}), sums AS (SELECT {names}, {_COUNTS} FROM nodes GROUP BY {names})
        SELECT {names}, coalesce(nodes, 0), coalesce(managed, 0), places, places_read
        FROM places LEFT JOIN sums USING ({names})
        WHERE coalesce(nodes, 0) > 0 OR places_read < places
        ORDER BY coalesce(nodes - managed, 0) DESC, places_read = places, {names}
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
