"""Strict parsers of requests and responses.

moto's request parsers and botocore's response parsers do the work, one for each protocol. Both are lenient by design;
the classes here add what they overlook: unknown members, repeated elements, and values that they convert although a
typed client (the Terraform provider's SDK) would not. What they find is in ``problems``.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Any

import botocore.parsers as _botocore
import botocore.utils
import moto.core.parse as _moto

# Private methods are extended here, which the type stubs of botocore do not have and moto's parsers do not type.
botocore_parsers: Any = _botocore
moto_parsers: Any = _moto

ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_XML_SCALARS = frozenset({"string", "integer", "long", "float", "double", "boolean", "timestamp", "blob", "character"})
# Beside the members of its shape: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, AWS Query likewise.
_JSON_ERROR_MEMBERS = frozenset({"__type", "code", "message", "Message"})
_XML_ERROR_MEMBERS = frozenset({"Type", "Code", "Message"})


class MalformedError(Exception):
    """The content is malformed for its protocol."""


def parse_timestamp(value: Any) -> datetime:
    """As botocore's, which guesses the format of each: half of the time of a long answer."""
    if isinstance(value, str) and ISO_8601.fullmatch(value):
        return datetime.fromisoformat(value)
    return botocore.utils.parse_timestamp(value)


def in_body(shape: Any) -> bool:
    """Whether a member travels in the body, and not in a header, the path or the query string."""
    return "location" not in shape.serialization


class _StrictJson:
    """The checks that both families of JSON parsers lack."""

    problems: list[str]

    def load(self, body: bytes) -> Any:
        if not body:
            return {}
        try:
            return json.loads(body)
        except ValueError as error:
            raise MalformedError(f"the body is not JSON: {error}") from error

    def check_structure(self, shape: Any, value: Any, extra: frozenset[str] = frozenset()) -> None:
        known = {member.serialization.get("name", name) for name, member in shape.members.items() if in_body(member)}
        self.problems += [f"{shape.name} has no member {key!r}" for key in value if key not in known | extra]

    def timestamp_fits(self, shape: Any, value: Any) -> bool:
        form = shape.serialization.get("timestampFormat", "unixTimestamp").lower()
        if not in_body(shape):
            return True
        if form == "unixtimestamp":
            fits = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        else:
            fits = isinstance(value, str) and (form != "iso8601" or ISO_8601.fullmatch(value) is not None)
        if not fits:
            self.problems.append(f"{value!r} is not a {shape.name} in the form {form}")
        return fits

    def scalar(self, shape: Any, value: Any) -> Any:
        """A number or boolean: as it is in a body, read from its text in a header or query string."""
        if in_body(shape) or not isinstance(value, str):
            return value
        if shape.type_name == "boolean":
            return {"true": True, "false": False}.get(value, value)
        return int(value) if shape.type_name in ("integer", "long") else float(value)


class _JsonRequest(_StrictJson):
    def _parse_structure(self, shape: Any, value: Any) -> Any:
        if shape.is_document_type or not isinstance(value, dict):
            return value
        self.check_structure(shape, value)
        return super()._parse_structure(shape, value)  # type: ignore[misc]

    def _parse_list(self, shape: Any, node: Any) -> Any:
        if in_body(shape) and not isinstance(node, list):
            return node
        return super()._parse_list(shape, node)  # type: ignore[misc]

    def _parse_map(self, shape: Any, value: Any) -> Any:
        return super()._parse_map(shape, value) if isinstance(value, dict) else value  # type: ignore[misc]

    def _parse_timestamp(self, shape: Any, value: Any) -> Any:
        fits = self.timestamp_fits(shape, value)
        return super()._parse_timestamp(shape, value) if fits else value  # type: ignore[misc]

    def _parse_scalar(self, shape: Any, value: Any) -> Any:
        return self.scalar(shape, value)

    _parse_integer = _parse_long = _parse_float = _parse_double = _parse_boolean = _parse_scalar

    def _parse_body_as_json(self, body: bytes) -> Any:
        return self.load(body)


