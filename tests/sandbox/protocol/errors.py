"""AWS's errors: the codes of each operation, and their serialization in each protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core import errors as moto_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.protocol.operations import Operation

MODEL_VIOLATION = "SandboxModelViolation"

# Not 500, which every SDK retries, the Terraform provider for minutes: an error of the sandbox must be visible at once.
MODEL_VIOLATION_STATUS = 501

# https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html and the errors of AWS JSON itself:
# https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
_COMMON_JSON = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InternalFailure",
        "InvalidSignatureException",
        "MalformedHttpRequestException",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "OptInRequired",
        "RequestAbortedException",
        "RequestEntityTooLargeException",
        "RequestExpired",
        "RequestTimeoutException",
        "SerializationException",
        "ServiceUnavailable",
        "ThrottlingException",
        "UnknownOperationException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)

# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, AWSCloudFormation and STS alike
_COMMON_QUERY = frozenset(
    {
        "AccessDenied",
        "ExpiredToken",
        "IncompleteSignature",
        "InternalFailure",
        "InvalidAction",
        "InvalidClientTokenId",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidQueryParameter",
        "MalformedQueryString",
        "MissingAction",
        "MissingAuthenticationToken",
        "MissingParameter",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "ServiceUnavailable",
        "SignatureDoesNotMatch",
        "Throttling",
        "ValidationError",
    }
)

COMMON_CODES = {
    "json": _COMMON_JSON,
    "rest-json": _COMMON_JSON,
    "query": _COMMON_QUERY,
    "rest-xml": _COMMON_QUERY,
}

# Models without errors: any code is accepted.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
SERVICES_WITHOUT_ERROR_MODEL = frozenset({"ec2", "s3"})


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Failure:
    """An error: AWS's code, HTTP status and message, and the Reason that some of Organizations have."""

    code: str
    status: int
    message: str
    reason: str | None = None


def error_shape(operation: Operation, code: str) -> Any | None:
    """The shape of the error that the model lists for this operation under ``code``, or None."""
    shapes: list[Any] = list(operation.model.error_shapes)
    for shape in shapes:
        aliases = shape.metadata.get("error", {}).get("codeAliases", [])
        if code in (shape.error_code, *aliases):
            return shape
    return None


def may_return(operation: Operation, code: str) -> bool:
    """Whether ``code`` is an error of this operation's model, or common to the protocol."""
    if operation.service in SERVICES_WITHOUT_ERROR_MODEL:
        return True
    return error_shape(operation, code) is not None or code in COMMON_CODES[operation.protocol]


def modeled_status(shape: Any) -> int:
    """The HTTP status of a modelled error; without one in the model, 500 for AWS's fault and else 400."""
    declared = shape.metadata.get("error", {}).get("httpStatusCode")
    fault = bool(shape.metadata.get("fault") or shape._shape_model.get("fault"))
    return int(declared or (500 if fault else 400))


def first_listed(operation: Operation, codes: Iterable[str], message: str) -> Failure | None:
    """A Failure with the first of ``codes`` that the model lists for this operation, or None."""
    for code in codes:
        shape = error_shape(operation, code)
        if shape is not None:
            return Failure(shape.error_code, modeled_status(shape), message)
    return None


# InvalidInputException in botocore's model `organizations`, by the words of the constraint.
_INVALID_INPUT = {
    "enum value set": ("INVALID_ENUM", "You specified an invalid value."),
    "regular expression pattern": ("INVALID_PATTERN", "You provided a value that does not match the required pattern."),
    "length less than": ("MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."),
    "length greater than": ("MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."),
    "value less than": ("MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."),
    "value greater": ("MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."),
    "must not be null": ("INPUT_REQUIRED", "You must include a value for all required parameters."),
}


def bad_request(operation: Operation, message: str) -> Failure:
    """The service's error for a request that is invalid by its model."""
    listed = first_listed(operation, ("ValidationException", "InvalidInputException"), message)
    if listed and operation.service == "organizations":
        found = next((found for words, found in _INVALID_INPUT.items() if words in message), None)
        return replace(listed, reason=found[0], message=found[1]) if found else listed
    if listed:
        return listed
    if operation.protocol in ("json", "rest-json"):
        return Failure("ValidationException", 400, message)
    if operation.service == "s3":
        return Failure("InvalidArgument", 400, message)
    return Failure("InvalidParameterValue" if operation.protocol == "ec2" else "ValidationError", 400, message)


# The protocol-level errors, by protocol; S3, EC2 and REST-JSON differ from the others of their family.
_PROTOCOL_ERRORS = {
    "not_implemented": {
        "s3": ("NotImplemented", 501),
        "rest-json": ("UnknownOperationException", 404),
        "json": ("UnknownOperationException", 400),
        "query": ("InvalidAction", 400),
    },
    "unknown_access_key": {
        "s3": ("InvalidAccessKeyId", 403),
        "ec2": ("AuthFailure", 401),
        "rest-json": ("UnrecognizedClientException", 403),
        "json": ("UnrecognizedClientException", 400),
        "query": ("InvalidClientTokenId", 403),
    },
    "missing_signature": {
        "s3": ("AccessDenied", 403),
        "ec2": ("AuthFailure", 401),
        "rest-json": ("MissingAuthenticationTokenException", 400),
        "json": ("MissingAuthenticationTokenException", 400),
        "query": ("MissingAuthenticationToken", 403),
    },
}


def protocol_error(
    kind: Literal["not_implemented", "unknown_access_key", "missing_signature"],
    protocol: str,
    service: str,
    message: str,
) -> Failure:
    """Return the error for a request that does not reach an operation."""
    by_protocol = _PROTOCOL_ERRORS[kind]
    code, status = by_protocol.get("s3" if service == "s3" else protocol, by_protocol["query"])
    return Failure(code, status, message)


def response(failure: Failure, protocol: str, service: str, json_version: str = "1.1") -> Response:
    """Serialize the error in this protocol."""
    request_id = str(uuid4())
    if protocol in ("json", "rest-json"):
        return _json_answer(failure, protocol, json_version, request_id)
    code, message = escape(failure.code), escape(failure.message)
    fault = "Receiver" if failure.status >= 500 else "Sender"
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
    elif protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    else:
        body = (
            f"<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    headers = (("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id))
    return Response(failure.status, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())


def _json_answer(failure: Failure, protocol: str, json_version: str, request_id: str) -> Response:
    content_type = "application/json" if protocol == "rest-json" else f"application/x-amz-json-{json_version}"
    headers = (("Content-Type", content_type), ("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", failure.code))
    content = {"__type": failure.code, "message": failure.message}
    if failure.reason is not None:
        content["Reason"] = failure.reason
    return Response(failure.status, headers, json.dumps(content).encode())


def allow_common_codes_in_moto() -> None:
    """Add AWS's common error codes to moto's, to avoid its warnings."""
    moto_errors.COMMON_ERROR_CODES.extend(sorted((_COMMON_JSON | _COMMON_QUERY) - set(moto_errors.COMMON_ERROR_CODES)))
