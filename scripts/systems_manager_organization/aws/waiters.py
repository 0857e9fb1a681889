"""How long to wait for AWS, and how often to ask again."""

from __future__ import annotations

import random
from itertools import chain, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# botocore repeats what was throttled, dropped or answered with a 5xx. These mean "somebody else is changing this",
# which it leaves to the caller. Organizations: API reference, ConcurrentModificationException "Try again later"; Quick
# Setup: API reference, ConflictException "Wait a few minutes and try again"; Systems Manager: API reference,
# ResourceDataSyncConflictException in the same words.
CONFLICT_CODES = frozenset(
    {"ConcurrentModificationException", "ConflictException", "ResourceDataSyncConflictException"}
)


def conflict_pauses() -> Iterator[float]:
    """Seconds between attempts at what conflicts with another change: nine pauses, two and a half minutes at most."""
    # Terraform runs several actions at once, so these conflicts are partly with ourselves: hence the spread.
    return (pause * random.uniform(0.5, 1) for pause in (1, 2, 4, 8, 16, 30, 30, 30, 30))  # noqa: S311


def settling_pauses() -> Iterator[float]:
    """Seconds between looks at a change that AWS accepted and does not show yet: six pauses, one minute."""
    return iter((1, 2, 4, 8, 15, 30))


def deployment_pauses() -> Iterator[float]:
    """Seconds between looks at a deployment to many accounts: quick ones first, an hour and a half in all."""
    return chain((1, 2, 4, 8), repeat(15, 360))


def synchronizing_pauses() -> Iterator[float]:
    """Seconds between looks at a resource data sync that AWS works on: quick ones first, a quarter of an hour."""
    return chain((1, 2, 4, 8), repeat(15, 60))


def querying_pauses() -> Iterator[float]:
    """Seconds between looks at a query of Athena: quick ones first, half an hour in all, which is as long as it works.

    https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
    """
    return chain((0.5, 0.5, 1, 2), repeat(5, 360))


def watching_pauses() -> Iterator[float]:
    """Seconds between looks at deployments that a person follows, without end: at 5 a second Quick Setup is asked."""
    return chain((2, 5), repeat(15))
