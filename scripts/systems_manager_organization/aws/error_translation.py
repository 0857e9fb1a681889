"""Turns botocore's exceptions into errors that say for whom something failed and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import (
    CredentialsError,
    DependencyError,
    ScriptError,
    ServiceError,
    UnreachableError,
)

if TYPE_CHECKING:
    from types import TracebackType

    from botocore.exceptions import BotoCoreError, ClientError

CREDENTIALS_ADVICE = (
    "Renew or choose the script's credentials: AWS_PROFILE or the other AWS_* variables, or the module's "
    "script_credentials ({ profile } or { role_arn })."
)

# https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html and its like of the other services.
_CREDENTIALS_CODES = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED_CODES = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_CREDENTIALS_EXCEPTIONS = (
    "CredentialRetrievalError",
    "LoginError",
    "NoAuthTokenError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "SSOError",
    "TokenRetrievalError",
)
_ADVICE = {
    "AWSOrganizationsNotInUseException": "Create the organization first; this module never does.",
    "ConcurrentModificationException": "Somebody else is changing the organization: run this again when they are done.",
    "ConflictException": "Quick Setup is busy with another change: run this again when it is done.",
    "DestinationParentNotFoundException": "The destination is gone: name another, or move the account by hand.",
    "ParentNotFoundException": "An organizational unit that is targeted does not exist: look at the ids in "
    "target_organizational_unit_ids.",
    "ResourceDataSyncConflictException": "Somebody else is changing the sync: run this again when they are done.",
    "ThrottlingException": "AWS stayed busy through every retry: run this again later.",
    "TooManyRequestsException": "AWS stayed busy through every retry: run this again later.",
}


class Explained:
    """A context that raises ScriptError in place of botocore's exceptions."""

    def __init__(self, action: str, *, account_id: str, region: str) -> None:
        """
        Args:
            action: what is asked of AWS, as IAM spells it: `organizations:MoveAccount`.
            account_id, region: where; "" where that is not known.
        """
        self._action = action
        whose = f"account {account_id}" if account_id else "the credentials' account"
        self._where = f"for {whose} in Region {region}" if region else f"for {whose}"

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, ScriptError):
            return
        # Not sooner: there may be no botocore, and that failure is a ScriptError.
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, ClientError):
            raise _answered(error, self._action, self._where) from error
        if isinstance(error, BotoCoreError):
            raise _unanswered(error, self._action, self._where) from error


def _answered(error: ClientError, action: str, where: str) -> ScriptError:
    answer = error.response.get("Error", {})
    code = answer.get("Code", "Unknown")
    said = " ".join(answer.get("Message", "").split())
    text = f"{action} failed {where}: {code}{': ' if said else ''}{said}{'' if said.endswith('.') else '.'}"
    if code in _CREDENTIALS_CODES:
        return CredentialsError(f"{text} {CREDENTIALS_ADVICE}")
    if code in DENIED_CODES:
        advice = f"Allow {action} to the script's credentials, and see that no service control policy denies it."
    else:
        advice = _ADVICE.get(code, "")
    return ServiceError(text, code, advice)


def _unanswered(error: BotoCoreError, action: str, where: str) -> ScriptError:
    from botocore import exceptions

    said = " ".join(str(error).split()).rstrip(".")
    # By name: the older boto3 that a machine has may lack the newer ones.
    if isinstance(
        error, tuple(getattr(exceptions, name) for name in _CREDENTIALS_EXCEPTIONS if hasattr(exceptions, name))
    ):
        return CredentialsError(f"{action} could not be called {where}: {said}. {CREDENTIALS_ADVICE}")
    if isinstance(error, exceptions.UnknownServiceError):
        return DependencyError(
            f"This boto3 is too old to know a service that is needed: {said}. Run: pip install --upgrade boto3"
        )
    return UnreachableError(
        f"{action} could not be called {where}: {said}. Check the network, HTTPS_PROXY, the AWS configuration files, "
        "and that AWS offers the service in this Region."
    )
