"""Errors of Cloud9 (botocore model `cloud9`)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class BadRequestException(ServiceException):
    code = "BadRequestException"


class NotFoundException(ServiceException):
    code = "NotFoundException"
