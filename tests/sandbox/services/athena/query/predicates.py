"""Partition pruning: the conditions of a query's WHERE on partition columns.

https://docs.aws.amazon.com/athena/latest/ug/partitions.html: "Athena performs partition pruning".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

# These are never true of NULL, so that leaving rows out changes no outer join: what is without a partner has NULL in
# each partition column, and the same WHERE leaves it out. IS NULL and the like do not prune.
_PRUNING = (exp.EQ, exp.In, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.Like)


def on_partitions(reference: exp.Table, names: Collection[str]) -> list[exp.Expr]:
    """The conditions, all of which must hold, on nothing but the partition columns `names` of one reference to a table.

    Their columns are without the table's name. ASSUMPTION(athena-durations-and-limits): only the WHERE of the
    reference's own SELECT prunes, and only where its columns are named with the table, or there is one table.
    """
    select = reference.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if select is None or where is None:
        return []
    is_alone = not select.args.get("joins")
    found = []
    for condition in _conjuncts(where.this):
        columns = list(condition.find_all(exp.Column))
        if (
            isinstance(condition, _PRUNING)
            and columns
            and all(_is_of(column, reference, names, is_alone=is_alone) for column in columns)
            and not condition.find(exp.Subquery, exp.Select)
        ):
            found.append(_without_table(condition))
    return found


def equalities(conditions: Iterable[exp.Expr]) -> dict[str, Sequence[str]]:
    """The values that conditions allow a column by `=` and IN, by its name in lower case."""
    found: dict[str, Sequence[str]] = {}
    for condition in conditions:
        if isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Column):
            values = [condition.expression]
        elif isinstance(condition, exp.In) and isinstance(condition.this, exp.Column):
            values = condition.expressions
        else:
            continue
        if all(isinstance(value, exp.Literal) for value in values):
            found[condition.this.name.lower()] = [value.name for value in values]
    return found


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def _is_of(column: exp.Column, reference: exp.Table, names: Collection[str], *, is_alone: bool) -> bool:
    if column.name.lower() not in names:
        return False
    return column.table.lower() == reference.alias_or_name.lower() if column.table else is_alone


def _without_table(condition: exp.Expr) -> exp.Expr:
    def bare(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name.lower(), quoted=True) if isinstance(node, exp.Column) else node

    return condition.copy().transform(bare)
