"""The gateway to moto: identifies caller and operation, injects faults, and validates requests and responses
by the service's model.
"""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.request import Request

from sandbox.authorization.enforcement import bucket_policy_denial
from sandbox.clock import clock
from sandbox.faults import Faults, failure_of, throttled
from sandbox.protocol import errors
from sandbox.protocol.errors import Failure, Response
from sandbox.protocol.operations import Operation, UnknownOperationError, identify, identify_unsigned
from sandbox.protocol.parsers import MalformedError
from sandbox.protocol.serialization import decode_request, error_code
from sandbox.protocol.validation import Violation, request_problems, response_problems
from sandbox.server.calls import is_read_only
from sandbox.server.identity import (
    Identities,
    UnknownAccessKeyError,
    UnsignedRequestError,
    credential_of,
    federated_account_of,
    require_known_partition,
)
from sandbox.server.late_visibility import LateVisibility
from sandbox.services.ssm.automation.associations import run_due_associations
from sandbox.services.ssm.models import deliver_inventory
from sandbox.services.ssmquicksetup.models import process_due_operations

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from sandbox.authorization.enforcement import Permissions
    from sandbox.server.calls import CallLog
    from sandbox.server.rates import Rates

# The services that read buckets, and Systems Manager, which shows the associations.
_READERS = frozenset({"s3", "athena", "ssm"})

_UNSIGNED = "The request has no AWS Signature Version 4 in its Authorization header."
# `authtype: none` in botocore's model `sts`.
_WITHOUT_SIGNATURE = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
UNSIGNED_REGION = "us-east-1"

INSPECTOR_HEADER = "X-Sandbox-Inspector"

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


@dataclass
class _Exchange:
    """A request, and what is known of it so far, for its error response and its log entry."""

    environment: Environment
    body: bytes
    request: Request
    service: str = "unknown"
    operation: str = "unknown"
    protocol: str = "rest-json"
    account_id: str = ""
    access_key: str = ""
    region: str = ""
    error_code: str | None = None
    resource: str = ""

    @property
    def is_inspector(self) -> bool:
        return INSPECTOR_HEADER in self.request.headers

    def fail(self, failure: Failure) -> Response:
        """The error as an answer in the protocol of this request."""
        self.error_code = failure.code
        version = "1.0" if (self.request.content_type or "").startswith("application/x-amz-json-1.0") else "1.1"
        return errors.response(failure, self.protocol, self.service, version)


