"""Why an account and Region could not be read, as a code of `columns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.error_translation import DENIED_CODES, THROTTLED_CODES, error_message
from systems_manager_organization.compliance.model.columns import (
    ACCESS_DENIED,
    REGION_DISABLED,
    ROLE_NOT_ASSUMED,
    SERVICE_ERROR,
    THROTTLED,
)
from systems_manager_organization.errors import OF_EVERY_ACCOUNT, CredentialsError, ServiceError

if TYPE_CHECKING:
    from systems_manager_organization.errors import ScriptError

# So AWS answers in a Region that the account has not enabled: InvalidClientTokenId as others saw it
# (https://blog.leapp.cloud/how-to-fix-aws-invalidclienttokenid-the-security-token-included-in-the-request-is-invalid);
# its pages name no code. Credentials that are rejected there were valid before, when AWS issued or verified them.
_REGION_DISABLED = frozenset(
    {"AuthFailure", "InvalidClientTokenId", "OptInRequired", "RegionDisabledException", "UnrecognizedClientException"}
)
# A role's credentials are refreshed within a call: what AWS says then is about who assumes it, and not about a Region.
_ASSUME_ROLE = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity"})


def classify_assume_error(error: ScriptError) -> tuple[str, str]:
    """Code and reason. Raises the error itself when it is not about that account: the caller's credentials are over."""
    _raise_if_general(error)
    code = _error_code(error)
    if code in THROTTLED_CODES:
        return THROTTLED, error_message(error)
    return ROLE_NOT_ASSUMED if isinstance(error, ServiceError) else SERVICE_ERROR, error_message(error)


def classify_read_error(error: ScriptError) -> tuple[str, str]:
    """Code and reason of a Region of an account that was entered. Raises as `classify_assume_error` does."""
    if isinstance(error, (CredentialsError, ServiceError)) and error.operation in _ASSUME_ROLE:
        return classify_assume_error(error)
    code = _error_code(error)
    if code in _REGION_DISABLED:
        return REGION_DISABLED, f"Not known there, as in a Region that is not enabled: {error_message(error)}"
    _raise_if_general(error)
    if code in THROTTLED_CODES:
        return THROTTLED, error_message(error)
    return ACCESS_DENIED if code in DENIED_CODES else SERVICE_ERROR, error_message(error)


def _raise_if_general(error: ScriptError) -> None:
    if isinstance(error, OF_EVERY_ACCOUNT):
        raise error


def _error_code(error: ScriptError) -> str:
    """AWS's code; empty when AWS did not answer."""
    if isinstance(error, ServiceError):
        return error.code
    # botocore's failures without an answer have None there, or nothing.
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))
