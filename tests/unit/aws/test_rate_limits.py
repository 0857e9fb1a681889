"""The rate limiter."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES, RateLimiter
from systems_manager_organization.clock import Clock

ACTION = "organizations:ListAccounts"


class Time:
    """A clock that advances with sleep, or by a test."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.sampled_from(sorted(PUBLISHED_RATES)))
def test_rate_and_burst_are_never_exceeded(gaps: list[float], action: str) -> None:
    time, made = Time(), []
    limiter = RateLimiter.of(time.clock)
    for gap in gaps:
        time.now += gap
        limiter.acquire(action)
        made.append(time.now)
    rate = PUBLISHED_RATES[action]
    for first, began in enumerate(made):
        for last in range(first, len(made)):
            allowed = rate.burst + rate.calls * (made[last] - began)
            assert last - first + 1 <= allowed + 1e-6


def test_a_burst_is_not_delayed_and_then_the_rate_applies() -> None:
    time = Time()
    limiter = RateLimiter.of(time.clock)
    for _ in range(12):
        limiter.acquire(ACTION)
    assert time.now == 0
    for _ in range(80):
        limiter.acquire(ACTION)
    assert round(time.now, 6) == 10


def test_each_action_has_its_own_rate() -> None:
    time, delays = Time(), defaultdict[str, float](float)
    limiter = RateLimiter.of(time.clock)
    for _ in range(100):
        for action in ("organizations:MoveAccount", "ssm-quicksetup:ListConfigurations"):
            before = time.now
            limiter.acquire(action)
            delays[action] += time.now - before
    assert delays["organizations:MoveAccount"] == 0
    assert round(delays["ssm-quicksetup:ListConfigurations"], 6) == 19
