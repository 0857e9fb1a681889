"""Measures the module and its scripts, against a baseline or lower bounds.

make bench                   all benchmarks
make bench ONLY=terraform    apply, empty plan and destroy, against the same resources without a module
make bench ONLY=growth       empty plans by accounts and by patch policies, size of the state, Python processes
make bench ONLY=preflight    preflight over 1,000 accounts and 16 Regions
make bench ONLY=compliance   patch compliance of 200,000 nodes in 2,500 accounts and 4 Regions, then patches one by one
make bench BASELINE=main~5   Terraform and growth also with the module of another commit, for comparison
make bench WRITE=1           all benchmarks, and docs/reference/performance.md of them
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from harness.workspace import REPOSITORY
from tools.bench.bounds import summary
from tools.bench.compliance import bench_compliance
from tools.bench.module.growth import bench_growth
from tools.bench.module.terraform import bench_terraform
from tools.bench.patches import bench_patches
from tools.bench.performance import PAGE_WIDTH, write_page
from tools.bench.preflight import bench_preflight
from tools.entry_point import run
from tools.worktree import checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tools.bench.bounds import Measurements
    from tools.bench.module.curves import Curve

OF_THE_SCRIPTS: Mapping[str, Sequence[Callable[[Console], Measurements]]] = {
    "preflight": [bench_preflight],
    "compliance": [bench_compliance, bench_patches],
}
PARTS = ("terraform", "growth", *OF_THE_SCRIPTS)


def bench() -> int:
    """Measure and print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the module and its scripts.")
    parser.add_argument("--only", choices=PARTS, help="one benchmark")
    parser.add_argument("--baseline", metavar="COMMIT", help="another commit, whose module is measured as well")
    parser.add_argument("--write", action="store_true", help="write docs/reference/performance.md, of all benchmarks")
    options = parser.parse_args()
    if options.write and (options.only or options.baseline):
        parser.error("--write takes neither --only nor --baseline: the page has one run of everything.")
    console = Console(record=True, width=PAGE_WIDTH if options.write else None)
    console.print(_machine())
    measured, curves = _of_the_module(console, options.only, REPOSITORY)
    for name, parts in OF_THE_SCRIPTS.items():
        for part in parts if options.only in (None, name) else ():
            measured |= part(console)
    before: Measurements = {}
    if options.baseline:
        with checkout(options.baseline) as repository:
            console.rule(options.baseline)
            before, _ = _of_the_module(console, options.only, repository)
    console.print(summary(measured, before, options.baseline or ""))
    if options.write:
        write_page(console.export_text(), curves)
    return 0


def _of_the_module(console: Console, only: str | None, repository: Path) -> tuple[Measurements, list[Curve]]:
    measured: Measurements = {}
    curves: list[Curve] = []
    if only in (None, "terraform"):
        measured |= bench_terraform(console, repository)
    if only in (None, "growth"):
        figures, curves = bench_growth(console, repository)
        measured |= figures
    return measured, curves


def _machine() -> str:
    processors = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    model = processors[0].partition(":")[2].strip() if processors else platform.processor()
    memory = next(
        (int(line.split()[1]) / 1024**2 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0.0
    )
    return f"{os.cpu_count()} processors ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


if __name__ == "__main__":
    run(bench)
