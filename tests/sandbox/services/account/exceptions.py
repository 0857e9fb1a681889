"""Errors of Account Management (botocore model `account`)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AccessDeniedException(ServiceException):
    code = "AccessDeniedException"


class ValidationException(ServiceException):
    code = "ValidationException"
