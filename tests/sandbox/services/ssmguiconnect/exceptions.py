"""Errors of GUI Connect (botocore model `ssm-guiconnect`)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AccessDeniedException(ServiceException):
    code = "AccessDeniedException"


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"
