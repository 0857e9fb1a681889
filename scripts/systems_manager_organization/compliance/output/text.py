"""A report for a person: the whole, the groups or nodes, the worst first, and what is not known."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import (
    COMPLIANT,
    NODES,
    NON_COMPLIANT,
    NOT_REPORTING,
    SEVERITIES,
)
from systems_manager_organization.compliance.output import accepted, patches, summary, wording
from systems_manager_organization.compliance.store.tables import rows
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection
    from rich.table import Table

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.output.report_options import ReportOptions
    from systems_manager_organization.compliance.output.summary import Group

# More rows than anybody reads; rich lays a table out as a whole.
_MAX_ROWS = 200

_HEADINGS = {"region": "Region", "severity": "highest severity"}
_STYLES = {NON_COMPLIANT: "red", NOT_REPORTING: "yellow", COMPLIANT: ""}


def show(tables: DuckDBPyConnection, options: ReportOptions, now: str, terminal: Terminal) -> None:
    """Everything, to standard output: a table on a terminal, otherwise a line for each group or node.

    `now`: as `node.time_text` has it.
    """
    if options.description:
        terminal.echo(f"Only {options.description}.")
    for line in wording.headline(tables):
        terminal.echo(line)
    if options.patch_states:
        terminal.echo(patches.headline(tables, options.patch_states))
    for line in accepted.lines(tables, options.exceptions, now):
        terminal.echo(line)
    if terminal.stdout.isatty():
        _show_table(tables, options, terminal)
    else:
        for line in _lines(tables, options):
            terminal.echo(line)
    for line in wording.format_unreadable(tables):
        terminal.echo(line)


def _lines(tables: DuckDBPyConnection, options: ReportOptions) -> Iterator[str]:
    if options.lists_patches:
        yield from map(patches.line, patches.documents(tables, patches.query(options.grouping)))
    elif options.grouping == summary.NODE:
        yield from map(_format_node, _nodes(tables))
    else:
        yield from map(wording.format_group, _groups(tables, options))


def _show_table(tables: DuckDBPyConnection, options: ReportOptions, terminal: Terminal) -> None:
    # The console before the table: it raises DependencyError when rich is missing.
    console = terminal.console(terminal.stdout)
    if options.lists_patches:
        totals = patches.totals(tables, options.patch_states)
        number = totals.distinct_patches if options.grouping == patches.PATCH else totals.patches
        found_patches = patches.documents(tables, patches.query(options.grouping))
        table = _patch_table(islice(found_patches, _MAX_ROWS), options.grouping)
    elif options.grouping == summary.NODE:
        number = summary.totals(tables).nodes
        table = _node_table(islice(_nodes(tables), _MAX_ROWS))
    else:
        found = list(_groups(tables, options))
        number = len(found)
        table = _group_table(found[:_MAX_ROWS], options.grouping)
    if number:
        console.print(table)
    if number > _MAX_ROWS:
        terminal.echo(f"{number - _MAX_ROWS} more, which --format json names.")


def _groups(tables: DuckDBPyConnection, options: ReportOptions) -> Iterator[Group]:
    return summary.groups(tables, options.grouping, all_of_them=not options.filters.description)


def _nodes(tables: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """The nodes as `columns.NODES` names their values, the worst first, in little memory."""
    for row in rows(tables, summary.NODES_WORST_FIRST):
        yield {column.name: value for column, value in zip(NODES, row, strict=True)}


def _format_node(node: dict[str, Any]) -> str:
    parts = [node["status"], *([_format_patches(node)] * bool(_format_patches(node))), _format_operation(node)]
    return f"{_account_name(node)}, {node['region']}, {_node_name(node)}: {', '.join(parts)}"


def _account_name(node: dict[str, Any]) -> str:
    return f"{node['account_id']} {node['account_name']}".strip()


def _node_name(node: dict[str, Any]) -> str:
    return f"{node['node_id']} {node['computer_name']}".strip()


def _format_patches(node: dict[str, Any]) -> str:
    numbers = ((node[f"noncompliant_{severity.lower()}"], severity.lower()) for severity in SEVERITIES)
    return " ".join(f"{number} {severity}" for number, severity in numbers if number)


def _format_operation(node: dict[str, Any]) -> str:
    return f"{node['operation']} {node['operation_ended_at']}" if node["operation"] else "never scanned"


def _group_table(groups: list[Group], grouping: str) -> Table:
    """One row for each group. Requires rich."""
    from rich.table import Table

    of_places = any(group.places for group in groups)
    severities = [name for name in SEVERITIES if any(group.totals.patches[name] for group in groups)]
    table = Table()
    table.add_column(_HEADINGS.get(grouping, grouping.replace("-", " ")), overflow="fold")
    headings = ["compliant", "nodes", "non-\ncompliant", "not\nreporting", *map(str.lower, severities)]
    for heading in [*headings, "read"] if of_places else headings:
        table.add_column(heading, justify="right")
    for group in groups:
        cells = [
            wording.percent(group.totals, is_complete=group.is_complete),
            *_numbers(group, severities),
            wording.format_coverage(group) or "all",
        ]
        table.add_row(plain_line(wording.group_name(group)), *cells[: None if of_places else -1], style=_style(group))
    return table


def _numbers(group: Group, severities: list[str]) -> list[str]:
    """Nothing, and not 0, where it was not checked."""
    totals = group.totals
    numbers = [totals.nodes, totals.noncompliant, totals.not_reporting, *(totals.patches[name] for name in severities)]
    known = not group.places or group.places_read
    return [str(number) if known else "" for number in numbers]


def _style(group: Group) -> str:
    if group.totals.noncompliant:
        return "red"
    return "yellow" if group.totals.not_reporting or group.places_read < group.places else ""


def _node_table(nodes: Iterable[dict[str, Any]]) -> Table:
    """One row for each node. Requires rich."""
    from rich.table import Table

    table = Table()
    for heading in ("node", "account", "Region", "status", "noncompliant patches", "last operation"):
        table.add_column(heading, overflow="fold")
    for node in nodes:
        cells = (
            _node_name(node),
            _account_name(node),
            node["region"],
            node["status"],
            _format_patches(node),
            _format_operation(node),
        )
        table.add_row(*map(plain_line, cells), style=_STYLES[node["status"]])
    return table


def _patch_table(found: Iterable[dict[str, Any]], grouping: str) -> Table:
    """One row for each patch, or patch of a node. Requires rich."""
    from rich.table import Table

    table = Table()
    for heading in patches.headings(grouping):
        table.add_column(heading, overflow="fold")
    for patch in found:
        table.add_row(*map(plain_line, patches.cells(patch)), style=patches.style(patch))
    return table
