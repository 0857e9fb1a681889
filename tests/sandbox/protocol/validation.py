"""Validation of requests and responses by the service's model.

botocore validates what is required, types and minima, of requests, in the client. This validates both
directions and for what is on the wire, with enums, patterns, maxima and unknown members too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.protocol.errors import error_shape, may_return, modeled_status
from sandbox.protocol.parsers import MalformedError
from sandbox.protocol.patterns import matches
from sandbox.protocol.serialization import decode_error, decode_request, decode_response, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moto.core.request import Request

    from sandbox.protocol.operations import Operation


@dataclass(frozen=True)
class Violation:
    """A model violation. ``direction``: "request" (the client's fault) or "response" (the sandbox's own)."""

    direction: str
    service: str
    operation: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.direction} of {self.service}:{self.operation}: {'; '.join(self.problems)}"


@dataclass(frozen=True)
class Exemption:
    """A model violation that is accepted in responses, because AWS has it; `service` and `operation` are patterns."""

    service: str
    operation: str
    about: str
    reason: str


EXEMPTIONS = (
    Exemption(
        "*",
        "*",
        "greater than or equal to",
        "Least lengths and values bind requests. AWS answers empty lists and texts, and zeros, against its models: the "
        "examples of GetParameters and DescribeInstancePatchStates in the CLI reference, and of DescribeTable",
    ),
    Exemption(
        "s3",
        "GetBucketLocation",
        "GetBucketLocationOutput is a structure and has text in it",
        "AWS answers so, without the element in which its model has the Region: API_GetBucketLocation, Response Syntax",
    ),
    Exemption(
        "ec2",
        "DescribeInternetGateways",
        "Value 'available' at 'internetGateways.",
        "AWS answers available, which is none of its model's values: API_InternetGatewayAttachment",
    ),
    Exemption(
        "ec2",
        "*",
        "Value 'windows' at ",
        "AWS answers windows, and not its model's Windows: its description of the member in the same model",
    ),
    Exemption(
        "ssm",
        "DescribeInstancePatches",
        "member.state' failed to satisfy constraint: Member must satisfy enum value set: [INSTALLED, ",
        "AWS answers Missing, and not its model's MISSING: the examples in the CLI reference",
    ),
    Exemption(
        "ssm",
        "*Document",
        "enum value set: [String, StringList]",
        "Documents have Boolean, Integer, MapList and StringMap too: documents-syntax-data-elements-parameters",
    ),
)


def request_problems(operation: Operation, request: Request) -> list[str]:
    """The validation errors of a request, in AWS's format."""
    try:
        parameters, problems = decode_request(operation, request)
    except MalformedError as error:
        return [str(error)]
    shape = operation.model.input_shape
    return problems + ([] if shape is None else constraint_problems(shape, parameters))


