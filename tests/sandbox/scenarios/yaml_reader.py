"""Reads a YAML document key by key, and says where in it a value breaks a rule."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Item = TypeVar("Item")

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class ScenarioError(Exception):
    """A scenario cannot be used; the message names the file, the place and the rule."""


class Reader:
    """One mapping of the document.

    Used as a context manager: leaving it refuses the keys that nobody asked for, so that a misspelt key cannot pass
    for an omitted one.
    """

    def __init__(self, value: object, place: str) -> None:
        self._place = place
        if not isinstance(value, dict):
            raise ScenarioError(f"{place}: a mapping is needed, and this is {_kind(value)}")
        self._values: dict[object, object] = value
        self._asked: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        unknown = [key for key in self._values if key not in self._asked]
        if error is None and unknown:
            raise ScenarioError(f"{self._place}: unknown key {unknown[0]!r}; known: {', '.join(sorted(self._asked))}")

    def text(self, key: str, pattern: re.Pattern[str], rule: str, default: str | None = None) -> str:
        """The string at ``key``, which ``pattern`` must match as a whole; required when there is no default."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        if value is None:
            raise ScenarioError(f"{self._at(key)}: is missing; {rule} is needed")
        return self._check(value, self._at(key), pattern, rule)

    def optional_text(self, key: str, pattern: re.Pattern[str], rule: str) -> str | None:
        """Like text, but None when the key is absent or null."""
        value = self._take(key)
        return None if value is None else self._check(value, self._at(key), pattern, rule)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of ``choices``."""
        value = self._take(key)
        if value is None:
            return default
        if value not in choices:
            raise ScenarioError(f"{self._at(key)}: {value!r} is not one of {', '.join(choices)}")
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise ScenarioError(f"{self._at(key)}: {value!r} is {_kind(value)}; true or false is needed")
        return value

    def count(self, key: str) -> int:
        """A number of things, 0 when absent."""
        value = self._take(key)
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ScenarioError(f"{self._at(key)}: {value!r} is no number of things; 0 or more is needed")
        return value

    def moment(self, key: str, before: datetime) -> datetime | None:
        """A time as text, ``2026-01-04T03:00:00Z``, or in days before ``before``, which it cannot be after; or None."""
        value = self._take(key)
        if value is None:
            return None
        rule = "a time such as '2026-01-04T03:00:00Z', in quotes, or a number of days"
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return before - timedelta(days=value)
        text = self._check(value, self._at(key), _MOMENT, rule)
        try:
            read = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise ScenarioError(f"{self._at(key)}: {text!r} breaks the rule: {rule}") from error
        if read > before:
            raise ScenarioError(f"{self._at(key)}: {text} is after the sandbox begins, {before:%Y-%m-%dT%H:%M:%SZ}")
        return read

    def texts(self, key: str, pattern: re.Pattern[str], rule: str) -> tuple[str, ...]:
        """A list of strings, empty when absent; each must match."""
        return tuple(
            self._check(value, f"{self._at(key)}[{index}]", pattern, rule)
            for index, value in enumerate(self._list(key))
        )

    def text_map(self, key: str) -> Mapping[str, str]:
        """A mapping from strings to strings, empty when absent; read only."""
        value = self._take(key)
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            raise ScenarioError(f"{self._at(key)}: a mapping is needed, and this is {_kind(value)}")
        for name, item in value.items():
            if not isinstance(name, str) or not isinstance(item, str):
                raise ScenarioError(f"{self._at(key)}.{name}: strings are needed, and this is {_kind(item)}; quote it")
        return MappingProxyType(dict(value))

    def child(self, key: str) -> Reader:
        """The mapping at ``key``."""
        return Reader(self._take(key), self._at(key))

    def optional_child(self, key: str) -> Reader:
        """The mapping at ``key``, empty when absent."""
        value = self._take(key)
        return Reader({} if value is None else value, self._at(key))

    def each(self, key: str, read: Callable[[Reader], Item]) -> tuple[Item, ...]:
        """The list of mappings at ``key``, each read by ``read``; empty when absent."""
        return tuple(read(Reader(value, f"{self._at(key)}[{index}]")) for index, value in enumerate(self._list(key)))

    def _take(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def _list(self, key: str) -> list[object]:
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ScenarioError(f"{self._at(key)}: a list is needed, and this is {_kind(value)}")
        return value

    def _at(self, key: str) -> str:
        # The top of a document is "scenario NAME", and reads better with a colon than with a dot.
        return f"{self._place}{': ' if ':' not in self._place else '.'}{key}"

    def _check(self, value: object, place: str, pattern: re.Pattern[str], rule: str) -> str:
        if not isinstance(value, str):
            raise ScenarioError(f"{place}: {value!r} is {_kind(value)}; {rule} is needed")
        if not pattern.fullmatch(value):
            raise ScenarioError(f"{place}: {value!r} breaks the rule: {rule}")
        return value


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", int: "a number", float: "a number", bool: "a boolean", str: "text"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
