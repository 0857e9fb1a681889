"""The module's scripts as a person starts them, by the administrator of an account in the sandbox."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from sandbox import Sandbox


@dataclass(frozen=True)
class Said:
    """What a script ended with."""

    status: int
    stdout: str
    stderr: str


def run_script(sandbox: Sandbox, name: str, *arguments: str, account_id: str | None = None) -> Said:
    """Run scripts/`name`; the account is the management account unless another is given. Nobody is there to answer."""
    ended = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / name), *arguments],
        env={"PATH": "/usr/bin:/bin", **sandbox.environment(account_id)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)
