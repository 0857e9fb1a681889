"""Measures the module and its scripts, against a baseline or lower bounds.

make bench                   all benchmarks
make bench ONLY=terraform    apply, empty plan and destroy, against the same resources without a module
make bench ONLY=growth       empty plans by accounts and by patch policies, size of the state, Python processes
make bench ONLY=preflight    preflight over 1,000 accounts and 16 Regions
make bench ONLY=compliance   patch compliance of 200,000 nodes in 2,500 accounts and 4 Regions
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from rich.console import Console

from tools.bench.compliance import bench_compliance
from tools.bench.growth import bench_growth
from tools.bench.preflight import bench_preflight
from tools.bench.terraform import bench_terraform
from tools.entry_point import run

PARTS = {
    "terraform": bench_terraform,
    "growth": bench_growth,
    "preflight": bench_preflight,
    "compliance": bench_compliance,
}


def bench() -> int:
    """Measure and print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the module and its scripts.")
    parser.add_argument("--only", choices=PARTS, help="one benchmark")
    only = parser.parse_args().only
    console = Console()
    console.print(_machine())
    for name, part in PARTS.items():
        if only in (None, name):
            part(console)
    return 0


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
