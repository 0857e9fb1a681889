"""The page of assumptions: writes docs/reference/assumptions.md, or compares with `--check`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.assumptions.page import page
from tools.assumptions.register import REGISTER, RegisterError, find_marks, load, places, problems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAGE = "docs/reference/assumptions.md"


def main(arguments: Sequence[str] | None = None, *, repository: Path = REPOSITORY, register: Path = REGISTER) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="assumptions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    check = parser.parse_args(arguments).check
    try:
        assumptions, marks = load(register), find_marks(repository)
    except RegisterError as error:
        print(error, file=sys.stderr)
        return 1
    found = list(problems(assumptions, marks))
    file = repository / PAGE
    text = page(assumptions, places(marks), {})
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        if check:
            found.append(f"{PAGE} differs from the register and the marks: run make docs.")
        else:
            file.write_text(text, encoding="utf-8")
            print(f"{PAGE} written.")
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
