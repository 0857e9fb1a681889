"""The command in messages that refer to a report."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

_REPORT = Path(__file__).resolve().parents[2] / "report.py"


def report_command() -> str:
    """`python3 .terraform/modules/systems_manager/scripts/report.py`, relative to the working directory."""
    # Relative: an absolute path would make the same message differ from machine to machine.
    return f"python3 {shlex.quote(os.path.relpath(_REPORT))}"
