"""Errors. The text of each is one line, with the remedy."""

from __future__ import annotations

from systems_manager_organization.plain_text import plain_line


class ScriptError(Exception):
    """A failure that ends the program with exit status 1 and its lines on standard error."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(plain_line, lines)))


class UsageError(ScriptError):
    """The command line is invalid."""


class QueryError(ScriptError):
    """What was asked for cannot be done: the text names the value, the rule, and what there is instead."""


class DependencyError(ScriptError):
    """boto3 is missing, broken or too old."""


class CredentialsError(ScriptError):
    """There are no AWS credentials, or AWS rejects them.

    Attributes:
        operation: AWS's name of what was called, for example `AssumeRole`; empty when AWS did not answer.
    """

    def __init__(self, message: str, operation: str = "") -> None:
        super().__init__(message)
        self.operation = operation


class IdentityMismatchError(ScriptError):
    """The credentials belong to another account than the AWS provider's."""


OF_EVERY_ACCOUNT = (CredentialsError, DependencyError, IdentityMismatchError)
"""What ends a command that reads several accounts; others concern the account alone."""


class PrerequisiteError(ScriptError):
    """The module cannot work in this organization, or with these credentials."""


class UnreachableError(ScriptError):
    """AWS could not be called: no network, no such endpoint, an invalid configuration file."""


class WaiterError(ScriptError):
    """AWS accepted a change and did not complete it in time."""


class ServiceError(ScriptError):
    """AWS returned an error.

    Attributes:
        code: AWS's error code, for example `AccessDeniedException`.
        message: what failed, the account, and AWS's message; without the advice that follows in the text.
        status: the HTTP status of the answer; 0 if it is not known.
        operation: AWS's name of what was called, for example `AssumeRole`; empty if it is not known.
    """

    def __init__(self, message: str, code: str, advice: str = "", *, status: int = 0, operation: str = "") -> None:
        super().__init__(f"{message} {advice}".rstrip())
        self.code = code
        self.status = status
        self.operation = operation
        self.message = plain_line(message)
