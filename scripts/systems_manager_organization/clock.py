"""The clock of the programs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Clock:
    """`now`: monotonic seconds; `sleep`: waits for seconds; `time`: seconds since the epoch."""

    now: Callable[[], float]
    sleep: Callable[[float], None]
    time: Callable[[], float] = time.time


SYSTEM_CLOCK = Clock(time.monotonic, time.sleep)
