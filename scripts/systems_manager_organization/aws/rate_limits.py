"""A client-side rate limiter for the rates that AWS publishes: calls within them are not throttled."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from systems_manager_organization.clock import Clock


class Rate(NamedTuple):
    """Calls a second, and the burst, per account."""

    calls: float
    burst: int


# Operations whose number of calls grows with the organization.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html, which names no burst
PUBLISHED_RATES = {
    "organizations:ListAccounts": Rate(8, 12),
    "organizations:ListAccountsForParent": Rate(5, 8),
    "organizations:ListOrganizationalUnitsForParent": Rate(5, 8),
    "organizations:ListParents": Rate(5, 8),
    "ssm-quicksetup:GetConfigurationManager": Rate(5, 5),
    "ssm-quicksetup:ListConfigurationManagers": Rate(5, 5),
    "ssm-quicksetup:ListConfigurations": Rate(5, 5),
}


@dataclass(frozen=True)
class RateLimiter:
    """Delays calls until their rate allows them, in any thread."""

    clock: Clock
    _full_at: dict[str, float]
    _lock: Lock

    @classmethod
    def of(cls, clock: Clock) -> RateLimiter:
        return cls(clock, {}, Lock())

    def acquire(self, action: str) -> None:
        """Waits until the IAM action may be called; not where AWS publishes no rate."""
        rate = PUBLISHED_RATES.get(action)
        if rate is None:
            return
        with self._lock:
            now = self.clock.now()
            # The time at which the bucket is full again without further calls.
            full_at = max(self._full_at.get(action, now), now) + 1 / rate.calls
            self._full_at[action] = full_at
        delay = full_at - now - rate.burst / rate.calls
        if delay > 0:
            self.clock.sleep(delay)
