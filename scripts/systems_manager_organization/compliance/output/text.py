"""A report for a person: the whole, the groups or nodes, the worst first, and what is not known."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from systems_manager_organization.compliance.model.columns import (
    COMPLIANT,
    NODES,
    NON_COMPLIANT,
    NOT_REPORTING,
    SEVERITIES,
)
from systems_manager_organization.compliance.output import patches, summary, wording
from systems_manager_organization.compliance.store.tables import documents, rows
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.compliance.output.options.report_options import ReportOptions
    from systems_manager_organization.compliance.output.summary import Group

# More rows than anybody reads; rich lays a table out as a whole.
_MAX_ROWS = 200

_NODE_HEADINGS = ("node", "account", "Region", "status", "noncompliant patches", "last operation")
_HEADINGS = {"region": "Region", "severity": "highest severity"}
_STYLES = {NON_COMPLIANT: "red", NOT_REPORTING: "yellow", COMPLIANT: ""}


def show(tables: DuckDBPyConnection, options: ReportOptions, lines: Iterable[str], terminal: Terminal) -> None:
    """Everything, to standard output: the lines, and a table on a terminal, otherwise a line for each group or node."""
    for line in lines:
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
        yield from map(patches.line, documents(tables, patches.query(tables, options.grouping)))
    elif options.grouping == summary.NODE:
        yield from map(_format_node, _nodes(tables))
    else:
        yield from map(wording.format_group, _groups(tables, options))


class Sheet(NamedTuple):
    """A table: `rows` are the cells and the style of each, `number` how many there are."""

    headings: Sequence[str]
    rows: Iterator[tuple[Sequence[str], str]]
    number: int
    justify: Literal["left", "right"] = "left"


def sheet(tables: DuckDBPyConnection, options: ReportOptions) -> Sheet:
    """The rows that are asked for. The connection must not be used for other queries while they are read."""
    if options.lists_patches:
        totals = patches.totals(tables, options.patch_states)
        number = totals.distinct_patches if options.grouping == patches.PATCH else totals.patches
        found = documents(tables, patches.query(tables, options.grouping))
        cells = ((patches.cells(patch), patches.style(patch)) for patch in found)
        return Sheet(patches.headings(options.grouping), cells, number)
    if options.grouping == summary.NODE:
        nodes = ((_node_cells(node), _STYLES[node["status"]]) for node in _nodes(tables))
        return Sheet(_NODE_HEADINGS, nodes, summary.totals(tables).nodes)
    return _group_sheet(list(_groups(tables, options)), options.grouping)


def _show_table(tables: DuckDBPyConnection, options: ReportOptions, terminal: Terminal) -> None:
    # The console before the table: it raises DependencyError when rich is missing.
    console = terminal.console(terminal.stdout)
    from rich.table import Table

    found = sheet(tables, options)
    table = Table()
    for column, heading in enumerate(found.headings):
        table.add_column(heading, justify=found.justify if column else "left", overflow="fold")
    for cells, style in islice(found.rows, _MAX_ROWS):
        table.add_row(*map(plain_line, cells), style=style)
    if found.number:
        console.print(table)
    if found.number > _MAX_ROWS:
        terminal.echo(f"{found.number - _MAX_ROWS} more, which --format json names.")


def _groups(tables: DuckDBPyConnection, options: ReportOptions) -> Iterator[Group]:
    return summary.groups(
        tables, options.grouping, all_of_them=not (options.filters.description or options.ownership.description)
    )


def _nodes(tables: DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """The nodes as `columns.NODES` names their values, the worst first, in little memory."""
    for row in rows(tables, summary.NODES_WORST_FIRST):
        # What the report works out comes after these.
        yield {column.name: value for column, value in zip(NODES, row, strict=False)}


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


def _group_sheet(groups: list[Group], grouping: str) -> Sheet:
    is_by_account_region = any(group.account_regions for group in groups)
    lacking = any(group.totals.unmanaged for group in groups)
    severities = [name for name in SEVERITIES if any(group.totals.patches[name] for group in groups)]
    headings = [
        _HEADINGS.get(grouping, grouping.replace("-", " ")),
        *(
            "compliant",
            "nodes",
            "non-\ncompliant",
            "not\nreporting",
            *["not\nmanaged"] * lacking,
            *map(str.lower, severities),
        ),
        *["read"] * is_by_account_region,
    ]
    rows = (
        (
            [
                wording.group_name(group),
                wording.percent(group.totals, is_complete=group.is_complete),
                *_numbers(group, severities, lacking=lacking),
                *[wording.format_coverage(group) or "all"] * is_by_account_region,
            ],
            _style(group),
        )
        for group in groups
    )
    return Sheet(headings, rows, len(groups), "right")


def _numbers(group: Group, severities: list[str], *, lacking: bool) -> list[str]:
    """Nothing, and not 0, where it was not checked."""
    totals = group.totals
    numbers = [totals.nodes, totals.noncompliant, totals.not_reporting]
    numbers += [totals.unmanaged] * lacking
    numbers += [totals.patches[name] for name in severities]
    known = not group.account_regions or group.account_regions_read
    return [str(number) if known else "" for number in numbers]


def _style(group: Group) -> str:
    if group.totals.noncompliant:
        return "red"
    return (
        "yellow"
        if group.totals.not_reporting or group.totals.unmanaged or group.account_regions_read < group.account_regions
        else ""
    )


def _node_cells(node: dict[str, Any]) -> Sequence[str]:
    return (
        _node_name(node),
        _account_name(node),
        node["region"],
        node["status"],
        _format_patches(node),
        _format_operation(node),
    )
