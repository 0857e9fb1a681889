"""Everything that is made of a report's tables: what is shown, the files, the exit status."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.compliance.model.atomic_file import atomic_write
from systems_manager_organization.compliance.output import export, summary, text, wording
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.output.report_options import CSV, JSON, PARQUET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.output.report_options import ReportOptions

ALL_WELL, TOO_SEVERE, INCOMPLETE = 0, 2, 3


@dataclass(frozen=True)
class Report:
    """The tables of `tables.py`, filled, and what was asked.

    Attributes:
        generated_at: as `node.time_text` has it.
    """

    tables: DuckDBPyConnection
    options: ReportOptions
    generated_at: str

    @property
    def head(self) -> dict[str, Any]:
        return {
            "generated_at": self.generated_at,
            "source": self.options.source,
            "scope": self.options.document,
            "grouped_by": self.options.grouping,
        }


def render_report(report: Report, screen: Terminal) -> int:
    """Shows and writes what was asked for, and returns the exit status. Raises QueryError for a file that cannot be."""
    report.options.filters.apply(report.tables)
    if report.options.format == PARQUET and report.options.output:
        with atomic_write(report.options.output) as path:
            export.write_parquet(report.tables, path)
    else:
        with _opened(report.options, screen) as file:
            _write(report, replace(screen, stdout=file))
    if report.options.format in (CSV, PARQUET):
        for line in wording.not_read(report.tables):
            screen.tell(line)
    if report.options.html:
        _write_page(report, report.options.html)
        screen.tell(f"The page: {report.options.html}")
    return _status(report)


@contextmanager
def _opened(options: ReportOptions, screen: Terminal) -> Iterator[TextIO]:
    if options.output is None:
        yield screen.stdout
        return
    with atomic_write(options.output) as path, path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write(report: Report, screen: Terminal) -> None:
    if report.options.format == JSON:
        export.write_json(report.tables, report.head, report.options.grouping, screen.stdout)
    elif report.options.format == CSV:
        export.write_csv(report.tables, screen.stdout)
    else:
        text.show(report.tables, report.options, screen)


def _write_page(report: Report, page: Path) -> None:
    about = ReportMetadata(report.generated_at, report.options.source, report.options.in_words)
    with atomic_write(page) as path, path.open("w", encoding="utf-8") as file:
        write_page(report.tables, file, about)


def _status(report: Report) -> int:
    if report.options.fail_on and summary.meets_threshold(report.tables, report.options.fail_on):
        return TOO_SEVERE
    return INCOMPLETE if summary.is_incomplete(report.tables) else ALL_WELL
