"""The outputs of a report's tables: terminal, files, exit status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.output_file import open_output, output_file
from systems_manager_organization.compliance.analysis import accepted, coverage
from systems_manager_organization.compliance.output import export, patches, summary, text, wording
from systems_manager_organization.compliance.output.junit import write_junit
from systems_manager_organization.compliance.output.markdown import write_markdown
from systems_manager_organization.compliance.output.options.keys import (
    CSV,
    JSON,
    JUNIT,
    MARKDOWN,
    NOT_REPORTING,
    PARQUET,
    UNMANAGED,
)
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.analysis.coverage import NodeCoverage
    from systems_manager_organization.compliance.output.options.report_options import ReportOptions

EXIT_OK, EXIT_THRESHOLD_EXCEEDED, EXIT_INCOMPLETE = 0, 2, 3


@dataclass(frozen=True)
class Report:
    """The tables of `tables.py` with data, and the options.

    Attributes:
        generated_at: as `node.time_text` has it.
        read_patches: fills the table of patches with those of the nodes in the tables.
    """

    tables: DuckDBPyConnection
    options: ReportOptions
    generated_at: str
    read_patches: Callable[[DuckDBPyConnection], None] | None = None

    @property
    def head(self) -> dict[str, Any]:
        exceptions = accepted.documents(self.options.exceptions, self.generated_at)
        return {
            "generated_at": self.generated_at,
            "source": self.options.source,
            "scope": self.options.document,
            "grouped_by": self.options.grouping,
            **({"exceptions": exceptions} if exceptions else {}),
        }

    @property
    def file_query(self) -> str:
        """The rows of a CSV or Parquet file; empty: the nodes."""
        return patches.query(self.options.grouping) if self.options.patch_states else ""


def render_report(report: Report, terminal: Terminal) -> int:
    """Writes all outputs, and returns the exit status. Raises QueryError when a file cannot be written."""
    # Before the filters: what they leave out was looked at.
    measured = coverage.measure(
        report.tables,
        report.generated_at,
        grace_hours=report.options.grace_hours,
        has_instances=report.options.coverage,
    )
    report.options.filters.apply(report.tables)
    if report.read_patches:
        report.read_patches(report.tables)
        accepted.apply(report.tables, report.options.exceptions, report.generated_at)
    if report.options.format == PARQUET and report.options.output:
        with output_file(report.options.output) as path:
            export.write_parquet(report.tables, path, report.file_query)
    else:
        with open_output(report.options.output, terminal.stdout) as file:
            _write(report, measured, replace(terminal, stdout=file))
    if report.options.format in (CSV, PARQUET):
        for line in (
            *text.head(report.tables, report.options, report.generated_at, measured),
            *wording.format_unreadable(report.tables),
        ):
            terminal.echo(line, err=True)
    if report.options.html:
        _write_page(report, report.options.html, terminal)
        terminal.echo(f"The page: {report.options.html}", err=True)
    return _status(report, measured)


def _write(report: Report, measured: NodeCoverage, terminal: Terminal) -> None:
    tables, options, file = report.tables, report.options, terminal.stdout
    head = list(text.head(tables, options, report.generated_at, measured))
    if options.format == JSON:
        export.write_json(
            tables, {**report.head, "coverage": measured.document}, options.grouping, options.patch_states, file
        )
    elif options.format == CSV:
        export.write_csv(tables, file, report.file_query)
    elif options.format == JUNIT:
        write_junit(tables, " ".join(head), file)
    elif options.format == MARKDOWN:
        footer = list(wording.format_unreadable(tables))
        sheet = text.sheet(tables, options)
        write_markdown(head, sheet.headings, (cells for cells, _ in sheet.rows), footer, file)
    else:
        text.show(tables, options, head, terminal)


def _write_page(report: Report, page: Path, terminal: Terminal) -> None:
    metadata = ReportMetadata(report.generated_at, report.options.source, report.options.description)
    with open_output(page, terminal.stdout) as file:
        write_page(report.tables, file, metadata)


def _status(report: Report, measured: NodeCoverage) -> int:
    if any(_failures(report, measured)):
        return EXIT_THRESHOLD_EXCEEDED
    return EXIT_OK if measured.managed and not summary.is_incomplete(report.tables) else EXIT_INCOMPLETE


def _failures(report: Report, measured: NodeCoverage) -> Iterator[bool]:
    """What --fail-on and --fail-below say, one by one."""
    tables, options = report.tables, report.options
    if options.fail_on:
        yield summary.meets_threshold(tables, options.fail_on, accepted.ACCEPTED_NODES)
    if options.fail_below is not None:
        percent = summary.totals(tables).compliant_percent
        yield percent is not None and percent < options.fail_below
    if UNMANAGED in options.fail_conditions:
        yield bool(measured.unmanaged)
    if NOT_REPORTING in options.fail_conditions:
        yield bool(measured.never_scanned + measured.without_support + measured.silent)
