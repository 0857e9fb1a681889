"""Where the time of apply, empty plan and destroy goes: what happens before, between and after the AWS calls."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sandbox import Call, Sandbox

FIRST = "until the first call"
PHASES = {
    FIRST: "Terraform reads the configuration, and starts the providers to validate and to plan",
    "reads": "the provider's reads, the start of Python and the script's reads",
    "changes": "from the first call that changes something to the last call",
    "after the last call": "Terraform evaluates what depends on it, and writes the state",
}


@dataclass
class Clock:
    """The times of the calls of one command, in seconds since its begin; `now` is the time in seconds."""

    now: Callable[[], float] = time.perf_counter
    calls: list[tuple[float, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.now()

    def note(self, call: Call) -> None:
        """A call arrives."""
        self.calls.append((self.now() - self.began, not call.is_read_only))

    def phases(self) -> dict[str, float]:
        """The seconds of each of `PHASES`, with the end of the command now."""
        end = self.now() - self.began
        first, last = self.calls[0][0], self.calls[-1][0]
        change = next((at for at, changes in self.calls if changes), last)
        return dict(zip(PHASES, (first, change - first, last - change, end - last), strict=True))


@contextmanager
def clock(sandbox: Sandbox, record: list[dict[str, float]]) -> Iterator[None]:
    """Append the phases of the command that runs in this context."""
    times = Clock()
    unsubscribe = sandbox.on_call(times.note)
    try:
        yield
    finally:
        unsubscribe()
    record.append(times.phases())


def phases_table(
    module: Mapping[str, Sequence[Mapping[str, float]]], baseline: Mapping[str, Sequence[Mapping[str, float]]]
) -> Table:
    """Medians of the phases of each step."""
    table = Table(
        "step",
        "phase",
        "seconds",
        "baseline",
        "beyond",
        title="where the time goes",
        caption="\n".join(f"{phase}: {meaning}" for phase, meaning in PHASES.items()),
    )
    for step in module:
        for phase in PHASES:
            seconds = statistics.median(phases[phase] for phases in module[step])
            alone = statistics.median(phases[phase] for phases in baseline[step])
            if seconds or alone:  # a plan changes nothing
                table.add_row(step, phase, f"{seconds:.2f}", f"{alone:.2f}", f"{seconds - alone:.2f}")
    return table
