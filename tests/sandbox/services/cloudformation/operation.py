"""The options of a stack operation that moto does not pass on."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Operation:
    """`client_request_token`: by which callers find their events; `on_failure`: ROLLBACK, DO_NOTHING or DELETE."""

    client_request_token: str | None = None
    on_failure: str = "ROLLBACK"


_current: ContextVar[Operation] = ContextVar("operation", default=Operation())  # noqa: B039 (it is frozen)


def current_operation() -> Operation:
    """Return the options of the current operation."""
    return _current.get()


@contextmanager
def operation(options: Operation) -> Iterator[None]:
    """Have `current_operation` return this meanwhile."""
    token = _current.set(options)
    try:
        yield
    finally:
        _current.reset(token)
