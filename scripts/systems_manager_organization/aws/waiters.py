"""Polling: AWS's own waiters cover none of these operations."""

from __future__ import annotations

import random
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypeVar

from systems_manager_organization.errors import WaiterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from systems_manager_organization.clock import Clock

R = TypeVar("R")

# botocore retries what was throttled, dropped or answered with a 5xx, but not a conflict with another change.
# Organizations: API reference, ConcurrentModificationException "Try again later"; Quick Setup: API reference,
# ConflictException "Wait a few minutes and try again"; Systems Manager: API reference,
# ResourceDataSyncConflictException in the same words, TooManyUpdates "There are concurrent updates for a resource that
# supports one update at a time"; IAM: API reference, ConcurrentModification "Wait a few minutes and submit your request
# again".
CONFLICT_CODES = frozenset(
    {
        "ConcurrentModification",
        "ConcurrentModificationException",
        "ConflictException",
        "ResourceDataSyncConflictException",
        "TooManyUpdates",
    }
)

# Seconds between polls, short at first.
SETTING_DELAYS = (1, 2, 4, 8, 15, 30)
DEPLOYMENT_DELAYS = (1, 2, 4, 8, *repeat(15, 360))
SYNC_DELAYS = (1, 2, 4, 8, *repeat(15, 60))
# Athena's timeout is half an hour: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
QUERY_DELAYS = (0.5, 0.5, 1, 2, *repeat(5, 360))


def wait_until(
    clock: Clock,
    poll: Callable[[], R],
    is_complete: Callable[[R], bool],
    *,
    delays: Iterable[float],
    timeout_message: Callable[[R], str],
) -> R:
    """The first result of `poll` that is complete. Raises WaiterError when none is after the last delay."""
    result = poll()
    for delay in delays:
        if is_complete(result):
            return result
        clock.sleep(delay)
        result = poll()
    if is_complete(result):
        return result
    raise WaiterError(timeout_message(result))


def conflict_delays() -> Iterator[float]:
    """Seconds between attempts at what conflicts with another change: two and a half minutes at most."""
    # Terraform runs several actions concurrently, which conflict with each other: hence the jitter.
    return (delay * random.uniform(0.5, 1) for delay in (1, 2, 4, 8, 16, 30, 30, 30, 30))  # noqa: S311


def watch_delays() -> Iterator[float]:
    """Seconds between polls of deployments that a person watches: Quick Setup allows five calls a second."""
    return chain((2, 5), repeat(15))
