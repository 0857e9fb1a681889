"""The patches of a report: one by one, and the same patch of all nodes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.analysis.deadlines import OVERDUE
from systems_manager_organization.compliance.analysis.exploitation import YES
from systems_manager_organization.compliance.model.columns import SEVERITIES
from systems_manager_organization.compliance.model.patches import IDENTITY, RANK, UNKNOWN
from systems_manager_organization.compliance.output.summary import WORST_FIRST
from systems_manager_organization.compliance.store.tables import NODE_KEY, PATCHES_READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.patches import State

PATCH = "patch"

_MAX_CVES = 3


def _several(column: str, order: str = "") -> str:
    """The different values of a group: vendors can differ about the same patch."""
    value = f"nullif({column}, '')"
    return f"coalesce(string_agg(DISTINCT {value}, ', ' ORDER BY {order or value}), '') AS {column}"


# Nodes are counted in a grouping of their own: of count(DISTINCT), DuckDB keeps everything in memory.
BY_PATCH = f"""
WITH
  of_nodes AS (
    SELECT patch_id, {IDENTITY} AS identity, {NODE_KEY},
      bool_or(accepted_until <> '') AS is_accepted, bool_or(deadline = '{OVERDUE}') AS is_overdue
    FROM patches GROUP BY ALL
  ),
  counts AS (
    SELECT patch_id, identity, count(*) AS nodes, count(*) FILTER (is_accepted) AS accepted_nodes,
      count(DISTINCT account_id) AS accounts, count(*) FILTER (is_overdue) AS overdue_nodes
    FROM of_nodes GROUP BY ALL
  ),
  facts AS (
    SELECT
      patch_id,
      {IDENTITY} AS identity,
      max(title) AS title,
      {_several("state")},
      {_several("classification")},
      {_several("vendor_severity")},
      {_several("compliance_level")},
      coalesce(array_to_string(list_sort(list_distinct(string_split(
        string_agg(DISTINCT cve_ids, ',') FILTER (cve_ids <> '{UNKNOWN}'), ','
      ))), ','), '{UNKNOWN}') AS cve_ids,
      coalesce(min(nullif(first_seen, '')), '') AS first_seen,
      coalesce(min(nullif(due_at, '')), '') AS due_at,
      max(known_exploited) AS known_exploited,
      max(epss) AS epss,
      {_several("account_id")}s,
      {_several("region")}s,
      bool_or(known_exploited = '{YES}') AS is_exploited,
      min({RANK}) AS rank
    FROM patches GROUP BY patch_id, identity
  )
SELECT
  patch_id, title, state, classification, vendor_severity, compliance_level, cve_ids,
  nodes, accepted_nodes, accounts, overdue_nodes,
  first_seen, due_at, known_exploited, epss, account_ids, regions
