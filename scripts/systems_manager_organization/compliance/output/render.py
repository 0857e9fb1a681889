"""The outputs of a report's tables: terminal, files, exit status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.output_file import open_output, output_file
from systems_manager_organization.compliance.output import accepted, export, patches, summary, text, wording
from systems_manager_organization.compliance.output.junit import write_junit
from systems_manager_organization.compliance.output.markdown import write_markdown
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.output.report_options import CSV, JSON, JUNIT, MARKDOWN, PARQUET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.output.report_options import ReportOptions

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
    has_nodes = bool(summary.totals(report.tables).nodes)
    report.options.filters.apply(report.tables)
    if report.read_patches:
        report.read_patches(report.tables)
        accepted.apply(report.tables, report.options.exceptions, report.generated_at)
    if report.options.format == PARQUET and report.options.output:
        with output_file(report.options.output) as path:
            export.write_parquet(report.tables, path, report.file_query)
    else:
        with open_output(report.options.output, terminal.stdout) as file:
            _write(report, replace(terminal, stdout=file))
    if report.options.format in (CSV, PARQUET):
        for line in (
            *text.head(report.tables, report.options, report.generated_at),
            *wording.format_unreadable(report.tables),
        ):
            terminal.echo(line, err=True)
    if report.options.html:
        _write_page(report, report.options.html, terminal)
        terminal.echo(f"The page: {report.options.html}", err=True)
    return _status(report, has_nodes=has_nodes)


def _write(report: Report, terminal: Terminal) -> None:
    tables, options, file = report.tables, report.options, terminal.stdout
    if options.format == JSON:
        export.write_json(tables, report.head, options.grouping, options.patch_states, file)
    elif options.format == CSV:
        export.write_csv(tables, file, report.file_query)
    elif options.format == JUNIT:
        write_junit(tables, " ".join(text.head(tables, options, report.generated_at)), file)
    elif options.format == MARKDOWN:
        head, footer = list(text.head(tables, options, report.generated_at)), list(wording.format_unreadable(tables))
        sheet = text.sheet(tables, options)
        write_markdown(head, sheet.headings, (cells for cells, _ in sheet.rows), footer, file)
    else:
        text.show(tables, options, report.generated_at, terminal)


def _write_page(report: Report, page: Path, terminal: Terminal) -> None:
    metadata = ReportMetadata(report.generated_at, report.options.source, report.options.description)
    with open_output(page, terminal.stdout) as file:
        write_page(report.tables, file, metadata)


def _status(report: Report, *, has_nodes: bool) -> int:
    if report.options.fail_on and summary.meets_threshold(
        report.tables, report.options.fail_on, accepted.ACCEPTED_NODES
    ):
        return EXIT_THRESHOLD_EXCEEDED
    return EXIT_OK if has_nodes and not summary.is_incomplete(report.tables) else EXIT_INCOMPLETE
