"""Column name resolution before a query runs: DuckDB resolves some names that Athena does not.

https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from sandbox.services.athena.exceptions import QueryFailed
from sandbox.services.athena.query.scan import PATH
from sandbox.services.athena.query.statement import Statement, key_of, position, tables_of

Schema = Mapping[tuple[str, str], Iterable[str]]
"""The visible columns of each table, by database and table."""


class Names:
    """What can be named in a query, scope by scope. An unknown set of columns (UNNEST without a list) is None."""

    def __init__(self, statement: Statement, schema: Schema) -> None:
        self._statement = statement
        self._schema = schema
        self._scopes = list(traverse_scope(statement.tree))

    def require_known(self) -> None:
        """Raise QueryFailed for a column that is nowhere, or in two places.

        An alias of a SELECT is known to its ORDER BY alone: https://trino.io/docs/current/sql/select.html
        """
        for scope in self._scopes:
            for column in scope.columns:
                if isinstance(column.this, exp.Star):
                    continue
                if not self._is_known(scope, column) and not _is_alias_in_order(scope, column):
                    raise QueryFailed(
                        f"COLUMN_NOT_FOUND: {position(column)}: Column '{_dotted(column)}' cannot be resolved or "
                        "requester is not authorized to access requested resources"
                    )

    def _is_known(self, scope: Scope | None, column: exp.Column) -> bool:
        while scope is not None:
            sources = _sources(scope)
            table, name = column.table.lower(), column.name.lower()
            if table and table in sources:
                return _has(self._columns(sources[table]), name)
            if not table:
                holders = [one for one in sources.values() if _has(self._columns(one), name)]
                if len(holders) > 1 and not _is_using(scope, name):
                    raise QueryFailed(f"AMBIGUOUS_NAME: {position(column)}: Column '{column.name}' is ambiguous")
                if holders:
                    return True
            scope = scope.parent
        return False

    def _columns(self, source: exp.Table | Scope) -> set[str] | None:
        if isinstance(source, exp.Table):
            key = key_of(source, self._statement.database)
            return {*self._schema[key], PATH} if key in self._schema else None
        listed = _listed(source.expression) or _listed(source.expression.parent)
        if listed or not isinstance(source.expression, exp.Query):
            return listed or None
        found: set[str] = set()
        for selected in source.expression.selects:
            if not selected.is_star:
                found.add(selected.alias_or_name.lower())
                continue
            starred = self._starred(source, selected)
            if starred is None:
                return None
            found |= starred
        return found

    def _starred(self, scope: Scope, star: exp.Expr) -> set[str] | None:
        requested = star.table.lower() if isinstance(star, exp.Column) else None
        # Of a UNION the columns are those of its first SELECT.
        first = scope.expression
        while isinstance(first, (exp.SetOperation, exp.Subquery)):
            first = first.this
        inner = next(one for one in self._scopes if one.expression is first)
        found: set[str] = set()
        for alias, source in _sources(inner).items():
            if requested is None or alias == requested:
                columns = self._columns(source)
                if columns is None:
                    return None
                found |= columns - {PATH}
        return found


def selects_path(reference: exp.Table) -> bool:
    """Whether the SELECT of a reference to a table, or a nested one, selects `$path`."""
    select = reference.find_ancestor(exp.Select)
    return select is not None and any(column.name == PATH for column in select.find_all(exp.Column))


def hide_path(tree: exp.Query) -> None:
    """Exclude the hidden column from `*` where the query selects it explicitly."""
    for reference in tables_of(tree):
        select = reference.find_ancestor(exp.Select)
        if select is None or not selects_path(reference):
            continue
        for selected in select.selects:
            star = selected.this if isinstance(selected, exp.Column) else selected
            is_of_table = not isinstance(selected, exp.Column) or selected.table == reference.alias_or_name
            if isinstance(star, exp.Star) and is_of_table:
                star.set("except_", [exp.to_identifier(PATH, quoted=True)])


def _sources(scope: Scope) -> dict[str, exp.Table | Scope]:
    """What a SELECT takes its rows from, by the name that it has there; UNNEST is not among sqlglot's own."""
    found = {alias.lower(): source for alias, (_, source) in scope.selected_sources.items()}
    unnested = {
        alias.lower(): source for alias, source in scope.sources.items() if isinstance(source, Scope) and source.is_udtf
    }
    return {**unnested, **found}


def _listed(expression: exp.Expr | None) -> set[str]:
    """The columns in `AS name (column, …)` and `WITH name (column, …)`."""
    named = expression.args.get("alias") if expression is not None else None
    return {column.name.lower() for column in named.columns} if isinstance(named, exp.TableAlias) else set()


def _has(columns: set[str] | None, name: str) -> bool:
    return columns is None or name in columns


def _is_using(scope: Scope, name: str) -> bool:
    joins = scope.expression.args.get("joins") or []
    return any(name == used.name.lower() for join in joins for used in join.args.get("using") or [])


def _is_alias_in_order(scope: Scope, column: exp.Column) -> bool:
    query = scope.expression
    aliases = {one.alias.lower() for one in query.selects if one.alias} if isinstance(query, exp.Query) else set()
    return not column.table and column.name.lower() in aliases and column.find_ancestor(exp.Order) is not None


def _dotted(column: exp.Column) -> str:
    return f"{column.table}.{column.name}" if column.table else column.name
