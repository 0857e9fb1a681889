"""Errors of Glue (botocore model `glue`)."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.core.exceptions import ServiceException


class GlueError(ServiceException):
    """Any of them."""


class AlreadyExistsException(GlueError):
    code = "AlreadyExistsException"


class EntityNotFoundException(GlueError):
    code = "EntityNotFoundException"


class InvalidInputException(GlueError):
    code = "InvalidInputException"
