"""Parsing of queries. Only a single SELECT is implemented.

https://docs.aws.amazon.com/athena/latest/ug/select.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.tokenizer_core import TokenType

from sandbox.services.athena.exceptions import InvalidRequestException, QueryFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "athena"
CATALOG = "awsdatacatalog"

# What sqlglot reads in every dialect, and Trino's grammar has not.
_FOREIGN = frozenset(
    {TokenType.DCOLON, TokenType.ILIKE, TokenType.QUALIFY, TokenType.SEMI, TokenType.ANTI, TokenType.ASOF}
)


@dataclass(frozen=True)
class Statement:
    """A parsed SELECT, and the database of its context."""

    tree: exp.Query
    database: str

    @property
    def tables(self) -> frozenset[tuple[str, str]]:
        """The names of database and table, in lower case, of all that it reads. Raises QueryFailed."""
        return frozenset(key_of(table, self.database) for table in tables_of(self.tree))


def parse(text: str, database: str | None) -> Statement:
    """Read a query. `database` is the one of its context, "default" without one.

    Raises InvalidRequestException where Athena does so without starting the query: aws-solutions-library-samples/
    cloud-intelligence-dashboards-framework issue 855 has the message.
    """
    tree = _only(text)
    before = None
    for token in sqlglot.tokenize(text, dialect=DIALECT):
        # A text is no name of a table, as it is in DuckDB, which takes it for a file.
        is_table = token.token_type is TokenType.STRING and before in (TokenType.FROM, TokenType.JOIN)
        before = token.token_type
        if is_table or token.token_type in _FOREIGN:
            raise _mismatched(token.line, token.col - len(token.text) + 1, token.text)
    for table in tables_of(tree):
        if not isinstance(table.this, exp.Identifier):
            raise InvalidRequestException(f"{position(table)}: mismatched input '{table.sql(DIALECT)}'")
    return Statement(tree, (database or "default").lower())


def tables_of(tree: exp.Query) -> Iterator[exp.Table]:
    """The tables that a query reads, as often as it names them; what WITH defines is none."""
    seen: set[int] = set()
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            # A subquery can name what is around it.
            if isinstance(source, exp.Table) and id(source) not in seen:
                seen.add(id(source))
                yield source


def key_of(table: exp.Table, database: str) -> tuple[str, str]:
    """The database and the name of a table, in lower case. Raises QueryFailed for another catalog."""
    if table.catalog and table.catalog.lower() != CATALOG:
        raise QueryFailed(f"CATALOG_NOT_FOUND: {position(table)}: Catalog '{table.catalog}' does not exist")
    return (table.db or database).lower(), table.name.lower()


def position(node: exp.Expr) -> str:
    """The position of an expression in Athena's format: `line 1:15`."""
    identifiers = [one for one in node.find_all(exp.Identifier) if "line" in one.meta]
    meta = min((one.meta for one in identifiers), key=lambda one: int(one["start"]), default={})
    length = int(meta.get("end", 0)) - int(meta.get("start", 0)) + 1
    return f"line {meta.get('line', 1)}:{max(1, int(meta.get('col', 1)) - length + 1)}"


def _only(text: str) -> exp.Query:
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect=DIALECT) if tree is not None]
    except ParseError as error:
        first = error.errors[0]
        raise _mismatched(first["line"] or 1, first["col"] or 1, first["highlight"] or "<EOF>") from error
    except SqlglotError as error:
        raise InvalidRequestException(f"line 1:1: {error}") from error
    if len(trees) != 1:
        raise InvalidRequestException(f"Only one sql statement is allowed. Got: {text}")
    if not isinstance(trees[0], exp.Query):
        raise InvalidRequestException(f"The sandbox answers SELECT, and not {trees[0].key.upper()}.")
    return trees[0]


def _mismatched(line: int, column: int, text: str) -> InvalidRequestException:
    return InvalidRequestException(f"line {line}:{max(1, column)}: mismatched input '{text}'")
