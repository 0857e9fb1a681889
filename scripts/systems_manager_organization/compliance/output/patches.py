"""The patches of a report: one by one, and the same patch of all nodes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.analysis.deadlines import OVERDUE
from systems_manager_organization.compliance.analysis.exploitation import YES
from systems_manager_organization.compliance.model.columns import SEVERITIES
from systems_manager_organization.compliance.model.patches import IDENTITY, RANK, UNKNOWN
from systems_manager_organization.compliance.output.summary import NODES_WORST_FIRST

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


ONE_BY_ONE = f"""
SELECT patches.*
FROM patches JOIN (SELECT *, row_number() OVER () AS position FROM ({NODES_WORST_FIRST})) AS ordered
  USING (account_id, region, node_id)
ORDER BY position, known_exploited = '{YES}' DESC, {RANK}, state, patch_id, title
"""
BY_PATCH = f"""
SELECT
  patch_id,
  max(title) AS title,
  {_several("state")},
  {_several("classification")},
  {_several("vendor_severity")},
  {_several("compliance_level")},
  coalesce(array_to_string(list_sort(list_distinct(string_split(
    string_agg(DISTINCT cve_ids, ',') FILTER (cve_ids <> '{UNKNOWN}'), ','
  ))), ','), '{UNKNOWN}') AS cve_ids,
  count(DISTINCT (account_id, region, node_id)) AS nodes,
  count(DISTINCT (account_id, region, node_id)) FILTER (accepted_until <> '') AS accepted_nodes,
  count(DISTINCT account_id) AS accounts,
  count(DISTINCT (account_id, region, node_id)) FILTER (deadline = '{OVERDUE}') AS overdue_nodes,
  coalesce(min(nullif(first_seen, '')), '') AS first_seen,
  coalesce(min(nullif(due_at, '')), '') AS due_at,
  max(known_exploited) AS known_exploited,
  max(epss) AS epss,
  {_several("account_id")}s,
  {_several("region")}s
FROM patches
GROUP BY patch_id, {IDENTITY}
ORDER BY
  bool_or(patches.known_exploited = '{YES}') DESC, bool_or(deadline = '{OVERDUE}') DESC, min({RANK}), nodes DESC,
  patch_id, 2
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
    (found,) = tables.execute(
        f"""
        SELECT
          (SELECT count(*) FROM patches),
          (SELECT count(*) FROM ({BY_PATCH})),
          (SELECT count(*) FROM (SELECT DISTINCT account_id, region, node_id FROM patches)),
          (SELECT count(*) FROM nodes ANTI JOIN patches USING (account_id, region, node_id) WHERE {counted} > 0)
        """
    ).fetchall()
    return PatchTotals(*found)


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


def query(grouping: str) -> str:
    """The rows of a file: of `PATCH` one for each patch, otherwise one for each patch of each node."""
    return BY_PATCH if grouping == PATCH else ONE_BY_ONE


def headings(grouping: str) -> tuple[str, ...]:
    place = ("nodes", "accounts", "accepted") if grouping == PATCH else ("node", "account and Region", "accepted")
    return ("patch", "title", "state", "vendor", "baseline", "classification", "CVEs", "exploited", "due", *place)


def cells(patch: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a table with `headings`."""
    if "nodes" in patch:
        place = (str(patch["nodes"]), str(patch["accounts"]), str(patch["accepted_nodes"] or ""))
    else:
        account = f"{patch['account_id']} {patch['account_name']}".strip()
        until = f"until {patch['accepted_until']}" if patch["accepted_until"] else ""
        place = (f"{patch['node_id']} {patch['computer_name']}".strip(), f"{account}, {patch['region']}", until)
    names = ("patch_id", "title", "state", "vendor_severity", "compliance_level", "classification")
    return (*(patch[name] for name in names), _cves(patch["cve_ids"]), _exploited(patch), _due(patch), *place)


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
