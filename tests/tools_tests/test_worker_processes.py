"""Worker processes end with the command that started them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

_PATH = os.pathsep.join(str(REPOSITORY / folder) for folder in ("", "scripts", "tests"))
_PROGRAM = """
import multiprocessing, os, signal, sys
from tools.entry_point import run
from tools.worker_processes import worker_processes
begun, ended, at_fork = sys.argv[1:]
if at_fork:
    os.register_at_fork(**{at_fork: lambda: os.kill(os.getpid(), signal.SIGTERM)})
def work(number):
    try:
        open(begun, "w").close()
        signal.pause()
    finally:
        open(ended, "a").close()
def command():
    with worker_processes(work, [(1,)]):
        for child in multiprocessing.active_children():
            child.join()
    return 143
run(command)
"""


def test_sigterm(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    os.mkfifo(begun)
    os.mkfifo(ended)
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, begun, ended, ""], env=_environment()) as process:
        begun.read_text()
        process.terminate()
        ended.read_text()
        assert process.wait(60) == 143


@pytest.mark.parametrize("at_fork", ["before", "after_in_parent", "after_in_child"])
def test_sigterm_while_they_start(tmp_path: Path, at_fork: str) -> None:
    """Whichever side of the fork has the signal, no process is left that holds the command's output open."""
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "begun"), str(tmp_path / "ended"), at_fork]
    with subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert process.wait(60) == 143


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": _PATH}
