"""The tables of a report, in DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patch_compliance.columns import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def create_tables(connection: DuckDBPyConnection) -> None:
    """Makes `nodes`, `places` and `problems`, empty."""
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})")
