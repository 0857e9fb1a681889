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
    asked: ReportOptions
    generated_at: str

    @property
    def head(self) -> dict[str, Any]:
        return {
            "generated_at": self.generated_at,
            "source": self.asked.source,
            "scope": self.asked.document,
            "grouped_by": self.asked.grouping,
        }


def render_report(report: Report, screen: Terminal) -> int:
    """Shows and writes what was asked for, and returns the exit status. Raises QueryError for a file that cannot be."""
    report.asked.filters.apply(report.tables)
    if report.asked.format == PARQUET and report.asked.output:
        with atomic_write(report.asked.output) as path:
            export.write_parquet(report.tables, path)
    else:
        with _opened(report.asked, screen) as file:
            _write(report, replace(screen, stdout=file))
    if report.asked.format in (CSV, PARQUET):
        for line in wording.not_read(report.tables):
            screen.tell(line)
    if report.asked.html:
        _write_page(report, report.asked.html)
        screen.tell(f"The page: {report.asked.html}")
    return _status(report)


@contextmanager
def _opened(asked: ReportOptions, screen: Terminal) -> Iterator[TextIO]:
    if asked.output is None:
        yield screen.stdout
        return
    with atomic_write(asked.output) as path, path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write(report: Report, screen: Terminal) -> None:
    if report.asked.format == JSON:
        export.write_json(report.tables, report.head, report.asked.grouping, screen.stdout)
    elif report.asked.format == CSV:
        export.write_csv(report.tables, screen.stdout)
    else:
        text.show(report.tables, report.asked, screen)


def _write_page(report: Report, page: Path) -> None:
    about = ReportMetadata(report.generated_at, report.asked.source, report.asked.in_words)
    with atomic_write(page) as path, path.open("w", encoding="utf-8") as file:
        write_page(report.tables, file, about)


def _status(report: Report) -> int:
    if report.asked.fail_on and summary.meets_threshold(report.tables, report.asked.fail_on):
        return TOO_SEVERE
    return INCOMPLETE if summary.is_incomplete(report.tables) else ALL_WELL
