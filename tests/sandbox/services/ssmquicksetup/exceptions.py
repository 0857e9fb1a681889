"""Errors of Quick Setup (botocore model `ssm-quicksetup`)."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.core.exceptions import ServiceException


class QuickSetupError(ServiceException):
    """Any of them."""


class AccessDeniedException(QuickSetupError):
    code = "AccessDeniedException"


class ConflictException(QuickSetupError):
    code = "ConflictException"
    message = "Another request is being processed. Wait a few minutes and try again."


class ResourceNotFoundException(QuickSetupError):
    code = "ResourceNotFoundException"


class ValidationException(QuickSetupError):
    code = "ValidationException"
