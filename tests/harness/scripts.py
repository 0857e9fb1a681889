"""Runs the module's scripts with the credentials of an account in the sandbox."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from sandbox import Sandbox


def run_script(
    sandbox: Sandbox, name: str, *arguments: str, account_id: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run scripts/`name` non-interactively, in the management account by default."""
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / name), *arguments],
        env={"PATH": "/usr/bin:/bin", **sandbox.environment(account_id)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
