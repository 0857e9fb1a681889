"""Resource handlers: their errors, and the schema of a resource type's properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class HandlerError(Exception):
    """A handler failed.

    `code` is one of https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def reason(self) -> str:
        """The ResourceStatusReason of the event."""
        # ASSUMPTION(cloudformation-handler-words): the form, which is that of events in accounts.
        return f'Resource handler returned message: "{self}" (RequestToken: {uuid4()}, HandlerErrorCode: {self.code})'


class InvalidPropertiesError(Exception):
    """The properties of a resource break its type's schema; `problems` are lines of a JSON pointer and a message."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


STRING, BOOLEAN, STRING_LIST = "string", "boolean", "array"


@dataclass(frozen=True)
class Schema:
    """An object that has no additional properties; each is TEXT, TRUTH, TEXTS (a list of it) or an object itself."""

    properties: Mapping[str, str | Schema]
    required: tuple[str, ...] = ()

    def validated(self, properties_: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties, with booleans in place of the strings that template parameters have.

        Raises InvalidPropertiesError, with the messages of stack events (aws/aws-cdk issue 28984).
        """
        problems = list(self._problems(properties_, "#"))
        if problems:
            raise InvalidPropertiesError(problems)
        return self._converted(properties_)

    def _problems(self, properties_: Mapping[str, Any], path: str) -> Iterator[str]:
        for name in self.required:
            if name not in properties_:
                yield f"{path}: required key [{name}] not found"
        for name, value in properties_.items():
            known = self.properties.get(name)
            if known is None:
                yield f"{path}: extraneous key [{name}] is not permitted"
            elif not _is(known, value):
                expected = "JSONObject" if isinstance(known, Schema) else known
                yield f"{path}/{name}: expected type: {expected}"
            elif isinstance(known, Schema):
                yield from known._problems(value, f"{path}/{name}")

    def _converted(self, properties_: Mapping[str, Any]) -> dict[str, Any]:
        converted = {}
        for name, value in properties_.items():
            known = self.properties[name]
            converted[name] = known._converted(value) if isinstance(known, Schema) else _of_type(known, value)
        return converted


def _is(known: str | Schema, value: Any) -> bool:
    if isinstance(known, Schema):
        return isinstance(value, dict)
    if known == STRING_LIST:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    # Parameters of templates are text.
    return value in (True, False, "true", "false") if known == BOOLEAN else isinstance(value, str)


def _of_type(known: str, value: Any) -> Any:
    return value in (True, "true") if known == BOOLEAN else value
