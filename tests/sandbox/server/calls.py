"""The call log: every call, in the order of the responses."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Call:
    """One answered call.

    ``service`` is the name of the SDK client (``ssm-quicksetup``), ``operation`` the API's (``ListAccounts``).
    ``account_id`` is the caller's account, "" when the caller is unknown. ``status`` is the HTTP status, 0 when the
    connection was closed without an answer. ``error_code`` is None on success. ``resource`` is what a call that may
    change something is about, by the names and ids in its request: ``AWS-QuickSetup-Role arn:aws:iam::aws:policy/One``.
    """

    sequence: int
    service: str
    operation: str
    account_id: str
    region: str
    status: int
    error_code: str | None = None
    resource: str = ""

    @property
    def is_read_only(self) -> bool:
        return is_read_only(self.operation)


_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Simulate")


def is_read_only(operation: str) -> bool:
    """Whether an operation only reads, by its name.

    IAM's simulations have the access level Read:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    return operation.startswith(_READS) or operation == "AssumeRole"


Callback = Callable[[Call], None]


class CallLog:
    """The calls so far, their file of JSON lines, and the subscribed callbacks."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._sequence = 0
        self._callbacks: list[Callback] = []
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None

    def record(
        self,
        service: str,
        operation: str,
        account_id: str,
        region: str,
        status: int,
        error_code: str | None,
        resource: str = "",
    ) -> Call:
        """Append a call and run the callbacks, in this thread, before it returns."""
        with self._lock:
            self._sequence += 1
            call = Call(self._sequence, service, operation, account_id, region, status, error_code, resource)
            self._calls.append(call)
            if self._file:
                self._file.write(json.dumps(asdict(call)) + "\n")
                # A reader (`tail -f`, a test after SIGKILL) must see the line before the caller sees the answer.
                self._file.flush()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(call)
        return call

    def all(self) -> list[Call]:
        """A copy of the calls so far."""
        with self._lock:
            return list(self._calls)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call ``callback`` with every call before it is answered; returns what ends that. Ending twice is harmless."""
        with self._lock:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return unsubscribe

    def reset(self) -> None:
        """Remove calls and subscribers. The file keeps its lines, and the numbers restart at 1."""
        with self._lock:
            self._calls.clear()
            self._callbacks.clear()
            self._sequence = 0

    def close(self) -> None:
        """Close the file, if there is one."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None