class _QueryRequest:
    problems: list[str]

    def _parse_boolean(self, shape: Any, query_params: Any, prefix: str = "") -> Any:
        value = query_params.get(prefix)
        if value not in (None, "true", "false"):
            self.problems.append(f"{value!r} at {prefix!r} is neither true nor false")
        return super()._parse_boolean(shape, query_params, prefix)  # type: ignore[misc]


class _StrictResponse:
    """What is common to the parsers of answers."""

    problems: list[str]
    operation_name: str
    within_error: bool

    def check_empty(self, body: bytes) -> None:
        """Refuse content in the answer of an operation that has no result."""
        raise NotImplementedError


class _JsonResponse(_StrictResponse, _StrictJson):
    def check_empty(self, body: bytes) -> None:
        if body and self.load(body) not in ({}, None):
            self.problems.append(f"{self.operation_name} has no result")

    def _handle_structure(self, shape: Any, value: Any) -> Any:
        if shape.is_document_type or not isinstance(value, dict):
            return value
        self.check_structure(shape, value, _JSON_ERROR_MEMBERS if self.within_error else frozenset())
        return super()._handle_structure(shape, value)  # type: ignore[misc]

    def _handle_list(self, shape: Any, node: Any) -> Any:
        if in_body(shape) and not isinstance(node, list):
            return node
        return super()._handle_list(shape, node)  # type: ignore[misc]

    def _handle_map(self, shape: Any, value: Any) -> Any:
        return super()._handle_map(shape, value) if isinstance(value, dict) else value  # type: ignore[misc]

    def _handle_timestamp(self, shape: Any, value: Any) -> Any:
        fits = self.timestamp_fits(shape, value)
        return super()._handle_timestamp(shape, value) if fits else value  # type: ignore[misc]

    def _handle_scalar(self, shape: Any, value: Any) -> Any:
        return self.scalar(shape, value)

    _handle_integer = _handle_long = _handle_float = _handle_double = _handle_boolean = _handle_scalar

    def _parse_body_as_json(self, body: bytes) -> Any:
        value = self.load(body)
        if not isinstance(value, dict):
            raise MalformedError(f"the body is {type(value).__name__}, and not an object")
        return value


class _XmlResponse(_StrictResponse):
    # Beside the members of the result: of the root of a document, and of an error.
    root_elements: frozenset[str] = frozenset()
    error_elements = _XML_ERROR_MEMBERS

    def _parse_shape(self, shape: Any, node: Any) -> Any:
        if shape.type_name in _XML_SCALARS:
            if isinstance(node, list):
                self.problems.append(f"{shape.name} is there {len(node)} times")
                node = node[0]
            elif hasattr(node, "text") and len(node):
                self.problems.append(f"{shape.name} is a {shape.type_name} and has elements in it")
        return super()._parse_shape(shape, node)  # type: ignore[misc]

    def _handle_structure(self, shape: Any, node: Any) -> Any:
        owner: Any = self
        root = owner._get_error_root(node) if self.within_error else node
        if isinstance(root, list):
            self.problems.append(f"{shape.name} is there {len(root)} times")
            root = root[0]
        known = {owner._member_key_name(member, name) for name, member in shape.members.items() if in_body(member)}
        is_root = owner._node_tag(root) == f"{self.operation_name}Response"
        extra = self.error_elements if self.within_error else self.root_elements if is_root else frozenset()
        self.problems += [
            f"{shape.name} has no member {tag!r}" for tag in map(owner._node_tag, root) if tag not in known | extra
        ]
        if (root.text or "").strip():
            self.problems.append(f"{shape.name} is a structure and has text in it")
        return super()._handle_structure(shape, root)  # type: ignore[misc]

    def _handle_list(self, shape: Any, node: Any) -> Any:
        if not shape.serialization.get("flattened"):
            if isinstance(node, list):
                self.problems.append(f"{shape.name} is there {len(node)} times")
                node = node[0]
            name = shape.member.serialization.get("name", "member")
            owner: Any = self
            self.problems += [
                f"{shape.name} holds {tag!r} in place of {name!r}" for tag in map(owner._node_tag, node) if tag != name
            ]
        return super()._handle_list(shape, node)  # type: ignore[misc]

    def _handle_boolean(self, shape: Any, node: Any) -> Any:
        text = getattr(node, "text", node)
        if text not in ("true", "false"):
            self.problems.append(f"{text!r} is not a {shape.name}: neither true nor false")
        return super()._handle_boolean(shape, node)  # type: ignore[misc]

    def _handle_timestamp(self, shape: Any, node: Any) -> Any:
        text = getattr(node, "text", node) or ""
        form = shape.serialization.get("timestampFormat", "iso8601").lower()
        if in_body(shape) and form == "iso8601" and not ISO_8601.fullmatch(text):
            self.problems.append(f"{text!r} is not a {shape.name} in the form {form}")
        return super()._handle_timestamp(shape, node)  # type: ignore[misc]


