"""Signals that end a program do so as an exception: what is half-done is undone, and what was read is kept."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Windows has no SIGHUP.
_NUMBERS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_received: list[int] = []


def raise_on_signals() -> None:
    """From now on the first signal raises KeyboardInterrupt, and the second ends the process at once.

    One that is ignored, as by nohup, stays so.
    """
    for number in _NUMBERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def exit_status() -> int:
    """The shell's: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (_received[0] if _received else signal.SIGINT)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises KeyboardInterrupt for a signal that became another error: DuckDB raises RuntimeError instead."""
    try:
        yield
    except Exception as error:
        if _received:
            raise KeyboardInterrupt from error
        raise


def _interrupt(number: int, _frame: object) -> None:
    _received.append(number)
    for handled in _NUMBERS:
        if signal.getsignal(handled) is _interrupt:
            signal.signal(handled, signal.SIG_DFL)
    # What the signal finds half-made, such as an HTTP response without its file, fails when it is deleted, and since
    # Python 3.13 that is reported after the line that says what was interrupted.
    # https://docs.python.org/3/whatsnew/3.13.html#io
    sys.unraisablehook = lambda _: None
    raise KeyboardInterrupt
