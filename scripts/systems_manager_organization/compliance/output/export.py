"""A report for programs: JSON, CSV and Parquet."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.compliance.analysis import accepted
from systems_manager_organization.compliance.output import patches, summary
from systems_manager_organization.compliance.store.tables import ROW_GROUP, documents, rows
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.patches import State


def write_json(
    tables: DuckDBPyConnection, head: Mapping[str, Any], grouping: str, states: Sequence[State], file: TextIO
) -> None:
    """The document of patch compliance.

    Args:
        head: metadata, the first members of the document.
        grouping: a grouping of `summary`, or `patches.PATCH`; of `node` there are no groups.
        states: of the patches that were asked for.
    """
    totals = summary.totals(tables).document(is_complete=not summary.is_incomplete(tables))
    lists = dict(_LISTS)
    if states:
        totals |= vars(patches.totals(tables, states)) | vars(accepted.totals(tables))
        lists["patches"] = patches.query(tables, "")
    write_document(tables, head, totals, _groups(tables, grouping), file, lists)


def _groups(tables: DuckDBPyConnection, grouping: str) -> Iterable[Mapping[str, Any]]:
    if grouping == patches.PATCH:
        return documents(tables, patches.BY_PATCH)
    groups = () if grouping == summary.NODE else summary.groups(tables, grouping, all_of_them=True)
    return (group.document for group in groups)


def write_document(
    tables: DuckDBPyConnection,
    head: Mapping[str, Any],
    totals: Mapping[str, Any],
    groups: Iterable[Mapping[str, Any]],
    file: TextIO,
    lists: Mapping[str, str] | None = None,
) -> None:
    """One document: the head; totals and groups; the lists, by default those of `_LISTS`, from their queries.

    What is many is written row by row.
    """
    file.write("{\n")
    head = {**head, "totals": {**totals, **vars(summary.coverage(tables))}}
    file.writelines(f'  "{name}": {json.dumps(value)},\n' for name, value in head.items())
    _write_list(file, "groups", map(json.dumps, groups))
    for name, query in (lists or _LISTS).items():
        file.write(",\n")
        _write_list(file, name, map(json.dumps, documents(tables, query)))
    file.write("\n}\n")


def write_csv(tables: DuckDBPyConnection, file: TextIO, query: str = "") -> None:
    """The rows of the query, by default the nodes, by account, Region and id; the first line names the columns.

    Texts are quoted, and none of them begins as a formula: https://owasp.org/www-community/attacks/CSV_Injection
    """
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(tables.sql(query or _NODES).columns)
    writer.writerows([_csv_cell(value) for value in row] for row in rows(tables, query or _NODES))


def _csv_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = plain_line(value)
    return f"'{text}" if value.startswith(_FORMULA) else text


def write_parquet(tables: DuckDBPyConnection, path: Path, query: str = "") -> None:
    """The same."""
    tables.sql(query or _NODES).write_parquet(str(path), row_group_size=ROW_GROUP)


# The last four are the full-width forms, which spreadsheets take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NODES = "SELECT * FROM nodes ORDER BY account_id, region, node_id"
_LISTS = {
    "account_regions": "SELECT * FROM account_regions ORDER BY account_id, region",
    "problems": "SELECT * FROM problems ORDER BY ALL",
    "nodes": _NODES,
}


def _write_list(file: TextIO, name: str, documents: Iterator[str]) -> None:
    file.write(f'  "{name}": [')
    separator = "\n    "
    for document in documents:
        file.write(f"{separator}{document}")
        separator = ",\n    "
    file.write("\n  ]")
