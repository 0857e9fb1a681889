"""The size of folders, which `make lint` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.folders import MOST, crowded

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_with_one_file_too_many_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "scripts" / "package"
    folder.mkdir(parents=True)
    for number in range(MOST):
        (folder / f"module_{number}.py").touch()
    (folder / "data.json").touch()
    assert crowded(tmp_path) == {}
    (folder / "another.py").touch()
    assert crowded(tmp_path) == {"scripts/package": MOST + 1}
