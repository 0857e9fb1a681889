"""Below what time a program that asks AWS cannot be, and how a figure stands to its aim."""

from __future__ import annotations

from dataclasses import dataclass

from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ASSUME_ROLE_RATE = 600


@dataclass(frozen=True)
class Bounds:
    """Seconds below which it cannot be, by what makes it so."""

    latency: float
    rates: float
    processor: float

    @property
    def largest(self) -> float:
        return max(self.latency, self.rates, self.processor)


def paced_seconds(action: str, calls: int) -> float:
    """How long so many calls take at the published rate; less than nothing when all of them may come at once."""
    rate = PUBLISHED_RATES[action]
    return (calls - rate.burst) / rate.calls


def aimed(figure: float, met: bool, digits: int = 0) -> str:
    return f"{figure:.{digits}f}, {'met' if met else 'missed'}"
