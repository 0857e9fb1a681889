"""`make lint`: no folder holds more than fifteen Python files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.entry_point import run

if TYPE_CHECKING:
    from pathlib import Path

MOST = 15


def crowded(root: Path) -> dict[str, int]:
    """The folders below scripts, tools, policies and tests that hold more than `MOST` Python files, with the number."""
    found = Counter(
        file.parent.relative_to(root).as_posix()
        for top in ("scripts", "tools", "policies", "tests")
        for file in (root / top).rglob("*.py")
    )
    return {folder: number for folder, number in sorted(found.items()) if number > MOST}


def main(root: Path = REPOSITORY) -> int:
    found = crowded(root)
    for folder, number in found.items():
        print(f"{folder} holds {number} Python files, more than {MOST}: put those of one subject into a folder.")
    return 1 if found else 0


if __name__ == "__main__":
    run(main)
