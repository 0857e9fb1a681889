"""The person at the command line: what is shown to them, and what they answer."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from systems_manager_organization.errors import DependencyError

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Terminal:
    """Results go to standard output, what is said about them to standard error."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    def write(self, text: str) -> None:
        """A result, for a program or a file."""
        print(text, file=self.stdout)

    def tell(self, text: str) -> None:
        """Something beside the result."""
        print(text, file=self.stderr, flush=True)

    def confirms(self, question: str) -> bool:
        """Whether the person says yes. Nobody there to ask is no."""
        if not self.stdin.isatty():
            self.tell(f"{question} There is nobody to ask: use --yes.")
            return False
        print(f"{question} [y/N] ", end="", file=self.stderr, flush=True)
        return self.stdin.readline().strip().lower() in ("y", "yes")

    def console(self, stream: TextIO) -> Console:
        """`stream` as rich sees it. Raises DependencyError."""
        try:
            from rich.console import Console
        except ImportError as error:
            raise DependencyError(
                f"{sys.executable} cannot import rich ({error}), which draws the tables. To resolve: "
                f"{sys.executable} -m pip install rich; or JSON (--json, --format json), which needs none."
            ) from error
        return Console(file=stream, highlight=False, markup=False, soft_wrap=not stream.isatty())


def pluralize(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