class JsonRequestParser(_JsonRequest, moto_parsers.JSONParser):  # type: ignore[misc]
    pass


class RestJsonRequestParser(_JsonRequest, moto_parsers.RestJSONParser):  # type: ignore[misc]
    pass


class QueryRequestParser(_QueryRequest, moto_parsers.QueryParser):  # type: ignore[misc]
    pass


class Ec2RequestParser(_QueryRequest, moto_parsers.EC2QueryParser):  # type: ignore[misc]
    pass


class RestXmlRequestParser(moto_parsers.RestXMLParser):  # type: ignore[misc]
    def _parse_structure(self, shape: Any, node: Any) -> Any:
        root = node[0] if isinstance(node, list) else node
        known = {self._member_key_name(member, name) for name, member in shape.members.items() if in_body(member)}
        self.problems += [f"{shape.name} has no member {t!r}" for t in map(self._node_tag, root) if t not in known]
        return super()._parse_structure(shape, node)


class JsonResponseParser(_JsonResponse, botocore_parsers.JSONParser):  # type: ignore[misc]
    pass


class RestJsonResponseParser(_JsonResponse, botocore_parsers.RestJSONParser):  # type: ignore[misc]
    pass


class QueryResponseParser(_XmlResponse, botocore_parsers.QueryParser):  # type: ignore[misc]
    root_elements = frozenset({"ResponseMetadata"})

    def check_empty(self, body: bytes) -> None:
        self._check_root(self._parse_xml_string_to_dom(body), frozenset())

    def _find_result_wrapped_shape(self, element_name: str, xml_root_node: Any) -> Any:
        self._check_root(xml_root_node, frozenset({element_name}))
        return super()._find_result_wrapped_shape(element_name, xml_root_node)

    def _check_root(self, root: Any, wrappers: frozenset[str]) -> None:
        if self._node_tag(root) != f"{self.operation_name}Response":
            self.problems.append(f"the root is {self._node_tag(root)!r}, and not {self.operation_name}Response")
        known = wrappers | self.root_elements
        self.problems += [f"the answer has no {tag!r}" for tag in map(self._node_tag, root) if tag not in known]


class Ec2ResponseParser(_XmlResponse, botocore_parsers.EC2QueryParser):  # type: ignore[misc]
    root_elements = frozenset({"requestId"})

    def check_empty(self, body: bytes) -> None:
        self.problems += [
            f"{self.operation_name} has no result {tag!r}"
            for tag in map(self._node_tag, self._parse_xml_string_to_dom(body))
            if tag not in self.root_elements
        ]


class RestXmlResponseParser(_XmlResponse, botocore_parsers.RestXMLParser):  # type: ignore[misc]
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    error_elements = _XML_ERROR_MEMBERS | {"BucketName", "HostId", "Key", "RequestId", "Resource"}

    def check_empty(self, body: bytes) -> None:
        if body.strip():
            self.problems.append(f"{self.operation_name} has no result")


REQUEST_PARSERS: dict[str, Any] = {
    "json": JsonRequestParser,
    "rest-json": RestJsonRequestParser,
    "query": QueryRequestParser,
    "ec2": Ec2RequestParser,
    "rest-xml": RestXmlRequestParser,
}
RESPONSE_PARSERS: dict[str, Any] = {
    "json": JsonResponseParser,
    "rest-json": RestJsonResponseParser,
    "query": QueryResponseParser,
    "ec2": Ec2ResponseParser,
    "rest-xml": RestXmlResponseParser,
}
