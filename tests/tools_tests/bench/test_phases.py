"""Where the time of a command goes."""

from __future__ import annotations

import io

from rich.console import Console

from sandbox import Call
from tools.bench.module.phases import PHASES, Clock, phases_table


def _phases(*calls: tuple[float, str], end: float) -> dict[str, float]:
    """The phases of a command with calls of these operations at these seconds."""
    times = iter([0.0, *(at for at, _ in calls), end])
    clock = Clock(lambda: next(times))
    for _, operation in calls:
        clock.note(Call(1, "iam", operation, "111111111111", "us-east-1", 200))
    return clock.phases()


def test_an_apply_has_all_phases() -> None:
    phases = _phases((1.0, "GetRole"), (3.0, "CreateRole"), (4.0, "GetRole"), end=9.0)
    assert list(phases.items()) == list(zip(PHASES, (1.0, 2.0, 1.0, 5.0), strict=True))


def test_a_plan_has_no_changes() -> None:
    plan, alone = _phases((1.0, "GetRole"), (3.0, "GetRole"), end=4.0), _phases((0.5, "GetRole"), end=1.0)
    assert plan["changes"] == alone["reads"] == 0.0
    screen = io.StringIO()
    Console(file=screen, width=200).print(phases_table({"empty plan": [plan]}, {"empty plan": [alone]}))
    rows = [line.split("│")[2:6] for line in screen.getvalue().splitlines() if "empty plan" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["until the first call", "1.00", "0.50", "0.50"],
        ["reads", "2.00", "0.00", "2.00"],
        ["after the last call", "1.00", "0.50", "0.50"],
    ]
