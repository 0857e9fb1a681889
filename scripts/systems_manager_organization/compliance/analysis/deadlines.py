"""When each patch was first seen, and until when it has to be installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model.deadlines import FROM_ORGANIZATION, PRESETS, SEVERITIES
from systems_manager_organization.compliance.model.patches import IDENTITY, RANK
from systems_manager_organization.compliance.store.tables import NODE_KEY, PATCH_KEY, PATCHES_READ, SAME_PATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.deadlines import Deadlines

OVERDUE, DUE_SOON, LATER = "OVERDUE", "DUE_SOON", "LATER"
BY_SEVERITY, BY_KNOWN_EXPLOITED = "severity", "kev"
_SOON_DAYS = 7
_FROM_NODE = "SELECT *, first_seen AS start FROM patches"
# Also of nodes that no longer have it: the clock of the others must not start anew once the first one is patched.
_FROM_ORGANIZATION = f"""
SELECT * FROM (SELECT *, {IDENTITY} AS identity FROM patches) JOIN (
  SELECT patch_id, {IDENTITY} AS identity, min(first_seen) AS start
  FROM (
    SELECT patch_id, platform_type, title, first_seen FROM patches
    UNION ALL
    SELECT patch_id, platform_type, title, first_seen FROM past_patches
  )
  WHERE first_seen <> ''
  GROUP BY ALL
) USING (patch_id, identity)
"""


@dataclass(frozen=True)
class Due:
    """Patches with a deadline that no exception accepts: `due_soon` within seven days, today included."""

    overdue_patches: int
    overdue_nodes: int
    due_soon_patches: int


def set_first_seen(tables: DuckDBPyConnection, today: str) -> None:
    """Fills `first_seen` from `past_patches`: AWS has no such date, so that it is the first snapshot with the patch.

    A node that was not read, or was silent, has what its last snapshot with patches says. A patch that was gone in
    between is seen anew.
    """
    tables.execute(f"UPDATE {PATCHES_READ} SET first_seen = ?", [today])
    tables.execute(
        f"""
        UPDATE {PATCHES_READ} SET first_seen = found.first_seen
        FROM (
          WITH last AS (
            SELECT {NODE_KEY}, max(report_date) AS report_date
            FROM past_nodes WHERE has_patches GROUP BY ALL
          ), past AS (
            SELECT {NODE_KEY}, patch_id, {IDENTITY} AS identity, min(first_seen) AS first_seen
            FROM past_patches JOIN last USING ({NODE_KEY}, report_date)
            WHERE first_seen <> ''
            GROUP BY ALL
          )
          SELECT {PATCH_KEY}, past.first_seen
          FROM (SELECT {PATCH_KEY}, {IDENTITY} AS identity FROM patches)
          JOIN past USING ({NODE_KEY}, patch_id, identity)
        ) AS found
        WHERE {SAME_PATCH}
        """
    )


def mark(tables: DuckDBPyConnection, deadlines: Deadlines, today: str) -> None:
    """Fills the deadlines: by severity from `first_seen`, and that of CISA's catalog where it is sooner."""
    if deadlines.days:
        days = " ".join(f"WHEN {SEVERITIES.index(name)} THEN {number}" for name, number in deadlines.days.items())
        started = _FROM_ORGANIZATION if deadlines.start == FROM_ORGANIZATION else _FROM_NODE
        tables.execute(
            f"""
            UPDATE {PATCHES_READ} SET due_at = found.due_at, due_by = '{BY_SEVERITY}'
            FROM (
              SELECT {PATCH_KEY}, strftime(start::DATE + days::INTEGER, '%Y-%m-%d') AS due_at
              FROM (SELECT {PATCH_KEY}, start, CASE {RANK} {days} END AS days FROM ({started}))
              WHERE days IS NOT NULL AND start <> ''
            ) AS found
            WHERE {SAME_PATCH}
            """
        )
    tables.execute(
        f"""
        UPDATE {PATCHES_READ} SET due_at = known_exploited_due, due_by = '{BY_KNOWN_EXPLOITED}'
        WHERE known_exploited_due <> '' AND (due_at = '' OR known_exploited_due < due_at)
        """
    )
    tables.execute(
        f"""
        UPDATE {PATCHES_READ} SET deadline = CASE
          WHEN due_at < ? THEN '{OVERDUE}'
          WHEN due_at <= strftime(?::DATE + {_SOON_DAYS}, '%Y-%m-%d') THEN '{DUE_SOON}'
          ELSE '{LATER}' END
        WHERE due_at <> '' AND accepted_until = ''
        """,
        [today, today],
    )


def totals(tables: DuckDBPyConnection) -> Due:
    ((overdue, nodes, soon),) = tables.execute(
        f"""
        SELECT count(*) FILTER (deadline = '{OVERDUE}'),
          count(DISTINCT ({NODE_KEY})) FILTER (deadline = '{OVERDUE}'),
          count(*) FILTER (deadline = '{DUE_SOON}')
        FROM patches
        """
    ).fetchall()
    return Due(overdue, nodes, soon)


def sentences(tables: DuckDBPyConnection, deadlines: Deadlines, *, has_catalog: bool) -> Iterator[str]:
    """What is overdue, by which deadlines; their presets with what they are of."""
    if not deadlines.days and not has_catalog:
        return
    found = totals(tables)
    rules = []
    if deadlines.days:
        where = "on any node" if deadlines.start == FROM_ORGANIZATION else "on the node"
        rules.append(f"{deadlines.description} after the first snapshot that has the patch {where}")
    rules += ["CISA's due dates"] * has_catalog
    yield (
        f"Deadlines: {pluralize(found.overdue_patches, 'patch', 'patches')} on "
        f"{pluralize(found.overdue_nodes, 'node')} overdue, {found.due_soon_patches} due within {_SOON_DAYS} days "
        f"({'; '.join(rules)})."
    )
    for name in deadlines.presets:
        yield f"Deadlines {name}: {PRESETS[name].note}."


def document(deadlines: Deadlines) -> dict[str, Any]:
    """For JSON."""
    presets = {name: PRESETS[name].note for name in deadlines.presets}
    return {"days": deadlines.days, "start": deadlines.start, "presets": presets}
