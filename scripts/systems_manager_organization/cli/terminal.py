"""Output to the terminal, and confirmation."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from systems_manager_organization.errors import DependencyError
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


@dataclass(frozen=True)
class Terminal:
    """Standard streams: results go to standard output, messages to standard error."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    def echo(self, line: str, *, err: bool = False) -> None:
        """Prints a line of a result; with `err` of a message, to standard error."""
        print(plain_line(line), file=self.stderr if err else self.stdout, flush=err)

    def write(self, text: str) -> None:
        """Prints text of several lines, with nothing in it that a terminal interprets: JSON, help."""
        print(text, file=self.stdout)

    def confirm(self, question: str) -> bool:
        """Whether the answer is yes; without a terminal it is no."""
        if not self.stdin.isatty():
            self.echo(f"{question} Standard input is not a terminal: use --yes.", err=True)
            return False
        print(f"{plain_line(question)} [y/N] ", end="", file=self.stderr, flush=True)
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


def pluralize(number: int, noun: str, plural: str = "") -> str:
    """`1 error`, `2 errors`. `plural`: default: with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def render_strings(result: Mapping[str, str], on_terminal: bool) -> str:
    """One JSON object of strings, as the external data source wants it; on a terminal one line for each value.

    Terraform prints findings, messages and reasons as they are.
    """
    if not on_terminal:
        return json.dumps({key: _plain_value(value) for key, value in result.items()})
    return "\n".join(plain_line(line) for key, value in result.items() for line in _lines(key, value))


def _document(value: str) -> Any:
    """The JSON list or object that a value is; None of a text, which may begin like one."""
    try:
        return json.loads(value) if value.startswith(("[", "{")) else None
    except ValueError:
        return None


def _plain_value(value: str) -> str:
    document = _document(value)
    return plain_line(value) if document is None else json.dumps(_plain(document))


def _plain(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _plain(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_plain(value) for value in document]
    return plain_line(document) if isinstance(document, str) else document


def _lines(key: str, value: str) -> list[str]:
    items = _document(value)
    if not isinstance(items, list):
        return [f"{key}: {value or '(none)'}"]
    return [
        f"{key}: {len(items)}",
        *("  " + "  ".join(f"{name}={text}" for name, text in item.items()) for item in items),
    ]
