"""What has changed since an earlier snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.history.snapshots import REPORT_COLUMNS
from systems_manager_organization.compliance.model.columns import READ
from systems_manager_organization.compliance.model.patches import IDENTITY
from systems_manager_organization.compliance.store.tables import NODE_KEY, documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.patches import State

_MAX_LINES = 30


@dataclass(frozen=True)
class Change:
    """The differences from the snapshot of `since`.

    Attributes:
        new_patches: of nodes whose patches that snapshot has.
        gone_patches: of nodes whose patches this report has: installed, replaced by a later one, or not approved.
        new_nodes, gone_nodes: of accounts and Regions that both could read.
        became_compliant, became_noncompliant: of nodes that both have.
    """

    since: str
    new_patches: int
    gone_patches: int
    new_nodes: int
    gone_nodes: int
    became_compliant: int
    became_noncompliant: int


def change(tables: DuckDBPyConnection, base: str, states: Sequence[State]) -> Change:
    """Compares the tables with `past_nodes` and `past_patches` of that day. `states`: of the patches that were read."""
    total = " + ".join(state.column for state in states) or "0"
    (found,) = tables.execute(
        f"""
        WITH
          was AS (SELECT * FROM past_nodes WHERE report_date = $base),
          was_patched AS (
            SELECT DISTINCT {NODE_KEY}, patch_id, {IDENTITY} AS identity FROM past_patches WHERE report_date = $base
          ),
          is_patched AS (SELECT DISTINCT {NODE_KEY}, patch_id, {IDENTITY} AS identity FROM patches),
          -- Those whose counts are known, and whose patches were listed if they have any.
          is_known AS (
            SELECT {NODE_KEY} FROM nodes WHERE operation_ended_at <> '' AND (
              {total} = 0
              OR ({NODE_KEY}) IN (SELECT ({NODE_KEY}) FROM patches)
            )
          ),
          both_have AS (SELECT was.status AS before, nodes.status AS after FROM was JOIN nodes USING ({NODE_KEY}))
        SELECT
          (SELECT count(*) FROM is_patched ANTI JOIN was_patched USING ({NODE_KEY}, patch_id, identity)
            SEMI JOIN (SELECT * FROM was WHERE has_patches) AS known USING ({NODE_KEY})),
          (SELECT count(*) FROM was_patched ANTI JOIN is_patched USING ({NODE_KEY}, patch_id, identity)
            SEMI JOIN is_known USING ({NODE_KEY})),
          (SELECT count(*) FROM nodes ANTI JOIN was USING ({NODE_KEY})
            SEMI JOIN (SELECT * FROM past_account_regions WHERE report_date = $base AND state = '{READ}') AS then_read
              USING (account_id, region)),
          (SELECT count(*) FROM was ANTI JOIN nodes USING ({NODE_KEY})
            SEMI JOIN (SELECT * FROM account_regions WHERE state = '{READ}') AS read USING (account_id, region)),
          (SELECT count(*) FROM both_have WHERE before <> 'COMPLIANT' AND after = 'COMPLIANT'),
          (SELECT count(*) FROM both_have WHERE before <> 'NON_COMPLIANT' AND after = 'NON_COMPLIANT')
        """,
        {"base": base},
    ).fetchall()
    return Change(base, *found)


def points(tables: DuckDBPyConnection, base: str, current: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The numbers of each snapshot from that day on, and of this report, the oldest first."""
    names = ", ".join(("report_date", *REPORT_COLUMNS))
    past = documents(tables, f"SELECT {names} FROM past_reports WHERE report_date >= '{base}' ORDER BY report_date")
    return [*past, {name: current[name] for name in ("report_date", *REPORT_COLUMNS)}]


def sentences(changed: Change, trend: list[dict[str, Any]]) -> Iterator[str]:
    """The changes, and a line for each of the last snapshots."""
    yield (
        f"Since {changed.since}: {pluralize(changed.became_compliant, 'node')} became compliant, "
        f"{changed.became_noncompliant} noncompliant; {changed.new_nodes} new, {changed.gone_nodes} gone; "
        f"of patches {changed.new_patches} new, {changed.gone_patches} gone."
    )
    for point in trend[-_MAX_LINES:]:
        # Of a part, 100 % is no percentage of the whole, and left out.
        without = "all that were read compliant" if point["compliant"] else "no node"
        percent = without if point["compliant_percent"] is None else f"{point['compliant_percent']} % compliant"
        yield (
            f"  {point['report_date']}: {percent} of {point['nodes']}, {point['noncompliant']} noncompliant, "
            f"{point['patches']} patches, {point['overdue_patches']} overdue"
        )
