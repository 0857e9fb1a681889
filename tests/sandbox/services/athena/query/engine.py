"""The query engine: reads tables from S3, and runs the SQL in DuckDB."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
from sqlglot import exp

from sandbox.clock import clock
from sandbox.services.athena.exceptions import QueryFailed
from sandbox.services.athena.executions import Column, Result
from sandbox.services.athena.query.functions import require_known_functions
from sandbox.services.athena.query.names import Names, hide_path, selects_path
from sandbox.services.athena.query.predicates import equalities, on_partitions
from sandbox.services.athena.query.projection import partitions_of
from sandbox.services.athena.query.scan import PATH, Scanner
from sandbox.services.athena.query.serde import duckdb_type
from sandbox.services.athena.query.statement import Statement, key_of, parse, position, tables_of
from sandbox.services.glue.exceptions import EntityNotFoundException
from sandbox.services.glue.models import glue_backends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.services.athena.query.projection import Partition
    from sandbox.services.glue.models import Table


class AccountRegion(NamedTuple):
    """The account and Region whose Data Catalog and permissions a query has."""

    account_id: str
    region: str


def run(location: AccountRegion, text: str, database: str | None, limit: int | None) -> Result:
    """Answer a query; `limit` is what it may scan, in bytes. Raises QueryFailed and ScanLimitExceeded."""
    statement = parse(text, database)
    tables = {key: _table(location, statement, key) for key in sorted(statement.tables)}
    require_known_functions(text, statement)
    Names(statement, {key: _columns(table) for key, table in tables.items()}).require_known()
    hide_path(statement.tree)
    scanner = Scanner(location.account_id, limit)
    with tempfile.TemporaryDirectory(prefix="athena-") as folder, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # Trino's / of whole numbers is whole: https://trino.io/docs/current/functions/math.html
        connection.execute("SET integer_division = true")
        # Each reference to a table is a table of its own: its partitions are those that its own WHERE leaves.
        for number, reference in enumerate(list(tables_of(statement.tree))):
            table = tables[key_of(reference, statement.database)]
            name = f"reference_{number}"
            rows = scanner.rows(table, _partitions(connection, reference, table))
            hidden = {PATH: "VARCHAR"} if selects_path(reference) else {}
            _load(connection, name, {**_columns(table), **hidden}, rows, Path(folder) / f"{name}.json")
            _point_at(reference, name)
        return _respond(connection, statement, scanner)


def _table(location: AccountRegion, statement: Statement, key: tuple[str, str]) -> Table:
    try:
        return glue_backends[location.account_id][location.region].table(*key)
    except EntityNotFoundException as error:
        named = next(one for one in tables_of(statement.tree) if key_of(one, statement.database) == key)
        raise QueryFailed(
            f"TABLE_NOT_FOUND: {position(named)}: Table 'awsdatacatalog.{key[0]}.{key[1]}' does not exist"
        ) from error


def _columns(table: Table) -> dict[str, str]:
    """Names and DuckDB's types: the data's, then the partition keys; the hidden one is not among them."""
    return {
        column["Name"].lower(): duckdb_type(column.get("Type", "string"))
        for column in (*table.columns, *table.partition_keys)
    }


def _partitions(connection: duckdb.DuckDBPyConnection, reference: exp.Table, table: Table) -> Iterator[Partition]:
    """The partitions that the WHERE conditions on partition columns select."""
    names = [key["Name"].lower() for key in table.partition_keys]
    conditions = on_partitions(reference, names)
    partitions = list(partitions_of(table, equalities(conditions)))
    if not conditions or not partitions:
        return iter(partitions)
    types = {name: kind for name, kind in _columns(table).items() if name in names}
    values = json.dumps([dict(zip(names, partition, strict=True)) for partition in partitions])
    shape = json.dumps([dict.fromkeys(names, "VARCHAR")])
    where = " AND ".join(f"({_to_duckdb(condition)})" for condition in conditions)
    # The original strings are selected as well: they name the partition's location, whatever the column's type.
    casts = ", ".join(f'CAST("{name}" AS {types[name]}) AS "{name}", "{name}" AS "text {name}"' for name in names)
    texts = ", ".join(f'"text {name}"' for name in names)
    found = connection.execute(
        f"SELECT {texts} FROM (SELECT {casts} FROM (SELECT unnest(from_json(?::JSON, '{shape}'), recursive := true)))"
        f" WHERE {where}",
        [values],
    ).fetchall()
    return iter([tuple(str(value) for value in row) for row in found])


def _load(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Iterator[Any], file: Path
) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    shape = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    connection.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{shape}}}, "
        "maximum_object_size = 268435456)",
        [str(file)],
    )


def _point_at(reference: exp.Table, name: str) -> None:
    alias = reference.alias or reference.name
    reference.set("catalog", None)
    reference.set("db", None)
    reference.set("this", exp.to_identifier(name))
    if not reference.args.get("alias"):
        reference.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def _respond(connection: duckdb.DuckDBPyConnection, statement: Statement, scanner: Scanner) -> Result:
    # The query can read its tables, and no files of this machine.
    connection.execute("SET enable_external_access = false")
    try:
        sql = _to_duckdb(statement.tree)
        relation = connection.sql(sql)
        columns = tuple(
            Column(_name(statement, name, number), _type(str(kind)))
            for number, (name, kind) in enumerate(zip(relation.columns, relation.types, strict=True))
        )
        texts = ", ".join(_as_text(number, column.type) for number, column in enumerate(columns))
        names = ", ".join(f"c{number}" for number in range(len(columns)))
        rows = connection.execute(f"SELECT {texts} FROM ({sql}) AS a({names})").fetchall()
    except duckdb.Error as error:
        raise QueryFailed(_athena_error(error)) from error
    return Result(columns, tuple(tuple(row) for row in rows), scanner.scanned)


# DuckDB's types, and Athena's names of them: https://docs.aws.amazon.com/athena/latest/ug/data-types.html
_ATHENA_TYPES = {"HUGEINT": "bigint", "FLOAT": "float", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone"}


def _name(statement: Statement, name: str, number: int) -> str:
    """Names are in lower case, and what has none is called by its position: `_col1`."""
    selects = statement.tree.selects
    has_stars = any(selected.is_star for selected in selects)
    principal_matches = has_stars or selects[number].alias or isinstance(selects[number], exp.Column)
    return name.lower() if principal_matches else f"_col{number}"


def _type(kind: str) -> str:
    if kind.endswith("[]"):
        return "array"
    return _ATHENA_TYPES.get(kind, kind.lower().partition("(")[0])


def _as_text(number: int, kind: str) -> str:
    if kind == "timestamp":
        return f"strftime(c{number}, '%Y-%m-%d %H:%M:%S.%g')"
    if kind == "timestamp with time zone":
        return f"strftime(c{number}, '%Y-%m-%d %H:%M:%S.%g UTC')"
    return f"CAST(c{number} AS VARCHAR)"


def _athena_error(error: duckdb.Error) -> str:
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.ConversionException):
        return f"INVALID_CAST_ARGUMENT: {first}"
    if isinstance(error, duckdb.BinderException) and ("Cannot compare" in first or "No function matches" in first):
        return f"TYPE_MISMATCH: {first}"
    if isinstance(error, duckdb.CatalogException):
        return f"NOT_SUPPORTED: The sandbox has not built this: {first}"
    return f"SYNTAX_ERROR: {first}"


def _to_duckdb(node: exp.Expr) -> str:
    """Translate to DuckDB's SQL, with the virtual time in place of the real one."""
    return node.copy().transform(_at_virtual_time).sql("duckdb")


def _at_virtual_time(node: exp.Expr) -> exp.Expr:
    now = clock.now()
    if isinstance(node, exp.CurrentTimestamp):
        return exp.cast(exp.Literal.string(now.isoformat()), "TIMESTAMPTZ")
    if isinstance(node, exp.CurrentDate):
        return exp.cast(exp.Literal.string(now.date().isoformat()), "DATE")
    return node
