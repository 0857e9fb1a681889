"""The outputs of a report's tables: terminal, files, exit status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.output_file import open_output, output_file
from systems_manager_organization.compliance.analysis import accepted
from systems_manager_organization.compliance.output import export, ocsf, patches, summary, text, wording
from systems_manager_organization.compliance.output.junit import write_junit
from systems_manager_organization.compliance.output.markdown import write_markdown
from systems_manager_organization.compliance.output.options.keys import (
    CSV,
    EXPLOITED,
    JSON,
    JUNIT,
    MARKDOWN,
    NOT_REPORTING,
    OCSF,
    OVERDUE,
    PARQUET,
    UNMANAGED,
)
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.output.preparation import Prepared, Report, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.output.options.report_options import ReportOptions

EXIT_OK, EXIT_THRESHOLD_EXCEEDED, EXIT_INCOMPLETE = 0, 2, 3


def render_report(report: Report, terminal: Terminal) -> int:
    """Writes all outputs, and returns the exit status. Raises QueryError when a file cannot be written."""
    prepared = prepare(report)
    options = report.options
    if options.format == PARQUET and options.output:
        with output_file(options.output) as path:
            export.write_parquet(report.tables, path, _file_query(report.tables, options))
    else:
        with open_output(options.output, terminal.stdout) as file:
            _write(prepared, replace(terminal, stdout=file))
    if options.format in (CSV, PARQUET, OCSF):
        for line in (*prepared.lines, *wording.format_unreadable(report.tables)):
            terminal.echo(line, err=True)
    if options.html:
        _write_page(prepared, options.html, terminal)
        terminal.echo(f"The page: {options.html}", err=True)
    return _status(prepared)


def _file_query(tables: DuckDBPyConnection, options: ReportOptions) -> str:
    """The rows of a CSV or Parquet file; empty: the nodes."""
    return patches.query(tables, options.grouping) if options.patch_states else ""


def _write(prepared: Prepared, terminal: Terminal) -> None:
    report, head = prepared.report, prepared.lines
    tables, options, file = report.tables, report.options, terminal.stdout
    if options.format == JSON:
        document = {**prepared.document, "summary": [*head, *wording.format_unreadable(tables)]}
        export.write_json(tables, document, options.grouping, options.patch_states, file)
    elif options.format == CSV:
        export.write_csv(tables, file, _file_query(tables, options))
    elif options.format == OCSF:
        ocsf.Writer(tables, report.generated_at, report.partition, options.exploitation).write(file)
    elif options.format == JUNIT:
        write_junit(tables, " ".join(head), file)
    elif options.format == MARKDOWN:
        footer = list(wording.format_unreadable(tables))
        sheet = text.sheet(tables, options)
        write_markdown(head, sheet.headings, (cells for cells, _ in sheet.rows), footer, file)
    else:
        text.show(tables, options, head, terminal)


def _write_page(prepared: Prepared, page: Path, terminal: Terminal) -> None:
    options = prepared.report.options
    metadata = ReportMetadata(
        prepared.report.generated_at, options.source, options.description, tuple(prepared.notes), prepared.document
    )
    with open_output(page, terminal.stdout) as file:
        write_page(prepared.report.tables, file, metadata)


def _status(prepared: Prepared) -> int:
    if any(_failures(prepared)):
        return EXIT_THRESHOLD_EXCEEDED
    is_incomplete = summary.is_incomplete(prepared.report.tables)
    return EXIT_OK if prepared.coverage.managed and not is_incomplete else EXIT_INCOMPLETE


def _failures(prepared: Prepared) -> Iterator[bool]:
    """What --fail-on and --fail-below say of the nodes that the filters leave, one by one."""
    tables, options = prepared.report.tables, prepared.report.options
    if options.fail_on:
        yield summary.meets_threshold(tables, options.fail_on, accepted.ACCEPTED_NODES)
    if options.fail_below is not None:
        percent = summary.totals(tables).compliant_percent
        yield percent is not None and percent < options.fail_below
    conditions = {
        UNMANAGED: prepared.unmanaged_instances,
        NOT_REPORTING: prepared.silent_nodes,
        OVERDUE: prepared.overdue_patches,
        EXPLOITED: prepared.exploited_patches,
    }
    yield from (bool(number) for name, number in conditions.items() if name in options.fail_conditions)
