"""Errors of Glue (botocore model `glue`)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class AlreadyExistsException(ServiceException):
    code = "AlreadyExistsException"


class EntityNotFoundException(ServiceException):
    code = "EntityNotFoundException"


class InvalidInputException(ServiceException):
    code = "InvalidInputException"
