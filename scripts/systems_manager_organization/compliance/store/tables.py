"""The tables of a report, in DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection


_BATCH = 1000


def rows(connection: DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the answer, in little memory. Nothing else may be asked of the connection meanwhile."""
    answer = connection.execute(query)
    while batch := answer.fetchmany(_BATCH):
        yield from batch


def create_tables(connection: DuckDBPyConnection) -> None:
    """Makes `nodes`, `places` and `problems`, empty."""
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})")
