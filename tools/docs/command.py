"""Writes the generated parts of the READMEs (tables, the diagram of the root), known-issues.md, costs.md, and in every
call the module's address and version; or compares them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.workspace import REPOSITORY
from tools.docs import address, costs, known_issues, translation
from tools.docs.declarations import DeclarationError, read_module
from tools.docs.diagram import DIAGRAM, diagram
from tools.docs.markers import put, replace_generated
from tools.docs.reference import identity, is_long, reference
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def folders(repository: Path) -> Iterator[Path]:
    """The folders of modules: the root, and those in modules/ and examples/."""
    yield repository
    for name in ("modules", "examples"):
        found = {file.parent for file in (repository / name).rglob("*.tf")}
        yield from sorted(folder for folder in found if ".terraform" not in folder.parts)


def update(repository: Path, *, check: bool) -> Iterator[str]:
    """Write the generated parts, or only compare them. Yields errors."""
    pages: dict[tuple[str, str, str], Path] = {}
    for folder in folders(repository):
        page = folder / "README.md"
        try:
            module = read_module(folder)
            # Elsewhere they are beside the page, and shorter there.
            if folder != repository:
                module = replace(module, parts=())
            described = {key: relpath(first, folder) for key, first in pages.items()}
            yield from put(page, replace_generated(page, reference(module, described)), repository, check=check)
            pages = {identity(found): page for found in module.inputs if is_long(found)} | pages
            if folder == repository:
                for shown in filter(Path.exists, (page, folder / translation.TRANSLATION)):
                    yield from put(
                        shown, replace_generated(shown, diagram(repository), DIAGRAM), repository, check=check
                    )
        except (DeclarationError, HarnessError, OSError) as error:
            yield str(error)


def main(arguments: Sequence[str] | None = None, *, repository: Path = REPOSITORY) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a README is not current")
    check = parser.parse_args(arguments).check
    problems = [
        *update(repository, check=check),
        *known_issues.update(repository, check=check),
        *costs.update(repository, check=check),
        *address.update(repository, check=check),
        *translation.check(repository),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    run(main)
