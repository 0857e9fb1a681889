"""A line on standard error while a command prints nothing: how long it has run, and how many calls it has made."""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, cast

from systems_manager_organization.cli.terminal import Terminal, pluralize

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from typing_extensions import Self

# In seconds.
SILENCE, INTERVAL = 2.0, 0.5

_ERASE = "\r\x1b[2K"


class Activity:
    """The line of one command. It is drawn after two seconds without output, and erased before the next output.

    There is none where standard error is not a terminal.
    """

    def __init__(self, terminal: Terminal, name: str, now: Callable[[], float]) -> None:
        """
        Args:
            name: what the line begins with: the program and its command.
            now: monotonic seconds.
        """
        self._stderr = terminal.stderr
        self._name = name
        self._now = now
        self._calls: Callable[[], int] = lambda: 0
        self._lock = Lock()
        self._began = self._printed = now()
        self._is_drawn = False
        self._is_reading = False
        self._ended = Event()
        self._thread = Thread(target=self._run, name="activity", daemon=True)
        self._is_on = terminal.stderr.isatty()
        self.terminal = self._observed(terminal) if self._is_on else terminal

    def __enter__(self) -> Self:
        if self._is_on:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_on:
            self._ended.set()
            self._thread.join()
            self.printed()

    def count(self, calls: Callable[[], int]) -> None:
        """Has the line show a number of calls to AWS."""
        self._calls = calls

    def refresh(self) -> None:
        """Draws the line, if it is time."""
        import shutil

        with self._lock:
            now = self._now()
            if self._is_reading or now - self._printed < SILENCE:
                return
            calls = self._calls()
            counted = f", {pluralize(calls, 'call')} to AWS" if calls else ""
            # A longer one would wrap, and would not be erased.
            line = f"{self._name}: {now - self._began:.0f} s{counted}"[: shutil.get_terminal_size().columns - 1]
            self._stderr.write(f"{_ERASE}{line}")
            self._stderr.flush()
            self._is_drawn = True

    def printed(self, *, is_reading: bool = False) -> None:
        """Erases the line before output, or while an answer of the user is read."""
        with self._lock:
            self._printed = self._now()
            self._is_reading = is_reading
            if self._is_drawn:
                self._is_drawn = False
                self._stderr.write(_ERASE)
                self._stderr.flush()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL):
            self.refresh()

    def _observed(self, terminal: Terminal) -> Terminal:
        streams = (_Stream(stream, self) for stream in (terminal.stdin, terminal.stdout, terminal.stderr))
        return Terminal(*(cast("TextIO", stream) for stream in streams))


class _Stream:
    """A stream whose output and input erase the line."""

    def __init__(self, stream: TextIO, activity: Activity) -> None:
        self._stream = stream
        self._activity = activity

    def write(self, text: str) -> int:
        self._activity.printed()
        return self._stream.write(text)

    def readline(self) -> str:
        self._activity.printed(is_reading=True)
        line = self._stream.readline()
        self._activity.printed()
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
