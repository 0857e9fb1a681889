"""`make moto-tests`: moto's own tests, at the version that the sandbox stands on, against the sandbox.

Ends with 0 when every test passes or fails for a reason of `listed.yaml`. `before.json` has how many passed
before the sandbox was held against them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from harness.workspace import REPOSITORY
from tools.entry_point import run
from tools.moto_tests.listed import KINDS, reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CACHE = REPOSITORY / ".cache" / "moto-tests"
BEFORE = Path(__file__).with_name("before.json")
_AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """The tests of one service: how many of each outcome, how many of each reason, and what each failure says."""

    service: str
    counts: Counter[str]
    by_reason: Counter[str]
    failures: dict[str, str]
    status: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="make moto-tests", description=__doc__)
    parser.add_argument("--only", metavar="SERVICE", choices=services(), help="the tests of one service, as iam")
    only = parser.parse_args().only
    checkout = _downloaded(version("moto"))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(partial(_run, checkout), [only] if only else services()))
    console = Console()
    for outcome in outcomes:
        for name, says in outcome.failures.items():
            console.print(f"\n{name}\n{says}", markup=False, highlight=False, soft_wrap=True)
    console.print(_services_table(outcomes), _reasons_table(outcomes))
    return 0 if all(outcome.status == 0 and not outcome.failures for outcome in outcomes) else 1


def services() -> list[str]:
    """Those that the sandbox has a folder for and moto has tests of."""
    folders = (REPOSITORY / "tests" / "sandbox" / "services").iterdir()
    return sorted({folder.name for folder in folders if (folder / "urls.py").exists()} - _WITHOUT_TESTS)


# moto has no such service.
_WITHOUT_TESTS = {"cloud9", "ssmguiconnect", "ssmquicksetup"}
# Of EC2, what report.py nodes reads: the rest, of some fifty files, is moto's alone.
_FILES = {
    "ec2": (
        "test_instances.py",
        "test_network_acls.py",
        "test_route_tables.py",
        "test_security_groups.py",
        "test_vpcs.py",
    )
}


def _run(checkout: Path, service: str) -> Outcome:
    options = ["-c", os.devnull, "--rootdir", ".", "-p", "tools.moto_tests.plugin", "-p", "no:cacheprovider", "-q"]
    options += ["--tb", "short", "-W", "ignore", "--timeout", "120"]
    paths = [f"tests/test_{service}/{file}" for file in _FILES.get(service, ("",))]
    with TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        # moto's tests are the package `tests`; ours is none.
        completed = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *paths],
            cwd=checkout,
            env={**os.environ, "MOTO_TESTS_RESULT": str(result)},
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(result.read_text()) if result.exists() else {"counts": {}, "by_reason": {}, "failures": {}}
    failures = found["failures"]
    if completed.returncode and not failures:
        failures = {f"test_{service}": f"{completed.stdout}{completed.stderr}"}
    return Outcome(service, Counter(found["counts"]), Counter(found["by_reason"]), failures, completed.returncode)


def _services_table(outcomes: Iterable[Outcome]) -> Table:
    before = json.loads(BEFORE.read_text(encoding="utf-8"))
    table = Table("service", "tests", f"passing at {before['commit']}", "passing", *KINDS, "failing")
    for outcome in outcomes:
        counts = outcome.counts
        columns = [counts.total(), before["passing"].get(outcome.service, "-"), counts["passed"]]
        table.add_row(outcome.service, *map(str, [*columns, *(counts[kind] for kind in KINDS), len(outcome.failures)]))
    return table


def _reasons_table(outcomes: Sequence[Outcome]) -> Table:
    total: Counter[str] = sum((outcome.by_reason for outcome in outcomes), Counter())
    table = Table("tests", "kind", "reason")
    for reason in reasons():
        if total[reason.text]:
            table.add_row(str(total[reason.text]), reason.kind, reason.text)
    return table


def _downloaded(release: str) -> Path:
    """moto's source distribution, which has the tests, in the cache. Raises OSError."""
    checkout = CACHE / f"moto-{release}"
    if not checkout.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "moto"]
        if subprocess.run([*download, "--dest", CACHE, f"moto=={release}"], check=False).returncode:
            raise OSError(f"The source distribution of moto {release} cannot be downloaded: see pip's message above.")
        with tarfile.open(CACHE / f"moto-{release}.tar.gz") as archive:
            members = [member for member in archive if "/tests/" in member.name]
            archive.extractall(CACHE, members, filter="data")
    return checkout


if __name__ == "__main__":
    run(main)
