"""The generated part of docs/reference/costs.md has what its formulas give, and a formula that is none is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tools.docs import costs
from tools.docs.markers import markers

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = """
accounts: [10, 1000]
assumptions: [{name: nodes, value: 20 * accounts, text: managed nodes}]
prices: [{name: node, usd: 2.5, unit: node, where: us-east-1, source: AWS}]
rows:
  - {feature: a, billed: nodes, quantity: nodes, cost: "least(quantity, 300) * node"}
  - {feature: b, billed: automations, quantity: 30 * accounts, note: one each day}
"""


def test_formulas_are_computed_for_each_size() -> None:
    text = costs.tables(_SOURCE)
    assert "| feature | what AWS bills | formula | 10 accounts | 1,000 accounts |" in text
    formula = "`nodes`<br>USD: `least(quantity, 300) * node`"
    assert f"| a | nodes | {formula} | 200<br>$500.00 | 20,000<br>$750.00 |" in text
    assert "| b | automations: one each day | `30 * accounts` | 300 | 30,000 |" in text


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(duckdb.Error, match="price_of_nothing"):
        costs.tables(_SOURCE.replace("* node}", "* price_of_nothing}").replace('* node"', '* price_of_nothing"'))


def test_a_page_that_is_not_current_is_reported(tmp_path: Path) -> None:
    page = tmp_path / costs.PAGE
    page.parent.mkdir(parents=True)
    page.write_text("\n".join(markers()), encoding="utf-8")
    assert list(costs.update(tmp_path, check=True)) == [f"{costs.PAGE} is not current: run make docs."]
    assert not list(costs.update(tmp_path, check=False))
    assert not list(costs.update(tmp_path, check=True))
