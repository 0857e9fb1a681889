"""One run of Checkov, out of the virtual environment that it has to itself, and its results with types.

https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness.errors import HarnessError
from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROGRAM = REPOSITORY / ".venv-checkov" / "bin" / "checkov"
POLICIES = REPOSITORY / "policies"
OURS = ("CKV_SSMORG_*", "CKV2_SSMORG_*")

_INSTANCE = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]')

Status = Literal["passed", "failed", "skipped"]

_NOT_INHERITED = ("BC_", "CHECKOV_", "CKV_", "LOG_LEVEL", "PRISMA_", "PYTHON")
# Checkov goes on without a policy that it cannot read or run, and says so on standard error alone, among much else.
_BROKEN = (
    "Cannot load external check",
    "Custom policy",
    "Failed to parse check",
    "Failed to run check",
    "Loaded data from JSON is not Dict",
    "Traceback",
)


@dataclass(frozen=True)
class Result:
    """What one check says of one resource. `first_line` and `last_line` are those of its block, or 0 in a plan."""

    status: Status
    check_id: str
    check_name: str
    severity: str
    guideline: str
    file: Path
    first_line: int
    last_line: int
    resource: str

    @property
    def block(self) -> str:
        """Type and name, which are the same in every instance of a module."""
        return ".".join(address_parts(self.resource)[-2:])


@dataclass(frozen=True)
class Scan:
    """The results of one run. `resources` is how many resources Checkov saw, with checks for them or without."""

    results: tuple[Result, ...]
    resources: int
    unread: tuple[str, ...]


def checkov(
    folder: Path,
    framework: str,
    *,
    checks: Sequence[str] = (),
    skipped: Sequence[Path] = (),
    policies: Path = POLICIES,
) -> Scan:
    """Scan a folder with the built-in checks and `policies`.

    Parameters
    ----------
    framework: "terraform" for source code, "terraform_plan" for JSON files of plans
    checks: patterns of the ids that are run, all when empty
    skipped: files and folders that are left out

    Raises HarnessError: no Checkov, a policy that it cannot read, or no answer.
    """
    if not PROGRAM.exists():
        raise HarnessError(f"{PROGRAM} is missing: run `make scan` or `make test`, which install Checkov.")
    arguments = ["--directory", str(folder), "--framework", framework, "--external-checks-dir", str(policies)]
    arguments += [argument for path in skipped for argument in ("--skip-path", f"^{re.escape(str(path))}(/|$)")]
    arguments += ["--check", ",".join(checks)] if checks else []
    with tempfile.TemporaryDirectory(prefix="checkov-") as home:
        ended = subprocess.run(
            [PROGRAM, *arguments, "--skip-download", "--compact", "--output", "json"],
            # Neither a configuration file of the person nor one of the folder they are in.
            cwd=home,
            env={**_inherited(), "HOME": home},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    broken = [line for line in ended.stderr.splitlines() if any(mark in line for mark in _BROKEN)]
    if broken or ended.returncode not in (0, 1):
        said = "\n".join(broken or ended.stderr.strip().splitlines()[-20:])
        raise HarnessError(f"Checkov cannot do its work in {folder} with {policies}:\n{said}")
    try:
        return _scan(json.loads(ended.stdout))
    except (ValueError, KeyError) as error:
        raise HarnessError(f"Checkov gave no results for {folder}:\n{ended.stdout}{ended.stderr}") from error


def _inherited() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}


def _scan(document: Any) -> Scan:
    """Checkov leaves the lists away where it had nothing to look at."""
    results = document.get("results", {})
    return Scan(
        tuple(_results(results)),
        int(document.get("summary", document)["resource_count"]),
        tuple(map(str, results.get("parsing_errors", ()))),
    )


def _results(document: Mapping[str, Any]) -> Iterator[Result]:
    statuses: tuple[Status, ...] = ("passed", "failed", "skipped")
    for status in statuses:
        for record in document.get(f"{status}_checks", ()):
            first, last = record["file_line_range"]
            yield Result(
                status=status,
                check_id=record["check_id"],
                check_name=record["check_name"],
                severity=(record["severity"] or "").lower(),
                guideline=record["guideline"] or "",
                file=Path(record["file_abs_path"]),
                first_line=first,
                last_line=last,
                resource=record["resource"],
            )


def address_parts(address: str) -> list[str]:
    """The names in an address, without instance keys, which may hold dots and brackets."""
    return _INSTANCE.sub("", address).split(".")
