from __future__ import annotations

from typing import TYPE_CHECKING

from scheduling import unit_of, waits

if TYPE_CHECKING:
    import pytest


def test_a_test_that_waits_is_a_unit_of_its_own() -> None:
    waiting = "tests/terraform/modules/test_explorer.py::test_own_sources"
    assert unit_of(waiting) == waiting
    assert unit_of("tests/unit/test_clock.py::test_parameters[a::b]") == "tests/unit/test_clock.py"


def test_what_waits_comes_first(request: pytest.FixtureRequest) -> None:
    order = [waits(item.nodeid) for item in request.session.items]
    assert order == sorted(order, reverse=True)
