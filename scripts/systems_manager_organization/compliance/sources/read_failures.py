"""Why a place could not be read, in one of the words of `columns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.aws.error_translation import DENIED_CODES
from systems_manager_organization.compliance.model.columns import (
    ACCESS_DENIED,
    REGION_DISABLED,
    ROLE_NOT_ASSUMED,
    SERVICE_ERROR,
    THROTTLED,
)
from systems_manager_organization.errors import CredentialsError, DependencyError, ServiceError

if TYPE_CHECKING:
    from systems_manager_organization.errors import ScriptError

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and its like of STS.
_THROTTLED = frozenset(
    {"RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
# ASSUMPTION: so AWS answers in a Region that the account has not enabled; its pages name no code for it. Credentials
# that are refused there were good a moment ago, when AWS gave them or said whose they are.
_UNKNOWN_THERE = frozenset(
    {"AuthFailure", "InvalidClientTokenId", "OptInRequired", "RegionDisabledException", "UnrecognizedClientException"}
)


def why_not_entered(error: ScriptError) -> tuple[str, str]:
    """Code and reason. Raises the error itself when it is not about that account: the caller's credentials are over."""
    _raise_if_general(error)
    code = _said(error)
    if code in _THROTTLED:
        return THROTTLED, _words(error)
    return ROLE_NOT_ASSUMED if isinstance(error, ServiceError) else SERVICE_ERROR, _words(error)


def why_not_read(error: ScriptError) -> tuple[str, str]:
    """Code and reason of a place in an account that was entered. Raises as `why_not_entered` does."""
    code = _said(error)
    if code in _UNKNOWN_THERE:
        return REGION_DISABLED, f"Not known there, as in a Region that is not enabled: {_words(error)}"
    _raise_if_general(error)
    if code in _THROTTLED:
        return THROTTLED, _words(error)
    return ACCESS_DENIED if code in DENIED_CODES else SERVICE_ERROR, _words(error)


def _raise_if_general(error: ScriptError) -> None:
    if isinstance(error, (CredentialsError, DependencyError)):
        raise error


def _said(error: ScriptError) -> str:
    """AWS's code; empty when AWS did not answer."""
    if isinstance(error, ServiceError):
        return error.code
    # botocore's failures without an answer have None there, or nothing.
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _words(error: ScriptError) -> str:
    return error.message if isinstance(error, ServiceError) else str(error)
