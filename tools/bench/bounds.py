"""What figures are held against: lower bounds of the time of a program that calls AWS, and targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ASSUME_ROLE_RATE = 600


@dataclass(frozen=True)
class Bounds:
    """Lower bounds in seconds, by cause."""

    latency: float
    rates: float
    processor: float

    @property
    def largest(self) -> float:
        return max(self.latency, self.rates, self.processor)


def rate_limited_seconds(action: str, calls: int) -> float:
    """Seconds for a number of calls at the published rate; negative if the burst allows all of them."""
    rate = PUBLISHED_RATES[action]
    return (calls - rate.burst) / rate.calls


def against_target(figure: float, met: bool, digits: int = 0) -> str:
    return f"{figure:.{digits}f}, {'met' if met else 'missed'}"


@dataclass(frozen=True)
class Target:
    """A bar, and a goal beyond it. Less is better."""

    bar: float
    goal: float

    def judge(self, figure: float) -> str:
        return "goal" if figure <= self.goal else "bar" if figure <= self.bar else "missed"


# Seconds over those of the same resources without the module, unless the name says something else.
TARGETS = {
    "apply": Target(1.5, 1.25),
    "empty plan": Target(1.35, 1.15),
    "empty plan, 50 ms a call": Target(1.35, 1.15),
    "destroy": Target(1.35, 1.2),
    "observe.py organization, until its first call": Target(1.1, 1.0),
    "calls of an empty plan beyond the resources', 300 accounts": Target(60, 25),
    "KB of the state, 300 accounts": Target(200, 16),
    "growth of the empty plan beyond the resources', 10 to 1,000 accounts": Target(1.25, 1.05),
    "one more patch policy": Target(1.3, 1.1),
    "Python processes, first plan": Target(1, 1),
    "Python processes, apply": Target(2, 2),
    "Python processes, empty plan": Target(1, 1),
    "Python processes, destroy": Target(2, 2),
    "preflight, over the bound": Target(1.15, 1.1),
    "compliance, over the bound": Target(1.15, 1.1),
    "compliance, MB of memory": Target(220, 180),
    "patches one by one, over the bound": Target(1.3, 1.2),
    "patches one by one, MB of memory": Target(220, 180),
}

Measurements = dict[str, float]
"""Figures by the names of TARGETS."""


def summary(measurements: Measurements, before: Mapping[str, float], commit: str = "") -> Table:
    """A row for each figure; with the figures of another commit, if they were measured."""
    table = Table("", "figure", *([commit] if commit else ()), "bar", "goal", "reached", title="figures and targets")
    for name, target in TARGETS.items():
        if name in measurements:
            figure = measurements[name]
            former = [_text(before[name]) if name in before else ""] if commit else []
            table.add_row(name, _text(figure), *former, _text(target.bar), _text(target.goal), target.judge(figure))
    return table


def _text(figure: float) -> str:
    return f"{figure:.0f}" if figure >= 10 or figure == int(figure) else f"{figure:.2f}"
