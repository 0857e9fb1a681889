"""Errors of Cloud9 (botocore model `cloud9`)."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.core.exceptions import ServiceException


class Cloud9Error(ServiceException):
    """Any of them."""


class BadRequestException(Cloud9Error):
    code = "BadRequestException"


class NotFoundException(Cloud9Error):
    code = "NotFoundException"
