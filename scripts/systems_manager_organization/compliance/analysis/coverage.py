"""How many of all nodes a report can say something about: what no scan reached is in no patch count."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model.columns import NOT_REPORTING
from systems_manager_organization.compliance.model.node import hours_before
from systems_manager_organization.compliance.store.tables import NODE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

# Causes of `report.py nodes`.
SERVICE_MANAGED, STOPPED = "MANAGED_BY_A_SERVICE", "NOT_RUNNING"
# The instances that are in no report of managed nodes, and that somebody here is responsible for.
UNMANAGED = f"status = 'UNMANAGED' AND cause <> '{SERVICE_MANAGED}'"

# What Systems Manager manages and Patch Manager cannot scan:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-prerequisites.html#supported-os
_WITHOUT_SUPPORT = "lower(platform_name) LIKE '%bottlerocket%'"
_UNCOUNTED = "Instances that are not managed are not counted: use --coverage."
_CLASSES = ("scanned", "silent", "new", "without_support", "never_scanned")
_NOT_REPORTING = ("silent", "without_support", "never_scanned")


@dataclass(frozen=True)
class NodeCoverage:
    """All nodes of what was read, by what is known of them; each is in one of the numbers but `nodes` and `scanned`.

    Attributes:
        nodes: managed and not managed ones, stopped ones too.
        scanned: those whose last scan counts.
        silent: scanned, but too long ago.
        new: never scanned, and launched or registered only a while ago.
        without_support: never scanned, and of an operating system that Patch Manager cannot scan.
        never_scanned: the others without a scan that left patch data.
        unmanaged: running instances that Systems Manager does not manage; None: they were not read.
        stopped: stopped ones likewise.
        managed_by_a_service: those that an AWS service runs, in no other number.
        causes: why instances are not managed, of `unmanaged`, the most frequent first.
    """

    nodes: int
    scanned: int
    silent: int
    new: int
    without_support: int
    never_scanned: int
    unmanaged: int | None
    stopped: int | None
    managed_by_a_service: int | None
    causes: dict[str, int]

    @property
    def managed(self) -> int:
        return self.nodes - (self.unmanaged or 0) - (self.stopped or 0)

    @property
    def percent(self) -> float | None:
        """Of nodes whose last scan counts, with one decimal, rounded down; None without any node."""
        return self.scanned * 1000 // self.nodes / 10 if self.nodes else None

    @property
    def document(self) -> dict[str, Any]:
        return {**asdict(self), "scanned_percent": self.percent}


def measure(tables: DuckDBPyConnection, now: str, *, grace_hours: int, has_instances: bool) -> NodeCoverage:
    """The coverage of the nodes in the tables, and the table `classified`, which keeps the class of each of them.

    Args:
        now: as `node.time_text` has it.
        has_instances: whether the instances that are not managed were read.
    """
    tables.execute(
        f"""
        CREATE TEMP TABLE classified AS
        SELECT {NODE_KEY}, CASE
          WHEN nodes.status <> '{NOT_REPORTING}' THEN 'scanned'
          WHEN operation_ended_at <> '' THEN 'silent'
          WHEN {_WITHOUT_SUPPORT} THEN 'without_support'
          WHEN launched_at >= ? THEN 'new'
          ELSE 'never_scanned'
        END AS class
        FROM nodes LEFT JOIN (SELECT {NODE_KEY}, launched_at FROM instances) AS instances USING ({NODE_KEY})
        """,
        [hours_before(now, grace_hours)],
    )
    counts = ", ".join(f"count(*) FILTER (class = '{name}')" for name in _CLASSES)
    (found,) = tables.execute(f"SELECT {counts}, count(*) FROM classified").fetchall()
    scanned, silent, new, without_support, never_scanned, managed = found
    causes = dict(
        tables.execute(
            "SELECT cause, count(*) FROM instances WHERE status = 'UNMANAGED' GROUP BY cause ORDER BY 2 DESC, cause"
        ).fetchall()
    )
    stopped, of_services = causes.pop(STOPPED, 0), causes.pop(SERVICE_MANAGED, 0)
    unmanaged = sum(causes.values())
    return NodeCoverage(
        managed + unmanaged + stopped,
        scanned,
        silent,
        new,
        without_support,
        never_scanned,
        unmanaged if has_instances else None,
        stopped if has_instances else None,
        of_services if has_instances else None,
        causes,
    )


def remaining(tables: DuckDBPyConnection) -> tuple[int, int]:
    """After the filters: how many nodes do not report and are not new, and how many running instances are unmanaged."""
    (found,) = tables.execute(
        f"""
        SELECT (SELECT count(*) FROM nodes JOIN classified USING ({NODE_KEY}) WHERE class IN {_NOT_REPORTING}),
          (SELECT count(*) FROM instances WHERE {UNMANAGED} AND cause <> '{STOPPED}')
        """
    ).fetchall()
    return found


def sentences(coverage: NodeCoverage, stale_after_days: int, *, is_complete: bool) -> Iterator[str]:
    """The coverage, at the head of every output. `is_complete`: whether all was read; of a part nothing is 100 %."""
    if not coverage.nodes:
        return
    what = "managed node" if coverage.unmanaged is None else "node"
    parts = {
        "not managed" + _causes(coverage): coverage.unmanaged,
        "stopped": coverage.stopped,
        "never scanned": coverage.never_scanned,
        "not supported by Patch Manager": coverage.without_support,
        "new": coverage.new,
        "scanned too long ago": coverage.silent,
    }
    is_whole = is_complete and coverage.unmanaged is not None
    percent = f" ({coverage.percent} %)" if is_whole or coverage.scanned < coverage.nodes else ""
    missing = ", ".join(f"{number} {text}" for text, number in parts.items() if number)
    verb = "was" if coverage.scanned == 1 else "were"
    counted = "" if coverage.unmanaged is not None else f" {_UNCOUNTED}"
    yield (
        f"Coverage: {coverage.scanned} of {pluralize(coverage.nodes, what)} {verb} scanned in the last "
        f"{pluralize(stale_after_days, 'day')}{percent}{f'; {missing}' if missing else ''}.{counted}"
    )
    if coverage.managed_by_a_service:
        yield f"{pluralize(coverage.managed_by_a_service, 'instance')} of AWS services not counted."


def _causes(coverage: NodeCoverage) -> str:
    named = ", ".join(f"{cause or 'not diagnosed'} {number}" for cause, number in coverage.causes.items())
    return f" ({named})" if named else ""
