"""The one clock of the sandbox: virtual, so that a deployment of minutes is over in milliseconds.

Service packages read ``clock.now()`` where AWS would read the time of day, and call ``clock.advance(seconds)`` where a
caller would have waited. Nothing here sleeps.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The start time: fixed, so that results do not depend on the day."""


_past: ContextVar[datetime | None] = ContextVar("past", default=None)


class Clock:
    """A clock that only `advance` moves; thread-safe."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual time, aware, in UTC."""
        past = _past.get()
        with self._lock:
            return self._now if past is None else past

    @contextmanager
    def as_of(self, moment: datetime) -> Iterator[None]:
        """Have ``now`` return ``moment`` meanwhile, to this thread alone.

        For background work that is done late, at the next request.
        """
        token = _past.set(moment)
        try:
            yield
        finally:
            _past.reset(token)

    def advance(self, seconds: float) -> datetime:
        """Move on by ``seconds`` and return the new time.

        Raises ValueError when ``seconds`` is negative: time never runs backwards.
        """
        if seconds < 0:
            raise ValueError(f"the clock cannot be moved back ({seconds} seconds)")
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now

    def reset(self) -> None:
        """Return to the start time."""
        with self._lock:
            self._now = self._start


clock = Clock()
now = clock.now
advance = clock.advance
reset = clock.reset
