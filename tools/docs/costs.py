"""The generated part of docs/reference/costs.md: prices, and what each feature costs by the size of an organization."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import yaml

from harness import HarnessError
from tools.docs.markers import put, replace_generated
from tools.docs.reference import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE = "docs/reference/costs.md"
_SOURCE = Path(__file__).with_name("costs.yaml")


def update(repository: Path, *, check: bool) -> Iterator[str]:
    """Write the generated part of the page, or only compare it. Yields problems."""
    page = repository / PAGE
    if not page.exists():
        return
    try:
        yield from put(page, replace_generated(page, tables(_SOURCE.read_text("utf-8"))), repository, check=check)
    except (HarnessError, duckdb.Error) as error:
        yield str(error)


def tables(source: str) -> str:
    """The tables of costs.yaml: what is assumed, prices, costs. Raises duckdb.Error for a formula that is not SQL."""
    facts = yaml.safe_load(source)
    sizes: Sequence[int] = facts["accounts"]
    assumptions, prices = facts["assumptions"], facts["prices"]
    names: list[tuple[str, object]] = [
        *((assumption["name"], assumption["value"]) for assumption in assumptions),
        *((price["name"], price["usd"]) for price in prices),
    ]
    rows = [_row(row, sizes, names) for row in facts["rows"]]
    return "\n\n".join(
        [
            "### Assumed",
            table(("name", "value", "what"), [(f"`{a['name']}`", f"`{a['value']}`", a["text"]) for a in assumptions]),
            "### Prices",
            table(
                ("name", "USD", "for one", "Region", "source"),
                [(f"`{p['name']}`", f"{p['usd']:.10g}", p["unit"], p["where"], p["source"]) for p in prices],
            ),
            "### In a month",
            table(("feature", "what AWS bills", "formula", *(f"{size:,} accounts" for size in sizes)), rows),
        ]
    )


def _row(row: Mapping[str, str], sizes: Sequence[int], names: Sequence[tuple[str, object]]) -> tuple[str, ...]:
    cost = row.get("cost")
    formula = f"`{row['quantity']}`" + (f"\nUSD: `{cost}`" if cost else "")
    note = f": {row['note']}" if "note" in row else ""
    return (
        row["feature"],
        row["billed"] + note,
        formula,
        *(_cell(row["quantity"], cost, size, names) for size in sizes),
    )


def _cell(quantity: str, cost: str | None, size: int, names: Sequence[tuple[str, object]]) -> str:
    known: list[tuple[str, object]] = [("accounts", size), *names, ("quantity", quantity)]
    units = f"{_compute('quantity', known):,.0f}"
    return units if cost is None else f"{units}\n${_compute(cost, known):,.2f}"


def _compute(formula: str, known: Sequence[tuple[str, object]]) -> float:
    """The value of the formula; each name may use those before it."""
    columns = ", ".join(f"({value})::DOUBLE AS {name}" for name, value in known)
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT ({formula})::DOUBLE FROM (SELECT {columns})").fetchall()
    return float(rows[0][0])
