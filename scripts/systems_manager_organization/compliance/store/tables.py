"""The tables of a report, in DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import INSTANCES, NODES, PATCHES, TABLES
from systems_manager_organization.compliance.model.patches import Patch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.columns import Column

PATCHES_READ = "patches_read"
# What exceptions fill in.
ACCEPTANCE = ("accepted_until", "accepted_by", "accepted_reason")
# What a report works out, beside exceptions.
_DERIVED = ("first_seen", "known_exploited", "known_exploited_due", "due_at", "due_by", "deadline")
# Text but the score, which is NULL where it is unknown.
WORKED_OUT = (*ACCEPTANCE, *_DERIVED, "epss")

_BATCH = 1000
# Rows that are in memory before they are written to a table or a Parquet file; a multiple of 2,048. DuckDB's own
# default is 122,880.
ROW_GROUP = 20_480
# What names a node, a patch of one, and the same patch as in a subquery `found`.
NODE_KEY = "account_id, region, node_id"
PATCH_KEY = f"{NODE_KEY}, patch_id, title, state"
SAME_PATCH = " AND ".join(f"{PATCHES_READ}.{name} = found.{name}" for name in PATCH_KEY.split(", "))
# How many noncompliant patches a node has.
NONCOMPLIANT_PATCHES = "(missing + failed + installed_pending_reboot + installed_rejected)"


def rows(connection: DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the result, in batches. The connection must not be used for other queries meanwhile."""
    yield from _fetched(connection.execute(query))


def documents(connection: DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    """The same rows, by name of column."""
    answer = connection.execute(query)
    names = [column[0] for column in answer.description or ()]
    for row in _fetched(answer):
        yield dict(zip(names, row, strict=True))


def _fetched(answer: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := answer.fetchmany(_BATCH):
        yield from batch


def create_tables(connection: DuckDBPyConnection, nodes: Sequence[Column] = NODES) -> None:
    """Creates `nodes` with these columns, `account_regions` and `problems`; of patch compliance also `instances`.

    `patches` has `columns.PATCHES` of the nodes that are in `nodes`, from what is in `patches_read`.
    """
    tables = {**TABLES, "nodes": nodes, **({"instances": INSTANCES} if nodes is NODES else {})}
    for table, columns in tables.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind, _ in columns)})")
    if nodes is NODES:
        fields = ", ".join(f"{name} varchar" for name in Patch._fields)
        fields += "".join(f", {name} varchar DEFAULT ''" for name in (*ACCEPTANCE, *_DERIVED))
        fields += ", epss double"
        connection.execute(
            f"CREATE TABLE {PATCHES_READ} (account_id varchar, region varchar, node_id varchar, {fields})"
        )
        names = ", ".join(column.name for column in PATCHES)
        connection.execute(f"CREATE VIEW patches AS SELECT {names} FROM {PATCHES_READ} JOIN nodes USING ({NODE_KEY})")
