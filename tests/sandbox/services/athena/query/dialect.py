"""From Athena's SQL to DuckDB's."""

from __future__ import annotations

from sqlglot import exp

from sandbox.clock import clock


def to_duckdb(node: exp.Expr) -> str:
    """The same in DuckDB's words, with the virtual time in the place of the real one."""
    return node.copy().transform(_at_virtual_time).sql("duckdb")


def _at_virtual_time(node: exp.Expr) -> exp.Expr:
    now = clock.now()
    if isinstance(node, exp.CurrentTimestamp):
        return exp.cast(exp.Literal.string(now.isoformat()), "TIMESTAMPTZ")
    if isinstance(node, exp.CurrentDate):
        return exp.cast(exp.Literal.string(now.date().isoformat()), "DATE")
    return node
