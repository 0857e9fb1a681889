"""The service and operation of a request, by botocore's service models and moto's routers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import OperationModel, ServiceModel

# Those that a request without a signature can be for. Last S3, whose paths match everything.
_SERVICES = (
    "account",
    "athena",
    "cloud9",
    "cloudformation",
    "ec2",
    "glue",
    "iam",
    "kms",
    "logs",
    "organizations",
    "ssm",
    "ssm-quicksetup",
    "sts",
    "s3",
)

# Services that sign with another name than that of their SDK client.
_CLIENTS = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}

# At the first request of a service moto reads its operations, whose cache has botocore's own for a moment.
_ROUTING = Lock()

PROTOCOLS = ("json", "rest-json", "query", "ec2", "rest-xml")


@dataclass(frozen=True)
class Operation:
    """The operation of a request.

    ``service`` is the name of the SDK client, ``protocol`` that of the request, ``url_parameters`` what the
    router found in the path.
    """

    service: str
    name: str
    protocol: str
    model: OperationModel
    url_parameters: Mapping[str, Any] = field(default_factory=dict)


class UnknownOperationError(Exception):
    """The request matches no operation of AWS's models; service and protocol as far as they are known."""

    def __init__(self, service: str, protocol: str, operation: str, message: str) -> None:
        super().__init__(message)
        self.service = service
        self.protocol = protocol
        self.operation = operation


def identify(request: Request, signing_name: str) -> Operation:
    """The operation of a request that was signed for ``signing_name``.

    Raises UnknownOperationError when no model, protocol or operation fits.
    """
    service = _CLIENTS.get(signing_name, signing_name)
    requested = _requested_operation(request)
    model = _service_model(service)
    if model is None:
        raise UnknownOperationError(
            service, _likely_protocol(request), requested, f"The sandbox knows no service that signs as {signing_name}."
        )
    try:
        protocol = determine_request_protocol(model, request.content_type)
        with _ROUTING:
            operation, url_parameters = get_service_router(service).match(request)
    except (NotImplementedError, HTTPException) as error:
        raise UnknownOperationError(
            service,
            _likely_protocol(request, str(model.protocol)),
            requested,
            f"{request.method} {request.path} {requested} is not an operation of {service}.",
        ) from error
    if protocol not in PROTOCOLS:
        raise UnknownOperationError(service, "json", requested, f"The sandbox does not speak the protocol {protocol}.")
    return Operation(service, operation.name, protocol, operation, url_parameters)


def identify_unsigned(request: Request) -> Operation | None:
    """The operation of a request without a signature, in which the service is named by its target, version or path."""
    return next((found for service in _SERVICES if (found := _matching(request, service)) is not None), None)


def _matching(request: Request, service: str) -> Operation | None:
    metadata = get_service_model(service).metadata
    target, version = request.headers.get("X-Amz-Target"), request.form.get("Version") or request.args.get("Version")
    named = {"json": (target or "").partition(".")[0], "query": version, "ec2": version}
    expected = {"json": metadata.get("targetPrefix"), "query": metadata["apiVersion"], "ec2": metadata["apiVersion"]}
    protocol = str(get_service_model(service).protocol)
    if named.get(protocol) != expected.get(protocol) or (protocol not in named and (target or version)):
        return None
    try:
        return identify(request, service)
    except UnknownOperationError:
        return None


def protocol_of(service: str) -> str | None:
    """The protocol that the SDKs speak with a service (an SDK client's name), or None when there is no such service."""
    model = _service_model(service)
    return None if model is None else str(model.resolved_protocol)


@cache
def _service_model(service: str) -> ServiceModel | None:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def _requested_operation(request: Request) -> str:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1]
    return str(request.form.get("Action") or request.args.get("Action") or f"{request.method} {request.path}")


def _likely_protocol(request: Request, of_model: str | None = None) -> str:
    """The protocol for the error of an unknown operation."""
    if of_model in PROTOCOLS:
        return str(of_model)
    if request.headers.get("X-Amz-Target"):
        return "json"
    if (request.content_type or "").startswith("application/x-www-form-urlencoded"):
        return "query"
    return "rest-json"
