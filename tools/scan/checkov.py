"""Runs Checkov from its own virtual environment, and parses its results.

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

from harness import HarnessError
from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROGRAM = REPOSITORY / ".venv-checkov" / "bin" / "checkov"
POLICIES = REPOSITORY / "policies"
OURS = ("CKV_SSMORG_*", "CKV2_SSMORG_*")

_INSTANCE = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]')

Status = Literal["passed", "failed", "skipped"]

_NOT_INHERITED = ("BC_", "CHECKOV_", "CKV_", "LOG_LEVEL", "PRISMA_", "PYTHON")
# Checkov continues without a policy that it cannot load or run; only stderr shows it.
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
    """The result of one check for one resource. `first_line` and `last_line` are those of its block, or 0 in a plan."""

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
        """Type and name, without modules and instance keys."""
        return ".".join(address_parts(self.resource)[-2:])


@dataclass(frozen=True)
class Scan:
    """The results of one run. `resources`: the number of scanned resources. `unread`: files with parsing errors."""

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
    checks: patterns of check ids; all if empty
    skipped: excluded files and folders

    Raises HarnessError: Checkov is missing or fails, or cannot load a policy.
    """
    if not PROGRAM.exists():
        raise HarnessError(f"{PROGRAM} is missing: run `make scan` or `make test`, which install Checkov.")
    arguments = ["--directory", str(folder), "--framework", framework, "--external-checks-dir", str(policies)]
    arguments += [argument for path in skipped for argument in ("--skip-path", f"^{re.escape(str(path))}(/|$)")]
    arguments += ["--check", ",".join(checks)] if checks else []
    with tempfile.TemporaryDirectory(prefix="checkov-") as home:
        completed = subprocess.run(
            [PROGRAM, *arguments, "--skip-download", "--compact", "--output", "json"],
            # Without configuration files of the user and of the working directory.
            cwd=home,
            env={**_inherited(), "HOME": home},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    broken = [line for line in completed.stderr.splitlines() if any(mark in line for mark in _BROKEN)]
    if broken or completed.returncode not in (0, 1):
        details = "\n".join(broken or completed.stderr.strip().splitlines()[-20:])
        raise HarnessError(f"Checkov fails in {folder} with {policies}:\n{details}")
    try:
        return _scan(json.loads(completed.stdout))
    except (ValueError, KeyError) as error:
        raise HarnessError(f"Checkov gave no results for {folder}:\n{completed.stdout}{completed.stderr}") from error


def _inherited() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}


def _scan(document: Any) -> Scan:
    """Checkov omits the lists without results."""
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
    """The names in an address, without instance keys, which may contain dots and brackets."""
    return _INSTANCE.sub("", address).split(".")
