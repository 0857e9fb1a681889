"""What is worked out of a report's tables before they are shown: once, and the same for every output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.analysis import accepted, coverage, deadlines, exploitation, owners, trend
from systems_manager_organization.compliance.output import patches, summary, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.analysis.coverage import NodeCoverage
    from systems_manager_organization.compliance.analysis.owners import ReadAccountTag
    from systems_manager_organization.compliance.analysis.trend import Change
    from systems_manager_organization.compliance.history.snapshots import Snapshots
    from systems_manager_organization.compliance.output.options.report_options import ReportOptions


@dataclass(frozen=True)
class Report:
    """The tables of `tables.py` with data, and the options.

    Attributes:
        generated_at: as `node.time_text` has it.
        partition: of the ARNs of nodes: `aws`, `aws-cn`.
        read_account_tag: the value of a tag, and why it could not be read, by account.
        read_patches: fills the table of patches with those of the nodes in the tables.
        snapshots: the earlier reports of this scope, and where this one is kept; None: nowhere.
        deliver: sends what is in the tables to others, and adds what it could not send to the problems.
    """

    tables: DuckDBPyConnection
    options: ReportOptions
    generated_at: str
    partition: str
    read_account_tag: ReadAccountTag = lambda _account_ids, _key: ({}, {})
    read_patches: Callable[[DuckDBPyConnection], None] | None = None
    snapshots: Snapshots | None = None
    deliver: Callable[[DuckDBPyConnection], None] | None = None

    @property
    def today(self) -> str:
        """In UTC; where snapshots are kept, the day of this one, though reading went on after midnight."""
        return self.snapshots.today if self.snapshots else self.generated_at[:10]


@dataclass(frozen=True)
class Prepared:
    """A report whose tables are complete.

    Attributes:
        lines: the head of every output of text: what is known of all nodes, and `notes`.
        notes: what is known beside that: coverage, deadlines, exceptions, what changed.
        document: the same for JSON.
        coverage: before the filters.
        silent_nodes: those that do not report and are not new, of what the filters leave.
        unmanaged_instances: likewise, those that run and are not managed.
        exploited_patches: of all patches that were read, and that no exception accepts.
    """

    report: Report
    lines: list[str]
    notes: list[str]
    document: dict[str, Any]
    coverage: NodeCoverage
    silent_nodes: int
    unmanaged_instances: int
    exploited_patches: int
    overdue_patches: int


def prepare(report: Report) -> Prepared:
    """Filters the nodes, reads their patches, and works out the rest. Raises ScriptError."""
    tables, options = report.tables, report.options
    measured = coverage.measure(
        tables, report.generated_at, grace_hours=options.grace_hours, has_instances=options.coverage
    )
    if not options.coverage:
        # They were read for their tags, and nobody has asked why they are not managed.
        tables.execute("DELETE FROM instances WHERE status = 'UNMANAGED'")
    owners.apply(tables, options.ownership, report.read_account_tag)
    options.filters.apply(tables)
    if report.read_patches:
        report.read_patches(tables)
        accepted.apply(tables, options.exceptions, report.generated_at)
        exploitation.mark(tables, options.exploitation)
    base = report.snapshots.load(tables, options.since) if report.snapshots else ""
    if report.snapshots and options.patch_states:
        deadlines.set_first_seen(tables, report.today)
    if options.patch_states:
        deadlines.mark(tables, options.deadlines, report.today)
    numbers = _numbers(report, measured)
    changed, points = None, []
    if base:
        changed = trend.change(tables, base, options.patch_states)
        points = trend.points(tables, base, numbers)
    if report.snapshots:
        kept = {name: value for name, value in numbers.items() if name != "report_date"}
        report.snapshots.write(tables, options.patch_states, kept)
    if report.deliver:
        report.deliver(tables)
    notes = list(_notes(report, measured, changed, points))
    lines = [*_headline(report), *notes]
    exploited, overdue = numbers["exploited_patches"], numbers["overdue_patches"]
    if options.exploited:
        exploitation.keep(tables, options.exploitation, options.exploited)
    document = _document(report, measured, changed, points)
    return Prepared(report, lines, notes, document, measured, *coverage.remaining(tables), exploited, overdue)


def _numbers(report: Report, measured: NodeCoverage) -> dict[str, Any]:
    """The row of this report in `snapshots.REPORTS`."""
    tables = report.tables
    totals = summary.totals(tables)
    has_patches = bool(report.options.patch_states)
    return {
        "report_date": report.today,
        "generated_at": report.generated_at,
        "source": report.options.source,
        "nodes": measured.nodes,
        "managed": measured.managed,
        "scanned": measured.scanned,
        "unmanaged": None if measured.unmanaged is None else measured.unmanaged + (measured.stopped or 0),
        "compliant": totals.compliant,
        "noncompliant": totals.noncompliant,
        "not_reporting": totals.not_reporting,
        "compliant_percent": totals.document(is_complete=not summary.is_incomplete(tables))["compliant_percent"],
        "patches": patches.totals(tables, report.options.patch_states).patches if has_patches else 0,
        "overdue_patches": deadlines.totals(tables).overdue_patches,
        "exploited_patches": exploitation.known_patches(tables),
    }


def _headline(report: Report) -> Iterator[str]:
    if report.options.description:
        yield f"Only {report.options.description}."
    yield from wording.headline(report.tables)


def _notes(
    report: Report, measured: NodeCoverage, changed: Change | None, points: list[dict[str, Any]]
) -> Iterator[str]:
    tables, options = report.tables, report.options
    yield from coverage.sentences(
        measured, options.scope.stale_after_days, is_complete=not summary.is_incomplete(tables)
    )
    yield from owners.sentences(tables)
    if options.patch_states:
        yield patches.headline(tables, options.patch_states)
        yield from exploitation.sentences(tables, options.exploitation)
        yield from deadlines.sentences(tables, options.deadlines, has_catalog=bool(options.exploitation.known))
    yield from accepted.lines(tables, options.exceptions, report.generated_at)
    if changed:
        yield from trend.sentences(changed, points)
    elif options.since:
        yield f"There is no snapshot before this one in {options.snapshot}: nothing to compare with."


def _document(
    report: Report, measured: NodeCoverage, changed: Change | None, points: list[dict[str, Any]]
) -> dict[str, Any]:
    options = report.options
    document: dict[str, Any] = {
        "generated_at": report.generated_at,
        "source": options.source,
        "scope": options.document,
        "grouped_by": options.grouping,
    }
    if exceptions := accepted.documents(options.exceptions, report.generated_at):
        document["exceptions"] = exceptions
    files = [item.description for item in (options.exploitation.known, options.exploitation.scores) if item]
    if files:
        document["exploitation"] = files
    if options.deadlines.days:
        document["deadlines"] = deadlines.document(options.deadlines)
    if options.patch_states and (options.deadlines.days or options.exploitation.known):
        document["due"] = vars(deadlines.totals(report.tables))
    if changed:
        document["changes"] = vars(changed)
        document["trend"] = points
    return {**document, "coverage": measured.document}
