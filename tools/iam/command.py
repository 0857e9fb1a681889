"""Generates the IAM policies of docs/iam from the examples' calls in the sandbox, and the table of their statements.

    make iam             runs the examples, writes the policies and the table
    make iam CHECK=1     only compares
    make iam SWEEP=1     removes each action in turn, and prints how the example ends

Exit status 1 when a file is not current, or a missing action is not reported.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING, Any

from harness import HarnessError
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.docs.markers import replace_generated
from tools.entry_point import run
from tools.iam.documented import DOCUMENTED
from tools.iam.policies import ALL_STATEMENTS, policies
from tools.iam.runs import RUNS
from tools.iam.runs.recorder import PermissionRecorder
from tools.iam.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = REPOSITORY / "docs" / "iam"
PAGE = REPOSITORY / "docs" / "operations" / "least-privilege.md"


def read_policies(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The documents of the folder, by name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}


def collect() -> dict[str, dict[str, Any]]:
    """Run the examples with administrator access, and return the policies that they need. Raises HarnessError."""
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        recorder = PermissionRecorder(sandbox)
        for example in RUNS:
            example(recorder, copies)
            if sandbox.violations:
                raise HarnessError("\n".join(map(str, sandbox.violations)))
        return policies(recorder.needs)


def differences(
    documents: Mapping[str, Mapping[str, Any]], folder: Path = FOLDER, page: Path = PAGE
) -> Iterator[tuple[Path, str | None]]:
    """The files that are not current, with their text; None: the file must be deleted."""
    texts = {folder / f"{name}.json": _text(document) for name, document in documents.items()}
    texts[page] = replace_generated(page, _table(documents))
    for file, text in texts.items():
        if not file.exists() or file.read_text() != text:
            yield file, text
    yield from ((file, None) for file in sorted(folder.glob("*.json")) if file not in texts)


def _text(document: Mapping[str, Any]) -> str:
    """JSON with a line for each list of words, which is half of the lines."""
    lines = json.dumps(document, indent=2) + "\n"
    return re.sub(r'\[\s+("[^\[\]{}]+")\s+\]', lambda found: f"[{' '.join(found[1].split())}]", lines)


def _table(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each statement: its purpose, and the policies that have it."""
    rows = ["| statement | what for | in |", "|---|---|---|"]
    for statement in (*ALL_STATEMENTS, *DOCUMENTED):
        found = [
            name
            for name, document in sorted(documents.items())
            if any(written["Sid"] == statement.sid for written in document["Statement"])
        ]
        rows.append(f"| `{statement.sid}` | {statement.purpose} | {', '.join(f'`{name}`' for name in found)} |")
    return "\n".join(rows)


def iam() -> int:
    """Write, compare or sweep. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make iam", description="Generate the IAM policies that the module needs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    parser.add_argument("--sweep", action="store_true", help="remove each action of each policy, in turn")
    arguments = parser.parse_args()
    if arguments.sweep:
        return sweep(read_policies())
    stale = list(differences(collect()))
    FOLDER.mkdir(exist_ok=True)
    for file, text in stale:
        print(f"{file.relative_to(REPOSITORY)} {'is not current: run make iam' if arguments.check else 'written'}.")
        if not arguments.check:
            _write(file, text)
    return 1 if stale and arguments.check else 0


def _write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


if __name__ == "__main__":
    run(iam)
