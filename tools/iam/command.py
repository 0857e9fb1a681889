"""The IAM policies of docs/iam, from what the examples call in the sandbox, and the table of them in a page.

    make iam             runs the examples, writes the policies and the table
    make iam CHECK=1     only compares
    make iam SWEEP=1     takes each action away in turn, and tells what becomes of it

Exit status 1 when something differs, or goes on without a word.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.iam.documented import DOCUMENTED
from tools.iam.recording import RUNS, Witness
from tools.iam.policies import policies
from tools.iam.reporting import REPORTING
from tools.iam.statements import STATEMENTS
from tools.iam.sweep import sweep
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = REPOSITORY / "docs" / "iam"
PAGE = REPOSITORY / "docs" / "operations" / "least-privilege.md"
BEGIN, END = "<!-- BEGIN GENERATED -->", "<!-- END GENERATED -->"


def read_policies(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Every document of the folder, by its name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}


def collect() -> dict[str, dict[str, Any]]:
    """Run the examples as administrators, and return the policies that they need. Raises HarnessError."""
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        witness = Witness(sandbox)
        for example in RUNS:
            example(witness, copies)
            if sandbox.violations:
                raise HarnessError("\n".join(map(str, sandbox.violations)))
        return policies(witness.needs)


def differences(
    documents: Mapping[str, Mapping[str, Any]], folder: Path = FOLDER, page: Path = PAGE
) -> Iterator[tuple[Path, str | None]]:
    """The files that are not what they must be, with their text; None: there must be no such file."""
    texts = {folder / f"{name}.json": json.dumps(document, indent=2) + "\n" for name, document in documents.items()}
    texts[page] = _with_table(page.read_text(), documents)
    for file, text in texts.items():
        if not file.exists() or file.read_text() != text:
            yield file, text
    yield from ((file, None) for file in sorted(folder.glob("*.json")) if file not in texts)


def _with_table(text: str, documents: Mapping[str, Mapping[str, Any]]) -> str:
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise HarnessError(f"{PAGE.name} must have the line {BEGIN} and after it {END}, each once.")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{_table(documents)}\n\n{END}{rest.partition(END)[2]}"


def _table(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each statement, in the reader's order: what it is for, its actions, and which policies have it."""
    rows = ["| statement | what for | actions | in |", "|---|---|---|---|"]
    for statement in (*STATEMENTS, *REPORTING, *DOCUMENTED):
        found = {
            name: written["Action"]
            for name, document in sorted(documents.items())
            for written in document["Statement"]
            if written["Sid"] == statement.sid
        }
        actions = ", ".join(
            f"`{action}`" for action in sorted({action for those in found.values() for action in those})
        )
        rows.append(
            f"| `{statement.sid}` | {statement.purpose} | {actions} | {', '.join(f'`{name}`' for name in found)} |"
        )
    return "\n".join(rows)


def iam() -> int:
    """Write or compare, or sweep. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make iam", description="The IAM policies that the module needs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    parser.add_argument("--sweep", action="store_true", help="take each action of each policy away, in turn")
    arguments = parser.parse_args()
    if arguments.sweep:
        return sweep(read_policies())
    stale = list(differences(collect()))
    FOLDER.mkdir(exist_ok=True)
    for file, text in stale:
        print(f"{file.relative_to(REPOSITORY)} {'differs: run make iam' if arguments.check else 'written'}.")
        if not arguments.check:
            _put(file, text)
    return 1 if stale and arguments.check else 0


def _put(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


if __name__ == "__main__":
    run(iam)
