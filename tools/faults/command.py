"""Applies the examples from every start, through every interruption, to every end, and prints how each ends.

    make faults                          all examples but recommended and node-access
    make faults EXAMPLE=minimal          one of them: minimal, restore, complete, administrator; or one of these two
    make faults ONLY="answer lost"       cells with this in their name
    make faults WALKS=200                random walks of examples/minimal, by seed; SEED=17: one of them
    make faults BREAKS=1                 the module broken on purpose: the matrix has to see it

One process for each processor (PROCESSES=1: only one), each with its own sandbox. What was tried is kept in
.cache/faults, so that a run that was ended goes on where it was; RESTART=1 begins anew. Exit status 1 when a cell
neither converges nor is refused or warned of with instructions that work.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from harness.reattachment.reattached_providers import ReattachedProviders
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.entry_point import run
from tools.faults.breaks import try_breaks
from tools.faults.cells import VERDICTS, Outcome
from tools.faults.ends import Ends
from tools.faults.interruptions import Interruptions
from tools.faults.matrix import Baseline
from tools.faults.starts import Starts
from tools.faults.trial import EXAMPLES, LONG
from tools.faults.walk import Walks
from tools.worker_processes import worker_processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.sharedctypes import Synchronized
    from pathlib import Path

    from harness.workspace import Workspaces
    from tools.faults.cells import Cell

    Counting = Synchronized[int]

Item = TypeVar("Item")

JOURNALS = REPOSITORY / ".cache" / "faults"
_WALKED = "minimal"


def faults() -> int:
    """Run the matrix or the walks. Returns the exit status."""
    options = _options()
    if options.breaks:
        return try_breaks()
    journal = JOURNALS / f"{_version()}.jsonl"
    if options.restart:
        journal.unlink(missing_ok=True)
    known = list(_read(journal))
    chosen = [outcome for outcome in known if _is_chosen(outcome.cell, options)]
    if chosen:
        print(f"{len(chosen)} from {journal.relative_to(REPOSITORY)} (RESTART=1 tries them again).")
    began = time.monotonic()
    outcomes = [*chosen, *_run(options, {outcome.cell for outcome in known}, journal)]
    print(summary(outcomes))
    bad = [outcome for outcome in outcomes if not outcome.is_good]
    for outcome in bad:
        print(outcome)
    print(f"{len(outcomes)} cells, {len(bad)} of them bad, in {time.monotonic() - began:.0f} s.")
    return 1 if bad or not outcomes else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Interrupt applies and destroys in every way.")
    parser.add_argument(
        "--example", nargs="+", choices=EXAMPLES, default=[name for name in EXAMPLES if name not in LONG]
    )
    parser.add_argument("--only", default="", help="only cells with this text in their name")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="by default one for each processor")
    parser.add_argument("--restart", action="store_true", help="try again what was tried")
    parser.add_argument("--walks", type=int, default=0, help="number of random walks, in place of the matrix")
    parser.add_argument("--breaks", action="store_true", help="the module broken on purpose, in place of the matrix")
    parser.add_argument("--seed", type=int, help="the first seed of the walks, by default 0")
    return parser.parse_args()


def _is_chosen(cell: Cell, options: argparse.Namespace) -> bool:
    is_walk = cell.event == "random walk"
    wanted = bool(options.walks or options.seed is not None)
    return is_walk == wanted and cell.example in options.example and options.only in str(cell)


def _run(options: argparse.Namespace, known: set[Cell], journal: Path) -> list[Outcome]:
    """Run what is not known yet, with progress, and write it to the journal as it comes."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    queue: SimpleQueue[Outcome | str] = multiprocessing.SimpleQueue()
    counters = [multiprocessing.Value("i") for _ in options.example]
    found: list[Outcome] = []
    ended = 0
    with (
        worker_processes(_work, [(counters, options, known, queue)] * options.processes),
        journal.open("a") as file,
    ):
        while ended < options.processes:
            outcome = queue.get()
            if isinstance(outcome, str):
                ended += 1
                if outcome:
                    print(outcome, flush=True)
                    raise RuntimeError(outcome)
                continue
            found.append(outcome)
            file.write(json.dumps(outcome.document()) + "\n")
            file.flush()
            print(f"{len(found):>5} {outcome}"[:400], flush=True)
    return found


def _work(
    counters: Sequence[Counting], options: argparse.Namespace, known: set[Cell], queue: SimpleQueue[Outcome | str]
) -> None:
    """Run the batches that no other process took; at the end put "", or the error that ended it."""
    error = "a process ended before its work"
    reattached = ReattachedProviders()
    try:
        with temporary_workspaces(reattached) as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
            for outcome in _outcomes(counters, options, known, copies, sandbox):
                queue.put(outcome)
        error = ""
    finally:
        reattached.close()
        queue.put(error)


def _outcomes(
    counters: Sequence[Counting], options: argparse.Namespace, known: set[Cell], copies: Workspaces, sandbox: Sandbox
) -> Iterator[Outcome]:
    if options.walks or options.seed is not None:
        walks, first = Walks(Baseline.run(_WALKED, copies, sandbox)), options.seed or 0
        seeds = range(first, first + (options.walks or 1))
        for seed in _taken([seed for seed in seeds if walks.cell(seed) not in known], counters[0]):
            yield walks.run(seed)
        return
    for example, counter in zip(options.example, counters, strict=True):
        baseline = Baseline.run(example, copies, sandbox)
        interruptions = Interruptions(baseline)
        only = EXAMPLES[example].interruptions_only
        matrices = (interruptions,) if only else (Starts(baseline), interruptions, Ends(baseline))
        batches = [
            (matrix, [cell for cell in batch if cell not in known and _is_chosen(cell, options)])
            for matrix in matrices
            for batch in matrix.batches()
        ]
        for matrix, cells in _taken([(matrix, cells) for matrix, cells in batches if cells], counter):
            yield from matrix.run(cells)


def _taken(items: Sequence[Item], counter: Counting) -> Iterator[Item]:
    """Those of the items, which are the same in each process, that no other process took; `counter` is shared."""
    while True:
        with counter.get_lock():
            index = counter.value
            counter.value += 1
        if index >= len(items):
            return
        yield items[index]


def _read(journal: Path) -> Iterator[Outcome]:
    if journal.exists():
        yield from (Outcome.parse(json.loads(line)) for line in journal.read_text().splitlines())


def _version() -> str:
    """The code that is tried: the commit, and what was changed since."""
    commit = _git("rev-parse", "--short=12", "HEAD").strip()
    changed = _git("diff", "HEAD", "--", "*.tf", "*.py", "*.json", "*.yaml")
    return f"{commit}-{hashlib.sha256(changed.encode()).hexdigest()[:8]}" if changed else commit


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout


def summary(outcomes: Iterable[Outcome]) -> str:
    """The number of cells by example, phase and event, and how they ended."""
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for outcome in outcomes:
        key = (outcome.cell.example, outcome.cell.phase, outcome.cell.event)
        counts.setdefault(key, Counter())[outcome.verdict] += 1
    lines = [f"{'example':<13} {'phase':<8} {'event':<38} " + " ".join(f"{verdict:>11}" for verdict in VERDICTS)]
    lines += [
        f"{example:<13} {phase:<8} {event:<38} " + " ".join(f"{found[verdict]:>11}" for verdict in VERDICTS)
        for (example, phase, event), found in sorted(counts.items())
    ]
    total = sum(counts.values(), Counter())
    lines.append(f"{'total':<61} " + " ".join(f"{total[verdict]:>11}" for verdict in VERDICTS))
    return "\n".join(lines)


if __name__ == "__main__":
    run(faults)
