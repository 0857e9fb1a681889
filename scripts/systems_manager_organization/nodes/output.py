"""The outputs of the report of nodes: terminal, JSON, CSV and Parquet, and the exit status."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.cli.output_file import open_output, output_file
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model.node import time_of
from systems_manager_organization.compliance.output import export, wording
from systems_manager_organization.compliance.output import summary as coverage_summary
from systems_manager_organization.compliance.output.options.keys import CSV, JSON, PARQUET
from systems_manager_organization.compliance.output.render import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    EXIT_THRESHOLD_EXCEEDED,
)
from systems_manager_organization.nodes import summary
from systems_manager_organization.nodes.causes import REMEDIES
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.nodes.options import NodesOptions

_MAX_ROWS = 200


def render(tables: DuckDBPyConnection, options: NodesOptions, generated_at: str, terminal: Terminal) -> int:
    """Writes all outputs, and returns the exit status. Raises QueryError when a file cannot be written."""
    options.filter(tables)
    if options.format == PARQUET and options.output:
        with output_file(options.output) as path:
            export.write_parquet(tables, path)
    else:
        with open_output(options.output, terminal.stdout) as file:
            _write(tables, options, generated_at, file)
    if options.format in (CSV, PARQUET):
        for line in wording.format_unreadable(tables):
            terminal.echo(line, err=True)
    return _status(tables, options)


def _write(tables: DuckDBPyConnection, options: NodesOptions, generated_at: str, file: TextIO) -> None:
    if options.format == CSV:
        export.write_csv(tables, file)
    elif options.format == JSON:
        head = {"generated_at": generated_at, "scope": options.document, "grouped_by": options.grouping}
        if captured := summary.captured(tables):
            head["captured_at"] = dict(zip(("oldest", "newest"), captured, strict=True))
        groups = () if options.grouping == coverage_summary.NODE else summary.groups(tables, options.grouping)
        documents = (group.document for group in groups)
        export.write_document(tables, head, summary.totals(tables).document, documents, file)
    else:
        file.writelines(f"{plain_line(line)}\n" for line in _lines(tables, options, generated_at))


def _lines(tables: DuckDBPyConnection, options: NodesOptions, generated_at: str) -> Iterator[str]:
    if options.description:
        yield f"Only {options.description}."
    totals = summary.totals(tables)
    yield f"{pluralize(totals.nodes, 'node')}: {totals.managed} managed, {totals.unmanaged} not managed."
    if captured := summary.captured(tables):
        hours = (time_of(generated_at) - time_of(captured[0])).total_seconds() / 3600
        yield f"AWS collected them between {captured[0]} and {captured[1]}: the oldest {hours:.1f} hours ago."
    yield wording.format_accounts_read(coverage_summary.coverage(tables))
    if options.grouping == coverage_summary.NODE:
        for node in islice(summary.nodes(tables), _MAX_ROWS):
            yield from _format_node(node)
        if totals.nodes > _MAX_ROWS:
            yield f"{totals.nodes - _MAX_ROWS} more, which --format json names."
    else:
        yield from map(_format_group, summary.groups(tables, options.grouping))
    if summary.has_unchecked(tables):
        yield "Not all could be checked, so that causes may be missing: --format json names the actions as not_checked."
    yield from wording.format_unreadable(tables)


def _format_group(group: summary.Group) -> str:
    name = " ".join(value for value in group.keys.values() if value) or "unknown"
    if group.account_regions and not group.account_regions_read:
        return f"{name}: not read"
    if cause := group.keys.get("cause"):
        return f"{name}: {pluralize(group.nodes, 'node')}. {REMEDIES[cause]}"
    part = (
        f"; {group.account_regions_read} of {group.account_regions} read"
        if group.account_regions_read < group.account_regions
        else ""
    )
    return f"{name}: {pluralize(group.nodes, 'node')}, {group.unmanaged} not managed{part}"


def _format_node(node: dict[str, Any]) -> Iterator[str]:
    where = f"{node['account_id']} {node['account_name']}".strip()
    yield (
        f"{where}, {node['region']}, {node['node_id']} {node['name']}".strip()
        + f": {node['status']} {node['cause']}".rstrip()
    )
    for label in ("evidence", "remedy", "notes"):
        if node[label]:
            yield f"  {label}: {node[label]}"


def _status(tables: DuckDBPyConnection, options: NodesOptions) -> int:
    if options.fails_on_unmanaged and summary.totals(tables).unmanaged:
        return EXIT_THRESHOLD_EXCEEDED
    incomplete = coverage_summary.is_incomplete(tables) or summary.has_unchecked(tables)
    return EXIT_INCOMPLETE if incomplete else EXIT_OK
