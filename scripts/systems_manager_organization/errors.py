"""What can go wrong. The text of each is one line for the person who has to act on it."""

from __future__ import annotations


class ScriptError(Exception):
    """A failure that ends the program with exit status 1 and its text on standard error."""


class UsageError(ScriptError):
    """The command line names no command, an unknown one or an unknown option, or what it gives does not fit."""


class QueryError(ScriptError):
    """The query is malformed: the text names the key, its value and the rule."""


class DependencyError(ScriptError):
    """boto3 is missing, broken or too old."""


class CredentialsError(ScriptError):
    """There are no AWS credentials, or AWS does not accept them."""


class IdentityMismatchError(ScriptError):
    """The credentials belong to another account than the AWS provider's."""


class PrerequisiteError(ScriptError):
    """The module cannot work in this organization, or with these credentials."""


class UnreachableError(ScriptError):
    """AWS could not be asked at all: no network, no such endpoint, a broken configuration file."""


class WaiterError(ScriptError):
    """AWS accepted a change and then did not show it."""


class ServiceError(ScriptError):
    """AWS answered with an error.

    Attributes:
        code: AWS's error code, for example `AccessDeniedException`.
        message: what failed, for whom, and AWS's words; without the advice that follows in the text.
    """

    def __init__(self, message: str, code: str, advice: str = "") -> None:
        super().__init__(f"{message} {advice}".rstrip())
        self.code = code
        self.message = message
