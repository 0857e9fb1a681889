"""Lower bounds of the time of a program that calls AWS, and targets."""

from __future__ import annotations

from dataclasses import dataclass

from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES

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
