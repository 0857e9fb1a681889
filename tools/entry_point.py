"""Runs a command, with error messages instead of tracebacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.results import TerraformError
from sandbox import SandboxError, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable


def run(command: Callable[[], int]) -> None:
    """Run a command and exit with its status. Errors that the user can resolve are printed without a traceback."""
    try:
        status = command()
    except (HarnessError, OSError, SandboxError, ScenarioError, TerraformError) as error:
        print(error, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        status = 130
    sys.exit(status)
