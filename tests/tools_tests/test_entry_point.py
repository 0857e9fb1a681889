"""The commands of make show what is silent for long."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.workspace import REPOSITORY

_MODULES = sorted(set(re.findall(r"\$\(RUN\) -m (tools\.[\w.]+)", (REPOSITORY / "Makefile").read_text("utf-8"))))
_PATH = os.pathsep.join(str(REPOSITORY / folder) for folder in ("", "scripts", "tests"))
# What it runs has no packages: it is started before they are installed.
_WITHOUT_PACKAGES = [sys.executable, "-S", "-m", "tools.running"]


@pytest.mark.parametrize("module", [module for module in _MODULES if module != "tools.running"])
def test_every_command_of_make_has_the_line(module: str) -> None:
    specification = find_spec(module)
    assert specification is not None
    assert specification.origin is not None
    block = Path(specification.origin).read_text("utf-8").partition('if __name__ == "__main__":\n')[2]
    assert re.fullmatch(r"    (entry_point\.)?run\(\w+(, waits=True)?\)\n", block), "use tools.entry_point.run"


def test_a_silent_command_of_others(tmp_path: Path) -> None:
    """It ends once the line is on its terminal."""
    shown = tmp_path / "shown"
    os.mkfifo(shown)
    waiting = f"open({str(shown)!r}).read(); print('done'); raise SystemExit(3)"
    screen, its_end = pty.openpty()
    with subprocess.Popen(
        [*_WITHOUT_PACKAGES, "Installing x.txt", sys.executable, "-S", "-c", waiting],
        stdout=its_end,
        stderr=its_end,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{REPOSITORY / 'scripts'}{os.pathsep}{REPOSITORY}"},
        cwd=REPOSITORY,
    ) as process:
        os.close(its_end)
        _read_until(screen, r"\x1b\[2KInstalling x\.txt: \d+ s$")
        shown.write_text("")
        _read_until(screen, r"\r\x1b\[2Kdone\r\n$")
        assert process.wait(60) == 3
    os.close(screen)


def _read_until(screen: int, pattern: str) -> None:
    text = ""
    while not re.search(pattern, text):
        text += os.read(screen, 1000).decode()
