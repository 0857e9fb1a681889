"""Functions that Athena's SQL has, and that DuckDB answers as Athena does.

https://docs.aws.amazon.com/athena/latest/ug/functions.html (Athena engine version 3 has Trino's functions)
https://trino.io/docs/current/functions/list.html
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.tokenizer_core import TokenType

from sandbox.services.athena.exceptions import QueryFailed
from sandbox.services.athena.query.statement import DIALECT, Statement

# Trino's functions whose DuckDB equivalent was verified; others are refused.
_FUNCTIONS = frozenset(
    {
        "abs",
        "approx_distinct",
        "approx_percentile",
        "arbitrary",
        "array_agg",
        "array_distinct",
        "array_join",
        "array_max",
        "array_min",
        "array_sort",
        "avg",
        "bool_and",
        "bool_or",
        "cardinality",
        "cast",
        "ceil",
        "ceiling",
        "coalesce",
        "concat",
        "concat_ws",
        "contains",
        "count",
        "count_if",
        "current_date",
        "current_timestamp",
        "date",
        "date_add",
        "date_diff",
        "date_format",
        "date_parse",
        "date_trunc",
        "day",
        "day_of_week",
        "dense_rank",
        "element_at",
        "exp",
        "extract",
        "first_value",
        "flatten",
        "floor",
        "from_iso8601_date",
        "from_iso8601_timestamp",
        "from_unixtime",
        "greatest",
        "grouping",
        "hour",
        "if",
        "json_extract",
        "json_extract_scalar",
        "json_format",
        "json_parse",
        "lag",
        "last_value",
        "lead",
        "least",
        "length",
        "listagg",
        "ln",
        "log",
        "log10",
        "lower",
        "lpad",
        "ltrim",
        "max",
        "max_by",
        "min",
        "min_by",
        "minute",
        "mod",
        "month",
        "now",
        "ntile",
        "nullif",
        "percent_rank",
        "position",
        "pow",
        "power",
        "quarter",
        "rank",
        "regexp_extract",
        "regexp_like",
        "regexp_replace",
        "replace",
        "reverse",
        "round",
        "row_number",
        "rpad",
        "rtrim",
        "second",
        "sequence",
        "sign",
        "split",
        "split_part",
        "sqrt",
        "starts_with",
        "stddev",
        "strpos",
        "substr",
        "substring",
        "sum",
        "to_unixtime",
        "trim",
        "try",
        "try_cast",
        "unnest",
        "upper",
        "variance",
        "week",
        "year",
    }
)

# Keywords that a parenthesis may follow, and that sqlglot accepts as names of functions.
_KEYWORDS = frozenset(
    {"all", "any", "by", "exists", "filter", "group", "interval", "like", "offset", "order", "range", "sets", "some"}
    | {"union", "within"}
)
_TYPES = frozenset({"array", "char", "decimal", "map", "numeric", "row", "time", "timestamp", "varchar", "varbinary"})


def require_known_functions(text: str, statement: Statement) -> None:
    """Raise QueryFailed for functions that only DuckDB has, and for those that are not implemented."""
    tokens = sqlglot.tokenize(text, dialect=DIALECT)
    named = _names_of_columns_lists(statement)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        where = f"line {token.line}:{max(1, token.col - len(token.text) + 1)}"
        name = token.text.lower()
        is_called = following is not None and following.token_type is TokenType.L_PAREN
        if (
            is_called
            and token.token_type in Trino.Parser.FUNC_TOKENS
            and name not in _FUNCTIONS | _KEYWORDS | _TYPES | named
        ):
            raise QueryFailed(f"FUNCTION_NOT_FOUND: {where}: Function '{name}' not registered, or not built here")


def _names_of_columns_lists(statement: Statement) -> set[str]:
    """`WITH name (column, …)` and `AS name (column, …)`."""
    return {alias.name.lower() for alias in statement.tree.find_all(exp.TableAlias)}
