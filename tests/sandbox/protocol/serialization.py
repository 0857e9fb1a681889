"""Deserialization of requests and responses, with the errors of their form."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from sandbox.protocol.parsers import (
    REQUEST_PARSERS,
    RESPONSE_PARSERS,
    MalformedError,
    botocore_parsers,
    moto_parsers,
    parse_timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.request import Request

    from sandbox.protocol.operations import Operation

# The SDK for Go adds the operation's name to the query string of some services.
_QUERY_STRING_OF_SDKS = frozenset({"x-id"})

# The exceptions of the parsers on malformed input.
_UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    botocore_parsers.ResponseParserError,
    moto_parsers.RequestParserError,
)


class Headers(dict[str, str]):
    """Case-insensitive headers, as botocore's parsers expect them."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The value under ``name`` in any spelling."""
        return super().get(name.lower(), default)


class _RecordingValues(dict[str, Any]):
    """Form parameters that record which of them a parser has read."""

    def __init__(self, values: Any) -> None:
        super().__init__(values.to_dict())
        self._read = {"Action", "Version"}

    def get(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return super().get(key, default)

    def unread(self) -> list[str]:
        return sorted(self.keys() - self._read)


def decode_request(operation: Operation, request: Request) -> tuple[dict[str, Any], list[str]]:
    """The parameters of a request, and the errors of its form.

    Raises MalformedError when it cannot be read at all.
    """
    parser = REQUEST_PARSERS[operation.protocol](operation.model)
    parser.problems = []
    is_form = operation.protocol in ("query", "ec2")
    form = _RecordingValues(request.values)
    content = {
        "method": request.method,
        "values": form if is_form else request.values,
        "headers": request.headers,
        "body": request.get_data(),
        "url_path": request.path,
        "url_params": dict(operation.url_parameters),
    }
    try:
        parsed = parser.parse(content)
    except _UNREADABLE as error:
        raise MalformedError(f"the request cannot be read: {error}") from error
    unknown = form.unread() if is_form else _unknown_in_query_string(operation, request)
    return parsed, [*parser.problems, *(f"the request has no parameter {name!r}" for name in unknown)]


def decode_response(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes
) -> tuple[dict[str, Any], list[str]]:
    """The result of a successful response, and the errors of its form. Raises MalformedError."""
    parser = _response_parser(operation)
    shape = operation.model.output_shape
    if shape is None:
        _read(lambda: parser.check_empty(body))
        return {}, parser.problems
    # A stream is not text, as botocore has it of bytes.
    content = io.BytesIO(body) if operation.model.has_streaming_output else body
    parsed = _read(lambda: parser.parse({"status_code": status, "headers": Headers(headers), "body": content}, shape))
    parsed.pop("ResponseMetadata", None)
    return {name: body if value is content else value for name, value in parsed.items()}, parser.problems


def error_code(operation: Operation, status: int, headers: Mapping[str, str], body: bytes) -> str:
    """The code of an error response; its status if there is no body (HEAD).

    Raises MalformedError when there is none.
    """
    if operation.model.http.get("method") == "HEAD":
        return str(status)
    content = {"status_code": status, "headers": Headers(headers), "body": body}
    parser = botocore_parsers.create_parser(operation.protocol)
    code = _read(lambda: parser.parse(content, None)["Error"]["Code"])
    if not isinstance(code, str) or not code or code == str(status):
        raise MalformedError(f"the answer has HTTP status {status} and no error code")
    return code


def decode_error(
    operation: Operation, shape: Any, status: int, headers: Mapping[str, str], body: bytes
) -> tuple[dict[str, Any], list[str]]:
    """The members of a modeled error, and the errors of its form. Raises MalformedError."""
    parser = _response_parser(operation)
    parser.within_error = True
    parsed = _read(lambda: parser.parse({"status_code": status, "headers": Headers(headers), "body": body}, shape))
    return parsed, parser.problems


def _response_parser(operation: Operation) -> Any:
    parser = RESPONSE_PARSERS[operation.protocol](timestamp_parser=parse_timestamp)
    parser.problems = []
    parser.operation_name = operation.name
    parser.within_error = False
    return parser


def _read(parse: Any) -> Any:
    try:
        return parse()
    except _UNREADABLE as error:
        raise MalformedError(f"the answer cannot be read: {type(error).__name__}: {error}") from error


def _unknown_in_query_string(operation: Operation, request: Request) -> list[str]:
    shape = operation.model.input_shape
    members = {} if shape is None else shape.members
    bound = {n: m for n, m in members.items() if m.serialization.get("location") == "querystring"}
    if any(member.type_name == "map" for member in bound.values()):
        return []
    known = {member.serialization.get("name", name) for name, member in bound.items()}
    known |= operation.model.http_trait.query_args.keys() | _QUERY_STRING_OF_SDKS
    return sorted(request.args.keys() - known)
