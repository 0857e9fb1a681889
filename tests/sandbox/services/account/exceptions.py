"""Errors of Account Management (botocore model `account`)."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AccountError(ServiceException):
    """Any of them."""


class AccessDeniedException(AccountError):
    code = "AccessDeniedException"


class ValidationException(AccountError):
    code = "ValidationException"