FROM facts JOIN counts USING (patch_id, identity)
ORDER BY is_exploited DESC, overdue_nodes > 0 DESC, rank, nodes DESC, patch_id, title
"""


@dataclass(frozen=True)
class PatchTotals:
    """Numbers of patches.

    Attributes:
        patches: of all nodes.
        distinct_patches: the same one on several nodes counts once.
        nodes_with_patches: nodes that have any of them.
        nodes_without_listed_patches: nodes whose counts say that they have some, and of which AWS lists none.
    """

    patches: int
    distinct_patches: int
    nodes_with_patches: int
    nodes_without_listed_patches: int


def totals(tables: DuckDBPyConnection, states: Sequence[State]) -> PatchTotals:
    counted = " + ".join(state.column for state in states)
    # One after another: each needs its own memory.
    queries = (
        "patches",
        f"(SELECT DISTINCT patch_id, {IDENTITY} FROM patches)",
        f"nodes SEMI JOIN {PATCHES_READ} USING ({NODE_KEY})",
        f"nodes ANTI JOIN {PATCHES_READ} USING ({NODE_KEY}) WHERE {counted} > 0",
    )
    return PatchTotals(*(tables.execute(f"SELECT count(*) FROM {query}").fetchall()[0][0] for query in queries))


def headline(tables: DuckDBPyConnection, states: Sequence[State]) -> str:
    found = totals(tables, states)
    asked = ", ".join(state.choice for state in states)
    text = (
        f"Patches ({asked}): {found.patches} on {pluralize(found.nodes_with_patches, 'node')}, "
        f"{found.distinct_patches} different."
    )
    if without := found.nodes_without_listed_patches:
        text += f" Of {pluralize(without, 'node')} that {'has' if without == 1 else 'have'} some, none could be listed."
    return text


def query(tables: DuckDBPyConnection, grouping: str) -> str:
    """The rows of a file: of `PATCH` one for each patch, otherwise one for each patch of each node."""
    if grouping == PATCH:
        return BY_PATCH
    # The view's columns, but not from it: it would join the nodes twice.
    return f"""
        SELECT {", ".join(tables.table("patches").columns)}
        FROM {PATCHES_READ} JOIN nodes USING ({NODE_KEY})
        ORDER BY {WORST_FIRST}, known_exploited = '{YES}' DESC, {RANK}, state, patch_id, title
    """


def headings(grouping: str) -> tuple[str, ...]:
    where = ("nodes", "accounts", "accepted") if grouping == PATCH else ("node", "account and Region", "accepted")
    return ("patch", "title", "state", "vendor", "baseline", "classification", "CVEs", "exploited", "due", *where)


def cells(patch: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a table with `headings`."""
    if "nodes" in patch:
        where = (str(patch["nodes"]), str(patch["accounts"]), str(patch["accepted_nodes"] or ""))
    else:
        account = f"{patch['account_id']} {patch['account_name']}".strip()
        until = f"until {patch['accepted_until']}" if patch["accepted_until"] else ""
        where = (f"{patch['node_id']} {patch['computer_name']}".strip(), f"{account}, {patch['region']}", until)
    names = ("patch_id", "title", "state", "vendor_severity", "compliance_level", "classification")
    return (*(patch[name] for name in names), _cves(patch["cve_ids"]), _exploited(patch), _due(patch), *where)


def line(patch: dict[str, Any]) -> str:
    """The same in one line."""
    patch_id, title, state, vendor, level, classification, cves, exploited, due, first, second, _ = cells(patch)
    facts = [
        state,
        f"vendor: {vendor or UNKNOWN}",
        f"baseline: {level or UNKNOWN}",
        classification or "classification unknown",
        cves if cves != UNKNOWN else "CVEs unknown",
        *filter(None, (exploited,)),
    ]
    name = title if patch_id in title else f"{patch_id} {title}".strip()
    if "nodes" in patch:
        where = f"{pluralize(patch['nodes'], 'node')} in {pluralize(patch['accounts'], 'account')}"
        some = f", overdue on {patch['overdue_nodes']}" if patch["overdue_nodes"] else ""
        some += f", accepted on {patch['accepted_nodes']}" if patch["accepted_nodes"] else ""
        return f"{name}: {'; '.join((*facts, where))}{some}"
    if patch["first_seen"]:
        facts.append(f"first seen {patch['first_seen']}")
    if due:
        facts.append(f"due {due}")
    if patch["accepted_until"]:
        facts.append(f"accepted until {patch['accepted_until']} by {patch['accepted_by']}: {patch['accepted_reason']}")
    return f"{second}, {first}: {name}: {'; '.join(facts)}"


def _exploited(patch: dict[str, Any]) -> str:
    """`known exploited, EPSS 0.41`; empty of what is not."""
    parts = ["known exploited"] * (patch["known_exploited"] == YES)
    parts += [] if patch["epss"] is None else [f"EPSS {patch['epss']:.2f}"]
    return ", ".join(parts)


def _due(patch: dict[str, Any]) -> str:
    """`2026-01-31 (overdue)`; empty without a deadline."""
    late = patch["overdue_nodes"] if "nodes" in patch else patch["deadline"] == OVERDUE
    return f"{patch['due_at']}{' (overdue)' if late else ''}" if patch["due_at"] else ""


def style(patch: dict[str, Any]) -> str:
    """That of a row in a table: red where it is exploited, or the vendor or the baseline calls it critical."""
    if patch["known_exploited"] == YES:
        return "bold red"
    return "red" if SEVERITIES[0] in (patch["vendor_severity"].upper(), patch["compliance_level"]) else ""


def _cves(text: str) -> str:
    ids = text.split(",")
    more = len(ids) - _MAX_CVES
    return ", ".join(ids[:_MAX_CVES]) + (f" and {more} more" if more > 0 else "")