class Gateway:
    """Answers requests with what ``application`` (moto) answers, within the rules of this module.

    ``lock`` is held around moto, which is not thread-safe.
    """

    def __init__(
        self,
        application: Application,
        identities: Identities,
        faults: Faults,
        rates: Rates,
        permissions: Permissions,
        calls: CallLog,
        lock: threading.RLock,
    ) -> None:
        self._application = application
        self._identities = identities
        self._faults = faults
        self._rates = rates
        self._permissions = permissions
        self._calls = calls
        self._lock = lock
        self._visibility = LateVisibility()
        self.violations: list[Violation] = []
        self._background_tasks_ran_at: datetime | None = None

    def reset(self) -> None:
        self.violations.clear()
        self._visibility.reset()
        self._background_tasks_ran_at = None

    def handle(self, environment: Environment, body: bytes) -> Response | None:
        """Answer one request; None closes the connection without an answer."""
        request = Request({**environment, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        exchange = _Exchange(environment, body, request)
        try:
            response = self._respond(exchange)
            if not exchange.is_inspector:
                self._record(exchange, response)
        except Exception:  # noqa: BLE001 (a failure here, in moto or in a callback is returned to the client)
            return self._model_violation(exchange, ["the sandbox failed:\n" + traceback.format_exc()])
        return response

    def _record(self, exchange: _Exchange, response: Response | None) -> None:
        status = response.status if response else 0
        self._calls.record(
            exchange.service,
            exchange.operation,
            exchange.account_id,
            exchange.region,
            status,
            exchange.error_code,
            exchange.resource,
        )

    def _respond(self, exchange: _Exchange) -> Response | None:
        request = exchange.request
        try:
            if "Authorization" not in request.headers:
                return self._respond_to_unsigned(exchange)
            credential = credential_of(request.headers["Authorization"])
            exchange.region, exchange.service = credential.region, credential.signing_name
            exchange.access_key = credential.access_key
            operation = identify(request, credential.signing_name)
            exchange.service, exchange.operation = operation.service, operation.name
            exchange.protocol = operation.protocol
            require_known_partition(credential.region)
            token = request.headers.get("X-Amz-Security-Token")
            exchange.account_id = self._identities.account_backend_of(credential.access_key, token)
        except UnsignedRequestError as error:
            return exchange.fail(
                errors.protocol_error("missing_signature", exchange.protocol, exchange.service, str(error))
            )
        except UnknownOperationError as error:
            exchange.service, exchange.operation, exchange.protocol = error.service, error.operation, error.protocol
            return exchange.fail(errors.protocol_error("not_implemented", error.protocol, error.service, str(error)))
        except UnknownAccessKeyError as error:
            return exchange.fail(
                errors.protocol_error("unknown_access_key", exchange.protocol, exchange.service, str(error))
            )
        return self._respond_to_operation(exchange, operation)

    def _respond_to_unsigned(self, exchange: _Exchange) -> Response | None:
        """Answer the operations that need no signature: those of STS with a token of an identity provider."""
        operation = identify_unsigned(exchange.request)
        if operation is None:
            raise UnsignedRequestError(_UNSIGNED)
        exchange.service, exchange.operation = operation.service, operation.name
        exchange.protocol, exchange.region = operation.protocol, UNSIGNED_REGION
        if operation.name not in _WITHOUT_SIGNATURE:
            raise UnsignedRequestError(_UNSIGNED)
        exchange.account_id = federated_account_of(str(exchange.request.values.get("RoleArn", "")))
        return self._respond_to_operation(exchange, operation)

    def _respond_to_operation(self, exchange: _Exchange, operation: Operation) -> Response | None:
        if exchange.is_inspector:
            return self._answer(exchange, operation)
        exchange.resource = _resource_of(operation, exchange.request)
        fault = self._faults.next_fault(operation, exchange.account_id, exchange.region, exchange.resource)
        failure = failure_of(operation, fault) if fault else None
        if failure:
            return exchange.fail(failure)
        if fault and fault.kind == "dropped":
            exchange.error_code = "ConnectionDropped"
            return None
        if not self._rates.admit(operation.service, operation.name, exchange.account_id, exchange.region):
            return exchange.fail(throttled(operation))
        if fault and fault.kind == "visible_late":
            self._visibility.hide_next_write(operation.service, exchange.account_id, exchange.region, fault.reads)
        response = self._answer(exchange, operation)
        if fault and fault.kind == "answer_lost":
            exchange.error_code = "AnswerLost"
            return None
        return response

    def _answer(self, exchange: _Exchange, operation: Operation) -> Response:
        """The answer within the model and the permissions."""
        problems = request_problems(operation, exchange.request)
        if problems:
            self._record_violation("request", exchange, problems)
            return exchange.fail(errors.bad_request(operation, _format_problems(problems)))
        denial = self._denial(exchange, operation)
        return exchange.fail(denial) if denial else self._answer_from_moto(exchange, operation)

    def _denial(self, exchange: _Exchange, operation: Operation) -> Failure | None:
        is_judged = (
            bool(exchange.access_key)
            and not exchange.is_inspector
            and self._permissions.concern(exchange.account_id, exchange.access_key)
        )
        # Bucket policies are always evaluated, also for inspectors.
        if not is_judged and operation.service != "s3":
            return None
        parameters, _ = decode_request(operation, exchange.request)
        call = (operation, parameters, exchange.account_id, exchange.region, exchange.access_key)
        with self._lock:
            return (self._permissions.denial(*call) if is_judged else None) or bucket_policy_denial(*call)

    def _answer_from_moto(self, exchange: _Exchange, operation: Operation) -> Response:
        response = self._call_moto(exchange, operation)
        if response is None:
            message = f"The sandbox has not built {operation.service}:{operation.name}."
            return exchange.fail(
                errors.protocol_error("not_implemented", operation.protocol, operation.service, message)
            )
        headers = dict(response.headers)
        problems = response_problems(operation, response.status, headers, response.body)
        if problems:
            return self._model_violation(exchange, problems)
        if response.status >= 300:
            exchange.error_code = error_code(operation, response.status, headers, response.body)
        return response

    def _call_moto(self, exchange: _Exchange, operation: Operation) -> Response | None:
        """moto's response; None for an operation that moto does not implement."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started.append((status, headers))

        try:
            with self._lock:
                self._run_background_tasks(exchange.service)
                with nullcontext() if exchange.is_inspector else self._visibility.as_read_by(operation):
                    body = b"".join(self._application(_for_moto(exchange), start_response))
        except NotImplementedError:
            return None
        status, headers = started[-1]
        response = Response(int(status.split(" ", 1)[0]), tuple(headers), body)
        # A path of the service that moto's own application has no route for.
        return None if response.status in (404, 405) and not _has_error_code(operation, response) else response

    def _run_background_tasks(self, service: str) -> None:
        """Do what Systems Manager has done in the background by now, before its results are read."""
        now = clock.now()
        if service in _READERS and now != self._background_tasks_ran_at:
            # First: an association's own calls come back here.
            self._background_tasks_ran_at = now
            process_due_operations()
            deliver_inventory()
            run_due_associations()

    def _model_violation(self, exchange: _Exchange, problems: list[str]) -> Response:
        self._record_violation("response", exchange, problems)
        message = f"{exchange.service}:{exchange.operation} of the sandbox breaks its model: {'; '.join(problems)}"
        return exchange.fail(Failure(errors.MODEL_VIOLATION, errors.MODEL_VIOLATION_STATUS, message))

    def _record_violation(self, direction: str, exchange: _Exchange, problems: list[str]) -> None:
        self.violations.append(Violation(direction, exchange.service, exchange.operation, tuple(problems)))


def _has_error_code(operation: Operation, response: Response) -> bool:
    try:
        return bool(error_code(operation, response.status, dict(response.headers), response.body))
    except MalformedError:
        return False


# Members of requests that say what a call is about, in the services' spellings.
_IDENTIFYING = (
    "RoleName", "PolicyArn", "PolicyName", "ServicePrincipal", "AWSServiceName", "AccountId", "OrganizationalUnitId",
    "ManagerArn", "Name", "SettingId", "SyncName", "StackSetName", "StackName", "Bucket", "ResourceId", "ResourceArn",
)  # fmt: skip


def _resource_of(operation: Operation, request: Request) -> str:
    if is_read_only(operation.name):
        return ""
    try:
        parameters, _ = decode_request(operation, request)
    except MalformedError:
        return ""
    return " ".join(value for name in _IDENTIFYING if isinstance(value := parameters.get(name), str))


def _format_problems(problems: list[str]) -> str:
    noun = "error" if len(problems) == 1 else "errors"
    return f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"


def _for_moto(exchange: _Exchange) -> Environment:
    """The request for moto, with the account in the header that takes precedence in moto."""
    forwarded = {
        **exchange.environment,
        "wsgi.input": io.BytesIO(exchange.body),
        "CONTENT_LENGTH": str(len(exchange.body)),
        "HTTP_X_MOTO_ACCOUNT_ID": exchange.account_id,
    }
    forwarded.pop("HTTP_TRANSFER_ENCODING", None)
    forwarded.pop("wsgi.input_terminated", None)
    return forwarded