def response_problems(operation: Operation, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """The validation errors of a response, successful or not."""
    try:
        check = _error_problems if status >= 300 else _result_problems
        problems = check(operation, status, headers, body)
    except MalformedError as error:
        problems = [str(error)]
    return [problem for problem in problems if not _is_exempt(operation, problem)]


def constraint_problems(shape: Any, value: Any, path: str = "") -> list[str]:
    """The violated constraints of ``shape``; paths as AWS has them: ``accounts.3.member.id``."""
    problems: list[str] = []
    _check(shape, value, path, problems)
    return problems


def _is_exempt(operation: Operation, problem: str) -> bool:
    return any(
        fnmatchcase(operation.service, one.service)
        and fnmatchcase(operation.name, one.operation)
        and one.about in problem
        for one in EXEMPTIONS
    )


def _result_problems(operation: Operation, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    parsed, problems = decode_response(operation, status, headers, body)
    expected = operation.model.http.get("responseCode", 200)
    # A range request: https://httpwg.org/specs/rfc9110.html#rfc.section.15.3.7
    is_part = status == 206 and any(name.lower() == "content-range" for name in headers)
    if status != expected and not is_part:
        problems.append(f"HTTP status {status} in place of {expected}")
    shape = operation.model.output_shape
    return problems + ([] if shape is None else constraint_problems(shape, parsed))


def _error_problems(operation: Operation, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    code = error_code(operation, status, headers, body)
    if code == str(status):
        return []
    if not may_return(operation, code):
        return [f"the error {code} is neither one of the model for this operation nor common to all"]
    shape = error_shape(operation, code)
    if shape is None:
        return []
    parsed, problems = decode_error(operation, shape, status, headers, body)
    if status != modeled_status(shape):
        problems.append(f"the error {code} has HTTP status {status} in place of {modeled_status(shape)}")
    # The message of an error is "message" on the wire however the model spells it, and SDKs find it by itself.
    parsed.update({name: "any" for name in shape.members if name.lower() == "message"})
    return problems + constraint_problems(shape, parsed)


def _check(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if (shape.type_name == "structure" and shape.is_document_type) or "jsonvalue" in shape.serialization:
        return
    _CHECKS[shape.type_name](shape, value, path, problems)


def _check_structure(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if not _is_a(dict, "structure", value, path, problems):
        return
    if shape.is_tagged_union and len(value) != 1:
        _report(value, path, "Member must have exactly one of its members set", problems)
    for name in shape.required_members:
        if value.get(name) is None:
            _report(None, _join(path, _spelled(name)), "Member must not be null", problems)
    members = shape.members
    for name, item in value.items():
        if name not in members:
            problems.append(f"{shape.name} has no member {name!r}")
        elif item is not None:
            _check(members[name], item, _join(path, _spelled(name)), problems)


def _check_list(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if not _is_a(list, "list", value, path, problems):
        return
    _check_size(shape, value, path, problems)
    for index, item in enumerate(value, 1):
        _check(shape.member, item, _join(path, f"{index}.member"), problems)


def _check_map(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if not _is_a(dict, "map", value, path, problems):
        return
    _check_size(shape, value, path, problems)
    for key, item in value.items():
        _check(shape.key, key, _join(path, f"key({key})"), problems)
        _check(shape.value, item, _join(path, f"{key}"), problems)


def _check_string(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if not _is_a(str, "string", value, path, problems):
        return
    metadata = shape.metadata
    if not metadata:
        return
    _check_size(shape, value, path, problems)
    if "enum" in metadata and value not in metadata["enum"]:
        _report(value, path, f"Member must satisfy enum value set: [{', '.join(metadata['enum'])}]", problems)
    if "pattern" in metadata and not matches(metadata["pattern"], value):
        _report(value, path, f"Member must satisfy regular expression pattern: {metadata['pattern']}", problems)


def _check_number(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    kinds = (int,) if shape.type_name in ("integer", "long") else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        _report(value, path, f"Member must be of type {shape.type_name}", problems)
        return
    if value < shape.metadata.get("min", value):
        _report(value, path, f"Member must have value greater than or equal to {shape.metadata['min']}", problems)
    if value > shape.metadata.get("max", value):
        _report(value, path, f"Member must have value less than or equal to {shape.metadata['max']}", problems)


def _check_boolean(_: Any, value: Any, path: str, problems: list[str]) -> None:
    _is_a(bool, "boolean", value, path, problems)


def _check_timestamp(_: Any, value: Any, path: str, problems: list[str]) -> None:
    _is_a(datetime, "timestamp", value, path, problems)


def _check_blob(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    if _is_a((bytes, str), "blob", value, path, problems):
        _check_size(shape, value, path, problems)


def _check_size(shape: Any, value: Any, path: str, problems: list[str]) -> None:
    metadata = shape.metadata
    # Sizes of strings are characters, of blobs bytes, of lists and maps items (Smithy, trait "length").
    if "min" in metadata and len(value) < metadata["min"]:
        _report(value, path, f"Member must have length greater than or equal to {metadata['min']}", problems)
    if "max" in metadata and len(value) > metadata["max"]:
        _report(value, path, f"Member must have length less than or equal to {metadata['max']}", problems)


def _is_a(kind: type | tuple[type, ...], name: str, value: Any, path: str, problems: list[str]) -> bool:
    if isinstance(value, kind):
        return True
    _report(value, path, f"Member must be of type {name}", problems)
    return False


def _report(value: Any, path: str, rule: str, problems: list[str]) -> None:
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
    shown = "null" if value is None else f"'{text if len(text) <= 200 else f'{text[:200]}…'}'"
    problems.append(f"Value {shown} at '{path}' failed to satisfy constraint: {rule}")


def _spelled(name: str) -> str:
    """A member in AWS's messages: `maxResults` (rebuy-de/aws-nuke issue 1074)."""
    return name[:1].lower() + name[1:]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_CHECKS: dict[str, Callable[[Any, Any, str, list[str]], None]] = {
    "structure": _check_structure,
    "list": _check_list,
    "map": _check_map,
    "string": _check_string,
    "character": _check_string,
    "integer": _check_number,
    "long": _check_number,
    "float": _check_number,
    "double": _check_number,
    "boolean": _check_boolean,
    "timestamp": _check_timestamp,
    "blob": _check_blob,
}
