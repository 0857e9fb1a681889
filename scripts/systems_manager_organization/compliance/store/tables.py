"""The tables of a report, in DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import NODES, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.columns import Column

_BATCH = 1000


def rows(connection: DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the result, in batches. The connection must not be used for other queries meanwhile."""
    answer = connection.execute(query)
    while batch := answer.fetchmany(_BATCH):
        yield from batch


def create_tables(connection: DuckDBPyConnection, nodes: Sequence[Column] = NODES) -> None:
    """Creates `nodes` with these columns, `places` and `problems`."""
    for table, columns in {**TABLES, "nodes": nodes}.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})")
