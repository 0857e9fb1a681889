"""The line on a terminal while a command prints nothing."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from systems_manager_organization.cli import activity as module
from systems_manager_organization.cli.activity import Activity
from systems_manager_organization.cli.terminal import Terminal
from systems_manager_organization.errors import ScriptError
from systems_manager_organization.programs import report
from unit.conftest import TerminalText

ERASED = "\r\x1b[2K"


class Command:
    """A command at a terminal, at a virtual time in seconds."""

    def __init__(self, answer: str = "", stderr: io.StringIO | None = None) -> None:
        self.time = 100.0
        self.screen = TerminalText() if stderr is None else stderr
        self.activity = Activity(Terminal(_Asking(self, answer), self.screen, self.screen), "report.py nodes", self.now)
        self.terminal = self.activity.terminal

    def now(self) -> float:
        return self.time

    def after(self, seconds: float) -> str:
        """What is written meanwhile."""
        length = len(self.screen.getvalue())
        self.time += seconds
        self.activity.refresh()
        return self.screen.getvalue()[length:]


class _Asking(TerminalText):
    """A user who takes ten seconds to answer."""

    def __init__(self, command: Command, answer: str) -> None:
        super().__init__(answer)
        self._command = command

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # of TextIO, and not of BytesIO
        assert self._command.after(10) == ""
        return super().readline(size)


def test_silence_is_explained() -> None:
    command = Command()
    assert command.after(1.9) == ""
    assert command.after(0.2) == f"{ERASED}report.py nodes: 2 s"
    command.activity.count(lambda: 1)
    assert command.after(1) == f"{ERASED}report.py nodes: 3 s, 1 call to AWS"
    command.activity.count(lambda: 345)
    assert command.after(60) == f"{ERASED}report.py nodes: 63 s, 345 calls to AWS"


@pytest.mark.parametrize("err", [False, True])
def test_output_replaces_the_line(err: bool) -> None:
    command = Command()
    command.after(2)
    command.terminal.echo("333333333333", err=err)
    assert command.screen.getvalue().endswith(f"2 s{ERASED}333333333333\n")
    assert command.after(1.9) == ""
    assert command.after(0.1).endswith("4 s")


def test_a_question_stays() -> None:
    command = Command("y\n")
    command.after(2)
    assert command.terminal.confirm("Delete it?")
    assert command.screen.getvalue().endswith(f"{ERASED}Delete it? [y/N] ")
    assert command.after(1.9) == ""


def test_a_table_of_rich_replaces_the_line() -> None:
    command = Command()
    command.after(2)
    command.terminal.console(command.terminal.stdout).print("a table")
    assert command.screen.getvalue().endswith(f"{ERASED}a table\n")


def test_a_narrow_terminal_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    command = Command()
    assert command.after(2) == f"{ERASED}report.py n"


def test_a_file_gets_no_line() -> None:
    terminal = Terminal(io.StringIO(), TerminalText(), io.StringIO())
    with Activity(terminal, "report.py nodes", lambda: 0.0) as activity:
        assert activity.terminal is terminal
        assert not any(thread.name == "activity" for thread in threading.enumerate())


def test_every_command_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE", 0.0)
    monkeypatch.setattr(module, "INTERVAL", 0.001)
    drawn = threading.Event()

    class Screen(TerminalText):
        def write(self, text: str) -> int:
            if text.startswith(f"{ERASED}report.py leftovers: "):
                drawn.set()
            return super().write(text)

    def wait_for_the_line(**_: Any) -> Any:
        assert drawn.wait(30)
        raise ScriptError("no credentials.")

    screen = Screen()
    status = report.main(
        ["leftovers", "--regions", '["us-east-1"]'], TerminalText(), screen, screen, session_factory=wait_for_the_line
    )
    assert status == 1
    assert f"{ERASED}report.py leftovers: no credentials.\n" in screen.getvalue()
