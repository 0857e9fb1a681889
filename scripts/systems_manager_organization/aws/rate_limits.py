"""The rates that AWS publishes, kept by the caller: what is not sent too fast is not refused."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from systems_manager_organization.clock import Clock


class Rate(NamedTuple):
    """Calls a second, and how many of them may come at once, per account."""

    calls: float
    burst: int


# Of what is asked again and again as the organization grows.
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
    """Holds calls back until their rate allows them, in whatever thread they are made."""

    clock: Clock
    _full_at: dict[str, float]
    _lock: Lock

    @classmethod
    def of(cls, clock: Clock) -> RateLimiter:
        return cls(clock, {}, Lock())

    def acquire(self, action: str) -> None:
        """Returns when `action`, as IAM spells it, may be called; at once where AWS publishes no rate."""
        rate = PUBLISHED_RATES.get(action)
        if rate is None:
            return
        with self._lock:
            now = self.clock.now()
            # When the bucket would be full again, were nobody to call any more.
            full_at = max(self._full_at.get(action, now), now) + 1 / rate.calls
            self._full_at[action] = full_at
        delay = full_at - now - rate.burst / rate.calls
        if delay > 0:
            self.clock.sleep(delay)
