"""A working tree of another commit."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A working tree of the commit. Raises CalledProcessError if there is none."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory, "tree")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, commit], cwd=REPOSITORY, check=True)
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=REPOSITORY, check=True)
