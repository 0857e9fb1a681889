"""Output to the terminal, and confirmation."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from systems_manager_organization.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


@dataclass(frozen=True)
class Terminal:
    """Standard streams: results go to standard output, messages to standard error."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    def echo(self, text: str, *, err: bool = False) -> None:
        """Prints a result; with `err` a message, to standard error."""
        print(text, file=self.stderr if err else self.stdout, flush=err)

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes; without a terminal it is no."""
        if not self.stdin.isatty():
            self.echo(f"{question} Standard input is not a terminal: use --yes.", err=True)
            return False
        print(f"{question} [y/N] ", end="", file=self.stderr, flush=True)
        return self.stdin.readline().strip().lower() in ("y", "yes")

    def console(self, stream: TextIO) -> Console:
        """A console of rich on `stream`. Raises DependencyError."""
        try:
            from rich.console import Console
        except ImportError as error:
            raise DependencyError(
                f"{sys.executable} cannot import rich ({error}), which renders the tables. To resolve: "
                f"{sys.executable} -m pip install rich; or use JSON (--json, --format json)."
            ) from error
        return Console(file=stream, highlight=False, markup=False, soft_wrap=not stream.isatty())


def pluralize(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def render_strings(result: Mapping[str, str], on_terminal: bool) -> str:
    """One JSON object of strings, as the external data source wants it; on a terminal one line for each value."""
    if not on_terminal:
        return json.dumps(result)
    return "\n".join(line for key, value in result.items() for line in _lines(key, value))


def _lines(key: str, value: str) -> list[str]:
    if not value.startswith("["):
        return [f"{key}: {value or '(none)'}"]
    items: list[dict[str, str]] = json.loads(value)
    return [
        f"{key}: {len(items)}",
        *("  " + "  ".join(f"{name}={text}" for name, text in item.items()) for item in items),
    ]
