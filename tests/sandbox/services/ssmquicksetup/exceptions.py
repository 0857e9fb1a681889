"""Errors of Quick Setup (botocore model `ssm-quicksetup`)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AccessDeniedException(ServiceException):
    code = "AccessDeniedException"


class ConflictException(ServiceException):
    code = "ConflictException"
    message = "Another request is being processed. Wait a few minutes and try again."


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"


class ValidationException(ServiceException):
    code = "ValidationException"
