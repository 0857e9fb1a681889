"""The data of the page: JSON by columns, of which a browser reads hundreds of thousands of rows in a moment."""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from systems_manager_organization.compliance.model.columns import (
    COMPLIANT,
    NON_COMPLIANT,
    NOT_READ,
    NOT_REPORTING,
    READ,
    SEVERITIES,
    STATUSES,
)
from systems_manager_organization.compliance.model.patches import IDENTITY
from systems_manager_organization.compliance.output.patches import BY_PATCH
from systems_manager_organization.compliance.output.summary import NODES_WORST_FIRST
from systems_manager_organization.compliance.store.tables import NODE_KEY, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

# A multiple of three: Base64 encodes three bytes at a time, so that its pieces are one text.
_BATCH = 30_000
_WHOLE_NUMBERS = {"INTEGER", "BIGINT"}
# Bytes of an unsigned number, and the type code of Python's array: JavaScript's typed arrays have the same three.
_WIDTHS = ((1, "B"), (2, "H"), (4, "I"))
_NODES, _PATCHES = "page_nodes", "page_patches"
OWNER = "owner"
# What the page does not show: a file of the nodes has it.
_OMITTED = {
    "installed",
    "installed_other",
    "not_applicable",
    "available_security_updates",
    "critical_noncompliant",
    "security_noncompliant",
    "other_noncompliant",
    "baseline_id",
}
# These are sorted by what they mean.
_SORT_ORDERS: dict[str, Sequence[str]] = {"status": STATUSES, "severity": (*SEVERITIES, "")}


class Account(NamedTuple):
    """An account, its Regions in scope and read, and its nodes."""

    account_id: str
    account_name: str
    organizational_unit: str
    regions: int
    regions_read: int
    compliant: int
    noncompliant: int
    not_reporting: int


def accounts(connection: DuckDBPyConnection) -> Iterator[Account]:
    """By organizational unit and name."""
    yield from (Account(*row) for row in rows(connection, _ACCOUNTS))


def report(connection: DuckDBPyConnection, lists: Mapping[str, Any]) -> Iterator[str]:
    """Everything but the nodes and their patches, as pieces of one JSON object: `lists`, and these.

    `accounts` has the fields of `Account`, `unread` those of `columns.ACCOUNT_REGIONS` up to the reason with the
    Regions of a reason together, `problems` those of `columns.PROBLEMS`, `unmanaged` those of `columns.INSTANCES` that
    are shown, `owners` the numbers of nodes of each.
    """
    yield f'{_text(lists)[:-1]}, "accounts": ['
    yield from _items(connection, _ACCOUNTS)
    yield '], "unread": ['
    yield from _items(connection, _UNREAD)
    yield '], "problems": ['
    yield from _items(connection, "SELECT code, subject, message FROM problems ORDER BY ALL")
    yield '], "unmanaged": ['
    yield from _items(connection, _UNMANAGED)
    yield '], "owners": ['
    if OWNER in _columns_of(connection, "nodes"):
        yield from _items(connection, _OWNERS)
    yield "]}"


def nodes(connection: DuckDBPyConnection) -> Iterator[str]:
    """The nodes of `ordered`, the worst first, as pieces of one JSON object: name of a column to its values.

    A column is `{"values": [...]}` with a value for each node; `{"numbers": "..."}`, unsigned and in Base64; or
    `{"values": [...], "numbers": "..."}`, where a number is an index of `values`, and numbers compare as the values do.
    `bytes` is the size of each number, and the least significant is the first of them.
    """
    yield from _columns(connection, _NODES)


def patches(connection: DuckDBPyConnection) -> Iterator[str]:
    """The patches of `ordered`, each once for all of its nodes, in the same form."""
    yield from _columns(connection, _PATCHES)


def nodes_of_patches(connection: DuckDBPyConnection) -> Iterator[str]:
    """For each of these patches the positions of its nodes in `nodes`: `[[0, 5], [2]]`."""
    cursor = connection.execute(_NODES_OF_PATCHES)
    yield "["
    separator = ""
    # One at a time: a patch may be missing on every node.
    while row := cursor.fetchone():
        yield f"{separator}{_text(row[0])}"
        separator = ",\n"
    yield "]"


@contextmanager
def ordered(connection: DuckDBPyConnection) -> Iterator[None]:
    """The tables behind `nodes` and `patches`, with the position of each row: sorted once, and not for every column."""
    names = [name for name in _columns_of(connection, "nodes") if name not in _OMITTED]
    for table, query in (
        (_NODES, f"SELECT {', '.join(names)} FROM ({NODES_WORST_FIRST})"),
        (_PATCHES, f"SELECT * EXCLUDE (account_ids, regions) FROM ({BY_PATCH})"),
    ):
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT *, row_number() OVER () - 1 AS row FROM ({query})")
    try:
        yield
    finally:
        connection.execute(f"DROP TABLE {_NODES}; DROP TABLE {_PATCHES}")


def _columns_of(connection: DuckDBPyConnection, table: str) -> dict[str, str]:
    """Its columns, with their types in DuckDB's words."""
    return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}


def _columns(connection: DuckDBPyConnection, table: str) -> Iterator[str]:
    separator = "{"
    for name, kind in _columns_of(connection, table).items():
        if name != "row":
            yield f'{separator}"{name}": {{'
            yield from _column(connection, table, name, kind)
            yield "}"
            separator = ",\n"
    yield "}"


