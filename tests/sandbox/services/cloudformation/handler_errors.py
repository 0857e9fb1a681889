"""How a resource type's handler says that it failed, and what stack events show of it."""

from __future__ import annotations

from uuid import uuid4


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
        # ASSUMPTION: the form, which is that of events in accounts.
        return f'Resource handler returned message: "{self}" (RequestToken: {uuid4()}, HandlerErrorCode: {self.code})'


class InvalidPropertiesError(Exception):
    """The properties of a resource break its type's schema; `problems` are lines of a JSON pointer and words."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
