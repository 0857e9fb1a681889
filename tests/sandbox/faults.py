"""Fault injection."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, get_args

from moto.core.utils import get_service_model

from sandbox.protocol.errors import Failure, first_listed
from sandbox.protocol.operations import Operation, protocol_of
from sandbox.server.calls import is_read_only

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["throttle", "server_error", "access_denied", "conflict", "dropped", "answer_lost", "visible_late"]

# Kinds without an error.
_WITHOUT_ERROR = ("dropped", "answer_lost", "visible_late")

# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html: "IAM [...] eventual consistency"
VISIBLE_LATE_SERVICES = ("iam", "organizations", "ssm")

_THROTTLE = ("ThrottlingException", "TooManyRequestsException", "Throttling", "RequestLimitExceeded")
_SERVER_ERROR = (
    "InternalServerException",
    "InternalServerError",
    "InternalServiceException",
    "ServiceException",
    "ServiceFailure",
)
_CONFLICT = (
    "ConflictException",
    "ConcurrentModificationException",
    "ConcurrentModification",
)


class FaultError(ValueError):
    """The fault is invalid; the message has the reason."""


@dataclass(frozen=True)
class Fault:
    """Calls that fail.

    Of the calls to ``operation`` of ``service`` (the SDK client's name) by ``account_id`` in ``region`` for
    ``resource``, as ``Call`` names it (with * and ?; None: any), the ``occurrence``-th, counted from 1 and from the
    injection, and the ``times`` - 1 after it fail in the way of ``kind``. ``dropped`` closes the
    connection without an answer, and nothing was done; ``answer_lost`` does so after everything was done.
    ``visible_late`` does not fail: the next ``reads`` calls that read the service (for IAM also AssumeRole) see its
    state from before, and calls that change it see the present.
    """

    service: str
    operation: str
    kind: Kind
    account_id: str | None = None
    region: str | None = None
    occurrence: int = 1
    times: int = 1
    resource: str | None = None
    reads: int = 1


class Faults:
    """The injected faults."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, int]] = []

    def inject(self, fault: Fault) -> None:
        """Inject a fault.

        Raises FaultError on an unknown service, operation or kind, on numbers below 1, on a conflict of an
        operation that knows none, on late visibility of a service that has none, and on a resource of an operation
        that only reads: the log has none of it, so that the fault would never come.
        """
        if fault.kind not in get_args(Kind):
            raise FaultError(f"{fault.kind!r} is no kind of fault; there are: {', '.join(get_args(Kind))}")
        if min(fault.occurrence, fault.times, fault.reads) < 1:
            raise FaultError("occurrence, times and reads count from 1")
        if fault.kind == "visible_late" and fault.service not in VISIBLE_LATE_SERVICES:
            raise FaultError(f"visible_late is for {', '.join(VISIBLE_LATE_SERVICES)}, and not for {fault.service}")
        if fault.resource and is_read_only(fault.operation):
            raise FaultError(
                f"{fault.operation} only reads, and no resource is known of such a call: leave resource out"
            )
        # An invalid fault fails here and not at the call.
        failure_of(_operation(fault), fault)
        with self._lock:
            self._faults.append((fault, 0))

    def next_fault(self, operation: Operation, account_id: str, region: str, resource: str) -> Fault | None:
        """Return the fault of this call, if any, and count the call."""
        matched: Fault | None = None
        with self._lock:
            for index, (fault, seen) in enumerate(self._faults):
                if not _concerns(fault, operation, account_id, region, resource):
                    continue
                self._faults[index] = (fault, seen + 1)
                if matched is None and fault.occurrence <= seen + 1 < fault.occurrence + fault.times:
                    matched = fault
        return matched

    def reset(self) -> None:
        """Remove every fault."""
        with self._lock:
            self._faults.clear()


def failure_of(operation: Operation, fault: Fault) -> Failure | None:
    """Return the error of a fault; None if it is no answer. Raises FaultError if the operation has none."""
    return None if fault.kind in _WITHOUT_ERROR else _FAILURES[fault.kind](operation)


def _concerns(fault: Fault, operation: Operation, account_id: str, region: str, resource: str) -> bool:
    return (
        (fault.service, fault.operation) == (operation.service, operation.name)
        and fault.account_id in (None, account_id)
        and fault.region in (None, region)
        and (fault.resource is None or fnmatchcase(resource, fault.resource))
    )


def _operation(fault: Fault) -> Operation:
    protocol = protocol_of(fault.service)
    if protocol is None:
        raise FaultError(f"there is no service {fault.service!r}; the names are those of the SDK clients")
    model = get_service_model(fault.service)
    if fault.operation not in model.operation_names:
        raise FaultError(f"{fault.service} has no operation {fault.operation!r}")
    return Operation(fault.service, fault.operation, protocol, model.operation_model(fault.operation))


def throttled(operation: Operation) -> Failure:
    """The service's error for a throttled request."""
    message = "Rate exceeded"
    listed = first_listed(operation, _THROTTLE, message)
    if listed:
        return listed
    if operation.service == "s3":
        return Failure("SlowDown", 503, message)
    if operation.protocol == "ec2":
        return Failure("RequestLimitExceeded", 503, message)
    # https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html has Throttling, HTTP 400, for AWS Query.
    return Failure("ThrottlingException" if _is_json(operation) else "Throttling", 400, message)


def _server_error(operation: Operation) -> Failure:
    message = "An internal error occurred."
    listed = first_listed(operation, _SERVER_ERROR, message)
    if listed and listed.status >= 500:
        return listed
    return Failure("InternalError" if operation.service in ("s3", "ec2") else "InternalFailure", 500, message)


def _access_denied(operation: Operation) -> Failure:
    message = f"User is not authorized to perform: {operation.service}:{operation.name}"
    listed = first_listed(operation, ("AccessDeniedException",), message)
    if listed:
        return listed
    if operation.protocol == "ec2":
        return Failure("UnauthorizedOperation", 403, message)
    if _is_json(operation):
        return Failure("AccessDeniedException", 400 if operation.protocol == "json" else 403, message)
    return Failure("AccessDenied", 403, message)


def _conflict(operation: Operation) -> Failure:
    listed = first_listed(operation, _CONFLICT, "Another operation is in progress. Try again later.")
    if listed is None:
        raise FaultError(f"{operation.service}:{operation.name} answers no conflict: its model lists no such error")
    return listed


def _is_json(operation: Operation) -> bool:
    return operation.protocol in ("json", "rest-json")


_FAILURES: dict[str, Callable[[Operation], Failure]] = {
    "throttle": throttled,
    "server_error": _server_error,
    "access_denied": _access_denied,
    "conflict": _conflict,
}