def _column(connection: DuckDBPyConnection, table: str, name: str, kind: str) -> Iterator[str]:
    if kind == "VARCHAR" and (values := _dictionary(connection, table, name)) is not None:
        yield f'"values": {_text(values)}, '
        rank = f"list_position({list(_SORT_ORDERS[name])}, {name})" if name in _SORT_ORDERS else _RANK.format(name=name)
        yield from _numbers(connection, table, f"{rank} - 1", max(len(values) - 1, 0))
    elif kind in _WHOLE_NUMBERS and (largest := _largest(connection, table, name)) is not None:
        yield from _numbers(connection, table, name, largest)
    else:
        yield from _values(connection, table, name)


def _values(connection: DuckDBPyConnection, table: str, name: str) -> Iterator[str]:
    yield '"values": ['
    separator = ""
    cursor = connection.execute(f"SELECT {name} FROM {table} ORDER BY row")
    while batch := cursor.fetchmany(_BATCH):
        yield f"{separator}{_text([row[0] for row in batch])[1:-1]}"
        separator = ","
    yield "]"


def _largest(connection: DuckDBPyConnection, table: str, name: str) -> int | None:
    """None where a value is missing, below zero, or too large for four bytes."""
    row = connection.execute(_LARGEST.format(table=table, name=name)).fetchone()
    return row[0] if row else None


def _numbers(connection: DuckDBPyConnection, table: str, value: str, largest: int) -> Iterator[str]:
    size, code = next(width for width in _WIDTHS if largest < 256 ** width[0])
    yield f'"bytes": {size}, "numbers": "'
    cursor = connection.execute(f"SELECT {value} FROM {table} ORDER BY row")
    while batch := cursor.fetchmany(_BATCH):
        numbers = array(code, [row[0] for row in batch])
        if sys.byteorder == "big":
            numbers.byteswap()
        yield b64encode(numbers).decode()
    yield '"'


def _dictionary(connection: DuckDBPyConnection, table: str, name: str) -> Sequence[str] | None:
    """The values in their order; None where most of them are there only once, as ids are."""
    if name in _SORT_ORDERS:
        return _SORT_ORDERS[name]
    ((number, distinct),) = rows(connection, f"SELECT count(*), count(DISTINCT {name}) FROM {table}")
    if distinct * 2 > number:
        return None
    return [value for (value,) in rows(connection, f"SELECT DISTINCT {name} FROM {table} ORDER BY 1")]


def _items(connection: DuckDBPyConnection, query: str) -> Iterator[str]:
    separator = "\n"
    for row in rows(connection, query):
        yield f"{separator}{_text(row)}"
        separator = ",\n"


def _text(value: Any) -> str:
    """JSON that cannot end the element it is in.

    https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    """
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


_LARGEST = """
SELECT coalesce(max({name}), 0) FROM {table}
HAVING count({name}) = count(*) AND coalesce(min({name}) >= 0 AND max({name}) <= 4294967295, true)
"""
_RANK = "dense_rank() OVER (ORDER BY {name})"
_ACCOUNTS = f"""
WITH
  counts AS (
    SELECT
      account_id,
      count(*) FILTER (status = '{COMPLIANT}') AS compliant,
      count(*) FILTER (status = '{NON_COMPLIANT}') AS noncompliant,
      count(*) FILTER (status = '{NOT_REPORTING}') AS not_reporting
    FROM nodes GROUP BY account_id
  ),
  -- Of a report that was resumed after an account was renamed or moved, its Regions have both.
  regions AS (
    SELECT account_id, max(account_name) AS account_name, max(organizational_unit) AS organizational_unit,
      count(*) AS regions, count(*) FILTER (state = '{READ}') AS regions_read
    FROM account_regions GROUP BY account_id
  )
SELECT
  account_id, account_name, organizational_unit, regions, regions_read,
  coalesce(compliant, 0), coalesce(noncompliant, 0), coalesce(not_reporting, 0)
FROM regions LEFT JOIN counts USING (account_id)
ORDER BY organizational_unit, account_name, account_id
"""
_UNREAD = f"""
WITH totals AS (SELECT account_id, count(*) AS regions FROM account_regions GROUP BY account_id)
SELECT account_id, account_name, organizational_unit,
  CASE WHEN count(*) = any_value(regions) THEN 'All ' || count(*) ELSE string_agg(region, ', ' ORDER BY region) END,
  code, min_by(reason, region)
FROM account_regions JOIN totals USING (account_id) WHERE state = '{NOT_READ}'
GROUP BY account_id, account_name, organizational_unit, code, replace(reason, region, '')
ORDER BY code, organizational_unit, account_name, account_id
"""
_UNMANAGED = """
SELECT node_id, name, account_id, account_name, region, platform_type, state, cause, evidence, remedy
FROM instances WHERE status = 'UNMANAGED' ORDER BY cause, account_id, region, node_id
"""
_OWNERS = f"""
SELECT owner, count(*),
  count(*) FILTER (status = '{COMPLIANT}'),
  count(*) FILTER (status = '{NON_COMPLIANT}'),
  count(*) FILTER (status = '{NOT_REPORTING}')
FROM nodes GROUP BY owner ORDER BY 4 DESC, owner
"""
_NODES_OF_PATCHES = f"""
WITH
  found AS (
    SELECT patch_id, max(title) OVER (PARTITION BY patch_id, {IDENTITY}) AS title, position
    FROM patches JOIN (SELECT {NODE_KEY}, row AS position FROM {_NODES}) AS positions USING ({NODE_KEY})
  ),
  of_each AS (SELECT patch_id, title, list_sort(list(DISTINCT position)) AS positions FROM found GROUP BY ALL)
SELECT positions FROM {_PATCHES} JOIN of_each USING (patch_id, title) ORDER BY {_PATCHES}.row
"""
