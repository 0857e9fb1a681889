from __future__ import annotations

from dataclasses import dataclass

from scheduling import in_order, unit_of


@dataclass(frozen=True)
class _Test:
    nodeid: str


def test_a_test_that_waits_is_a_unit_of_its_own() -> None:
    waiting = "tests/terraform/modules/test_explorer.py::test_own_sources"
    assert unit_of(waiting) == waiting
    assert unit_of("tests/unit/test_clock.py::test_parameters[a::b]") == "tests/unit/test_clock.py"


def test_what_waits_is_beside_what_computes_and_short_tests_are_last() -> None:
    collected = [
        "tests/policies/test_policies.py::test_a",
        *(f"tests/terraform/contract/test_{file}.py::test_{test}" for file in "ab" for test in "12"),
        *(f"tests/terraform/modules/test_c.py::test_{test}" for test in "1234"),
        "tests/unit/test_clock.py::test_a",
    ]
    assert [test.nodeid for test in in_order([_Test(nodeid) for nodeid in collected])] == [
        "tests/terraform/modules/test_c.py::test_1",
        "tests/terraform/contract/test_a.py::test_1",
        "tests/terraform/contract/test_a.py::test_2",
        "tests/terraform/modules/test_c.py::test_2",
        "tests/terraform/modules/test_c.py::test_3",
        "tests/terraform/contract/test_b.py::test_1",
        "tests/terraform/contract/test_b.py::test_2",
        "tests/terraform/modules/test_c.py::test_4",
        "tests/policies/test_policies.py::test_a",
        "tests/unit/test_clock.py::test_a",
    ]
