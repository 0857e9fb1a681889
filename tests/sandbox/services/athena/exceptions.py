"""Errors of Athena (botocore model `athena`), and why a query fails."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.core.exceptions import ServiceException


class InvalidRequestException(ServiceException):
    code = "InvalidRequestException"


class ResourceNotFoundException(ServiceException):
    code = "ResourceNotFoundException"


class QueryFailed(Exception):
    """A query ends as `FAILED`; the text is its StateChangeReason, such as `TABLE_NOT_FOUND: line 1:15: …`."""


class ScanLimitExceeded(Exception):
    """A query is cancelled, because it exceeds the limit of its workgroup."""
