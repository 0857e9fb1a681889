"""The preferences of a StackSet operation: Region order, concurrency and failure tolerance.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stackset-ops-options.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_EITHER = (("FailureToleranceCount", "FailureTolerancePercentage"), ("MaxConcurrentCount", "MaxConcurrentPercentage"))


@dataclass(frozen=True)
class Preferences:
    """`options` is the model's StackSetOperationPreferences."""

    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for pair in _EITHER:
            if all(name in self.options for name in pair):
                raise ValidationError(message=f"You can specify either {pair[0]} or {pair[1]}, but not both.")

    @property
    def is_parallel(self) -> bool:
        """Whether all Regions are deployed to at the same time, which no failure in another one stops.

        ASSUMPTION(stack-sets-operation-order): none does.
        """
        return bool(self.options.get("RegionConcurrencyType") == "PARALLEL")

    def ordered(self, regions: Iterable[str]) -> list[str]:
        """Return the Regions as RegionOrder has them.

        ASSUMPTION(stack-sets-operation-order): the others follow by their names.
        """
        order: list[str] = self.options.get("RegionOrder", [])
        return sorted(set(regions), key=lambda region: (order.index(region) if region in order else len(order), region))

    def tolerance(self, accounts: int) -> int:
        """Return in how many of these accounts of a Region the operation may fail."""
        percentage = self.options.get("FailureTolerancePercentage")
        return int(self.options.get("FailureToleranceCount", 0)) if percentage is None else accounts * percentage // 100

    def batch_size(self, accounts: int, failures: int) -> int:
        """Return how many of these accounts of a Region are worked on together after so many failures.

        STRICT_FAILURE_TOLERANCE, the default, ensures that failures never exceed the tolerance by more than one.
        """
        percentage = self.options.get("MaxConcurrentPercentage")
        most = int(self.options.get("MaxConcurrentCount", 1)) if percentage is None else accounts * percentage // 100
        if self.options.get("ConcurrencyMode") != "SOFT_FAILURE_TOLERANCE":
            most = min(most, self.tolerance(accounts) + 1 - failures)
        return max(1, most)


# "StackSetOperationPreferences don't apply to AutoDeployment" (the model). ASSUMPTION(stack-sets-operation-order): its
# failures stop nothing.
OF_AUTOMATIC_DEPLOYMENTS = Preferences(
    {"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100, "RegionConcurrencyType": "PARALLEL"}
)
