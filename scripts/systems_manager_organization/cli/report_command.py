"""The commands in messages that refer to a report or an observation."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

_SCRIPTS = Path(__file__).resolve().parents[2]


def report_command() -> str:
    """`python3 .terraform/modules/systems_manager/scripts/report.py`, relative to the working directory."""
    return _command("report.py")


def observe_command() -> str:
    """The same of `observe.py`."""
    return _command("observe.py")


def _command(program: str) -> str:
    # Relative: an absolute path would make the same message differ from machine to machine.
    return f"python3 {shlex.quote(os.path.relpath(_SCRIPTS / program))}"
