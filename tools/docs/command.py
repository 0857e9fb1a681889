"""The tables in the READMEs of the module, its submodules and its examples: writes them, or compares with `--check`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.docs.declarations import DeclarationError, read_module
from tools.docs.reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BEGIN, END = "<!-- BEGIN GENERATED -->", "<!-- END GENERATED -->"


def folders(repository: Path) -> Iterator[Path]:
    """The folders that hold a module to describe: the root, what is in modules/, what is in examples/."""
    yield repository
    for name in ("modules", "examples"):
        found = {file.parent for file in (repository / name).rglob("*.tf")}
        yield from sorted(folder for folder in found if ".terraform" not in folder.parts)


def update(repository: Path, *, check: bool) -> list[str]:
    """Write the tables into each README, or only compare them. Returns what a person must do something about."""
    return [problem for folder in folders(repository) for problem in _update(folder, repository, check=check)]


def _update(folder: Path, repository: Path, *, check: bool) -> Iterator[str]:
    file = folder / "README.md"
    name = file.relative_to(repository)
    text = file.read_text() if file.exists() else ""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        yield f"{name} must have the line {BEGIN} and after it {END}, each once: add them, then run make docs."
        return
    try:
        current = _with_tables(text, reference(read_module(folder)))
    except DeclarationError as error:
        yield str(error)
        return
    if current == text:
        return
    if check:
        yield f"{name} has tables that differ from what the module declares: run make docs."
    else:
        file.write_text(current)
        print(f"{name} written.")


def _with_tables(text: str, tables: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"


def main(arguments: Sequence[str] | None = None, *, repository: Path = REPOSITORY) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a README is not current")
    problems = update(repository, check=parser.parse_args(arguments).check)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
