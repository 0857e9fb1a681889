"""Translates botocore's exceptions into errors with the account, the Region and what to do."""

from __future__ import annotations

import re
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from systems_manager_organization.errors import (
    CredentialsError,
    DependencyError,
    ScriptError,
    ServiceError,
    UnreachableError,
)
from systems_manager_organization.plain_text import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import BotoCoreError, ClientError

CREDENTIALS_ADVICE = (
    "Renew or choose the script's credentials: AWS_PROFILE or the other AWS_* variables, or the module's "
    "script_credentials ({ profile }, { role_arn } or both)."
)

# https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html and those of other services.
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
# "Role ARN can't be accessed": https://github.com/ekristen/aws-nuke/issues/709
_INACCESSIBLE_ROLE = "can't be accessed"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_DENYING_POLICY = re.compile(
    "(?:explicit deny in|because no) (?:a |an )?(service control policy|resource control policy|permissions boundary|"
    "session policy|VPC endpoint policy)"
)
# AuthorizationError is SNS's: botocore's model `sns`.
DENIED_CODES = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
THROTTLED_CODES = frozenset(
    {"RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_CREDENTIALS_EXCEPTIONS = (
    "CredentialRetrievalError",
    "InvalidConfigError",
    "LoginError",
    "NoAuthTokenError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "RefreshWithMFAUnsupportedError",
    "SSOError",
    "TokenRetrievalError",
)
_CONNECTION_ADVICE = (
    "Check the network, HTTPS_PROXY, AWS_CA_BUNDLE, AWS_ENDPOINT_URL, the AWS configuration files, and that AWS offers "
    "the service in this Region."
)
_ADVICE = {
    "AWSOrganizationsNotInUseException": "Create the organization first; this module does not create it.",
    "ConcurrentModification": "Another change of the same resource of IAM is in progress: run this again later.",
    "ConcurrentModificationException": "Another change of the organization is in progress: run this again later.",
    "ConflictException": "Another change of Quick Setup is in progress: run this again later.",
    "DestinationParentNotFoundException": "The destination does not exist: use another, or move the account manually.",
    "ParentNotFoundException": "The organizational unit does not exist: check its id.",
    "ResourceDataSyncConflictException": "Another change of the sync is in progress: run this again later.",
    "ThrottlingException": "AWS throttled every retry: run this again later.",
    "TooManyRequestsException": "AWS throttled every retry: run this again later.",
    "TooManyUpdates": "Another change of the same resource is in progress: run this again later.",
}


@contextmanager
def translate_errors(action: str, *, account_id: str, region: str) -> Iterator[None]:
    """Raises ScriptError in place of botocore's exceptions.

    Args:
        action: the IAM action that is called: `organizations:MoveAccount`.
        account_id, region: of the call; "" where that is not known.
    """
    try:
        yield
    except ScriptError:
        raise
    except Exception as error:
        # Not imported sooner: botocore may be missing, and that failure is a ScriptError.
        from botocore.exceptions import BotoCoreError, ClientError

        account = f"account {account_id}" if account_id else "the credentials' account"
        target = f"for {account} in Region {region}" if region else f"for {account}"
        if isinstance(error, ClientError):
            raise _from_client_error(error, action, target) from error
        if isinstance(error, BotoCoreError):
            raise _from_botocore_error(error, action, target) from error
        # botocore lets these through: a token file or credential_process that is not there, an output that is not JSON.
        if isinstance(error, (EOFError, OSError, ValueError)) and not isinstance(error, BrokenPipeError):
            raise _from_configuration_error(error, action, target) from error
        raise


def may_pass(error: ScriptError) -> bool:
    """Whether the same call may succeed later: AWS was not reached, throttled it, or failed."""
    if isinstance(error, ServiceError):
        # Each service has codes of its own for its failures: InternalFailure, InternalServerException, and others.
        return error.code in THROTTLED_CODES or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, UnreachableError)


def error_message(error: ScriptError | None) -> str:
    """The message without advice, for a report that has its own."""
    return error.message if isinstance(error, ServiceError) else str(error)


def _from_client_error(error: ClientError, action: str, target: str) -> ScriptError:
    response = error.response.get("Error", {})
    code = response.get("Code", "Unknown")
    message = plain_text(" ".join(response.get("Message", "").split()))
    text = f"{action} failed {target}: {code}{': ' if message else ''}{message}{'' if message.endswith('.') else '.'}"
    if code in _CREDENTIALS_CODES:
        return CredentialsError(f"{text} {CREDENTIALS_ADVICE}", error.operation_name)
    if code in DENIED_CODES and _INACCESSIBLE_ROLE in message:
        advice = (
            "Quick Setup cannot find this role, by which it works in its own account: apply again, which recreates it, "
            "or create it with the same name."
        )
    elif code in DENIED_CODES:
        advice = _denial_advice(action, message)
    else:
        advice = _ADVICE.get(code, "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return ServiceError(text, code, advice, status=status, operation=error.operation_name)


def _denial_advice(action: str, message: str) -> str:
    denying = _DENYING_POLICY.search(message)
    if denying:
        return f"A {denying[1]} denies it: change that policy, or use credentials to which it does not apply."
    # AWS Organizations says so to another account, and names the action where a policy denies it.
    if action.startswith("organizations:") and "is not authorized to perform" not in message:
        return (
            f"Use credentials of the management account, or of a delegated administrator, that allow {action}: AWS "
            "Organizations answers no other account."
        )
    return f"Allow {action} to the script's credentials, and check that no service control policy denies it."


def _from_botocore_error(error: BotoCoreError, action: str, target: str) -> ScriptError:
    from botocore import exceptions

    message = plain_text(" ".join(str(error).split())).rstrip(".")
    # By name: an older boto3 may lack the newer ones.
    if isinstance(
        error, tuple(getattr(exceptions, name) for name in _CREDENTIALS_EXCEPTIONS if hasattr(exceptions, name))
    ):
        return CredentialsError(f"{action} could not be called {target}: {message}. {CREDENTIALS_ADVICE}")
    if isinstance(error, exceptions.UnknownServiceError):
        return DependencyError(
            f"This boto3 is too old for a service that is required: {message}. Run: pip install --upgrade boto3"
        )
    if isinstance(error, exceptions.MissingDependencyException):
        return DependencyError(f"{action} could not be called {target}: {message}. Run: pip install 'botocore[crt]'")
    return UnreachableError(f"{action} could not be called {target}: {message}. {_CONNECTION_ADVICE}")


def _from_configuration_error(error: Exception, action: str, target: str) -> ScriptError:
    message = " ".join(str(error).split())
    if isinstance(error, EOFError):
        message = "the profile requires an MFA code, and there is no terminal to ask for one"
    if type(error) is ValueError:
        return UnreachableError(f"{action} could not be called {target}: {message}. {_CONNECTION_ADVICE}")
    return CredentialsError(
        f"{action} could not be called {target}: the credentials cannot be loaded: {message}. {CREDENTIALS_ADVICE}"
    )
