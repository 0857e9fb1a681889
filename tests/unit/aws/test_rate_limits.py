"""The rates that AWS publishes, kept by whoever asks."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from systems_manager_organization.aws.rate_limits import PUBLISHED_RATES, RateLimiter
from systems_manager_organization.clock import Clock

ACTION = "organizations:ListAccounts"


class Time:
    """A clock that moves when somebody sleeps, or when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.sampled_from(sorted(PUBLISHED_RATES)))
def test_no_more_than_the_rate_and_the_burst_in_any_time(gaps: list[float], action: str) -> None:
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


def test_a_burst_is_not_held_back_and_what_follows_is_as_fast_as_allowed() -> None:
    time = Time()
    limiter = RateLimiter.of(time.clock)
    for _ in range(12):
        limiter.acquire(ACTION)
    assert time.now == 0
    for _ in range(80):
        limiter.acquire(ACTION)
    assert round(time.now, 6) == 10


def test_actions_have_a_pace_each_and_others_none() -> None:
    time, delays = Time(), defaultdict[str, float](float)
    limiter = RateLimiter.of(time.clock)
    for _ in range(100):
        for action in ("organizations:MoveAccount", "ssm-quicksetup:ListConfigurations"):
            before = time.now
            limiter.acquire(action)
            delays[action] += time.now - before
    assert delays["organizations:MoveAccount"] == 0
    assert round(delays["ssm-quicksetup:ListConfigurations"], 6) == 19
