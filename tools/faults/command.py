"""Every AWS call of one apply fails once, with a throttle and with a server error, in turn: a line per case.

    make faults                    all of them
    make faults SERVICE=ssm        those of one service

Runs as many cases at a time as there are processors, each with a sandbox of its own. Exit status 1 when a case does not
end well.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from typing import TYPE_CHECKING

from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.faults.sweep import Outcome, Sweep
from tools.entry_point import run

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    from tools.faults.sweep import Case


_ENDED = {1: "first apply", 2: "second apply"}


def faults() -> int:
    """Sweep. Returns the exit status."""
    service = _arguments().service
    workers = os.cpu_count() or 1
    outcomes: SimpleQueue[Outcome | int] = multiprocessing.SimpleQueue()
    processes = [
        multiprocessing.Process(target=_work, args=(number, workers, service, outcomes)) for number in range(workers)
    ]
    began = time.monotonic()
    for process in processes:
        process.start()
    try:
        bad, twice, total = _collect(outcomes, processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    print(
        f"{total - bad} of {total} cases ended well, {twice} of them with the second apply; {bad} did not "
        f"({time.monotonic() - began:.0f} s)."
    )
    return 1 if bad or not total else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Let every AWS call of one apply fail once.")
    parser.add_argument("--service", help="only the calls of this service, for example organizations")
    return parser.parse_args()


def _collect(outcomes: SimpleQueue[Outcome | int], processes: list[multiprocessing.Process]) -> tuple[int, int, int]:
    """Print each outcome; the numbers of bad ones, of second applies, and of all."""
    bad = twice = total = ended = 0
    while ended < len(processes):
        outcome = outcomes.get()
        if isinstance(outcome, int):
            ended += 1
            bad += outcome
            continue
        total += 1
        bad += bool(outcome.problem)
        twice += not outcome.problem and outcome.applies == 2
        (case,) = outcome.cases
        print(f"{case}: {outcome.problem or _ENDED[outcome.applies]}", flush=True)
    return bad, twice, total


def _work(number: int, workers: int, service: str | None, outcomes: SimpleQueue[Outcome | int]) -> None:
    """Run every `workers`-th case; at the end say so, by the number of what went wrong outside of a case."""
    failed = 1
    try:
        with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
            sweep = Sweep(copies, sandbox)
            for case in _share(sweep.cases, service)[number::workers]:
                outcomes.put(sweep.run(case))
        failed = 0
    finally:
        outcomes.put(failed)


def _share(cases: list[Case], service: str | None) -> list[Case]:
    return [case for case in cases if service in (None, case.service)]


if __name__ == "__main__":
    run(faults)
