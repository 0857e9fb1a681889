"""The page of assumptions: writes docs/reference/assumptions.md, or compares with `--check`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.assumptions.page import page
from tools.assumptions.register import REGISTER, RegisterError, find_marks, load, places, problems
from tools.docs.markers import put
from tools.entry_point import run
from tools.probe.checks import by_assumption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tools.assumptions.register import Assumption

PAGE = "docs/reference/assumptions.md"


def main(
    arguments: Sequence[str] | None = None,
    *,
    repository: Path = REPOSITORY,
    register: Path = REGISTER,
    checks: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="assumptions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    check = parser.parse_args(arguments).check
    checks = by_assumption() if checks is None else checks
    try:
        assumptions, marks = load(register), find_marks(repository)
    except RegisterError as error:
        print(error, file=sys.stderr)
        return 1
    text = page(assumptions, places(marks), checks)
    found = [
        *problems(assumptions, marks),
        *_unknown(checks, assumptions),
        *put(repository / PAGE, text, repository, check=check, problem="differs from the register and the marks"),
    ]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


def _unknown(checks: Mapping[str, Sequence[str]], assumptions: Mapping[str, Assumption]) -> list[str]:
    return [
        f"make probe settles {id_}, which {REGISTER.name} lacks: add the id, or correct tools/probe/checks.py."
        for id_ in checks
        if id_ not in assumptions
    ]


if __name__ == "__main__":
    run(main)
