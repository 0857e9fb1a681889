"""Requests with their answers, from which `tools.release_states` creates the same resources in another sandbox."""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.core.request import Request
from moto.moto_api._internal import mock_random

from sandbox.clock import START, clock
from sandbox.protocol.operations import UnknownOperationError, identify, identify_unsigned
from sandbox.server.identity import credential_of

if TYPE_CHECKING:
    from sandbox.protocol.errors import Response
    from sandbox.server.gateway import Gateway

_KEPT_HEADERS = ("authorization", "content-encoding", "content-type", "x-amz-", "x-sandbox-")
# Of the body as it was sent: a replay sends other ids.
_OF_THE_BODY = ("x-amz-checksum-", "x-amz-content-sha256", "x-amz-date", "x-amz-sdk-checksum-")


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; bytes that are not UTF-8 are surrogates.

    `seconds`: virtual time since the start. `seed`: what `seed_ids` was called with before the answer.
    """

    seconds: float
    seed: int
    operation: str
    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: str


class Recorder:
    """A gateway that keeps what another one answered, without the calls that AWS makes for an account."""

    def __init__(self, gateway: Gateway, exchanges: list[Exchange]) -> None:
        self._gateway = gateway
        self._exchanges = exchanges
        self._lock = Lock()
        self._number = 0

    def handle(self, environment: dict[str, Any], body: bytes) -> Response | None:
        """Answer one request; None closes the connection without an answer, and is not kept."""
        with self._lock:
            self._number += 1
            seed, seconds = self._number, (clock.now() - START).total_seconds()
            seed_ids(seed)
            response = self._gateway.handle(environment, body)
            if response is not None:
                self._exchanges.append(_exchange(seconds, seed, environment, body, response))
        return response


def _exchange(seconds: float, seed: int, environment: dict[str, Any], body: bytes, response: Response) -> Exchange:
    request = Request({**environment, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    return Exchange(
        seconds=seconds,
        seed=seed,
        operation=_operation(request),
        method=request.method,
        path=environment["RAW_URI"],
        headers=_kept(request),
        body=_text(body),
        status=response.status,
        answer=_text(response.body),
    )


def seed_ids(seed: int) -> None:
    """Have moto's random ids depend on `seed` from now on."""
    mock_random.seed(seed)


def _operation(request: Request) -> str:
    authorization = request.headers.get("Authorization")
    try:
        found = identify(request, credential_of(authorization).signing_name) if authorization else None
    except UnknownOperationError as error:
        return error.operation
    found = found or identify_unsigned(request)
    return found.name if found else ""


def _kept(request: Request) -> dict[str, str]:
    headers = {name.lower(): value for name, value in request.headers.items()}
    # The signature is not verified.
    return {
        name: value.partition(", SignedHeaders")[0]
        for name, value in headers.items()
        if name.startswith(_KEPT_HEADERS) and not name.startswith(_OF_THE_BODY)
    }


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")
