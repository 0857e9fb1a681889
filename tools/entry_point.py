"""Runs a command, with error messages instead of tracebacks, and with a line on a terminal while it prints nothing."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from systems_manager_organization.cli.activity import Activity
from systems_manager_organization.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


def run(command: Callable[[], int], *, waits: bool = False) -> None:
    """Run a command and exit with its status. Errors that the user can resolve are printed without a traceback.

    SIGTERM ends it with 143, and a process that it forked as well: what they started ends, and their folders go.
    `waits`: it waits for the user, and not the user for it.
    """
    signal.signal(signal.SIGTERM, _terminate)
    try:
        if waits:
            status = command()
        else:
            with activity(_name()):
                status = command()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        status = 130
    except Exception as error:
        if not isinstance(error, _errors_with_a_message()):
            raise
        print(error, file=sys.stderr)
        status = 1
    sys.exit(status)


def _errors_with_a_message() -> tuple[type[Exception], ...]:
    # Not at the start: the sandbox takes seconds to import, and most commands have no use for it.
    from harness import HarnessError
    from harness.results import TerraformError
    from sandbox import SandboxError, ScenarioError

    return HarnessError, OSError, SandboxError, ScenarioError, TerraformError


def _terminate(number: int, _: FrameType | None) -> NoReturn:
    # Not KeyboardInterrupt, as cli.interrupts raises: of that a forked process prints a traceback.
    sys.exit(128 + number)


@contextmanager
def activity(name: str) -> Iterator[None]:
    """Draw the line, with `name` before the seconds, whenever nothing was printed for two seconds."""
    streams = sys.stdout, sys.stderr
    with Activity(Terminal(sys.stdin, *streams), name, time.monotonic) as started:
        sys.stdout, sys.stderr = started.terminal.stdout, started.terminal.stderr
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams


def _name() -> str:
    """`docs` for tools.docs.command."""
    specification = sys.modules["__main__"].__spec__
    return specification.name.split(".")[1].replace("_", "-") if specification else "tools"
