"""Fails each AWS call of one apply once, with a throttling error and with a server error: a line for each case.

    make faults                    all calls
    make faults SERVICE=ssm        the calls of one service

Runs one process for each processor, each with its own sandbox. Exit status 1 when a case fails.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from typing import TYPE_CHECKING

from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.entry_point import run
from tools.faults.sweep import Outcome, Sweep

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    from tools.faults.sweep import Case


_APPLIES = {1: "first apply", 2: "second apply"}


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
        failures, second_applies, total = _collect(outcomes, processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    print(
        f"{total - failures} of {total} cases passed, {second_applies} of them with the second apply; {failures} "
        f"failed ({time.monotonic() - began:.0f} s)."
    )
    return 1 if failures or not total else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Fail each AWS call of one apply once.")
    parser.add_argument("--service", help="only the calls of this service, for example organizations")
    return parser.parse_args()


def _collect(outcomes: SimpleQueue[Outcome | int], processes: list[multiprocessing.Process]) -> tuple[int, int, int]:
    """Print each outcome. Returns the numbers of failures, of second applies, and of cases."""
    failures = second_applies = total = ended = 0
    while ended < len(processes):
        outcome = outcomes.get()
        if isinstance(outcome, int):
            ended += 1
            failures += outcome
            continue
        total += 1
        failures += bool(outcome.problem)
        second_applies += not outcome.problem and outcome.applies == 2
        (case,) = outcome.cases
        print(f"{case}: {outcome.problem or _APPLIES[outcome.applies]}", flush=True)
    return failures, second_applies, total


def _work(number: int, workers: int, service: str | None, outcomes: SimpleQueue[Outcome | int]) -> None:
    """Run every `workers`-th case, and at the end put the number of errors outside of a case."""
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
