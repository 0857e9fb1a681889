"""Errors of CloudFormation that moto lacks (botocore model `cloudformation`)."""

# ruff: noqa: N818 (these are AWS's names, and AWS ends them so)

from __future__ import annotations

from moto.cloudformation.exceptions import CloudFormationError


class InvalidOperationException(CloudFormationError):
    code = "InvalidOperationException"


class NameAlreadyExistsException(CloudFormationError):
    code = "NameAlreadyExistsException"


class OperationIdAlreadyExistsException(CloudFormationError):
    code = "OperationIdAlreadyExistsException"


class OperationInProgressException(CloudFormationError):
    code = "OperationInProgressException"


class OperationNotFoundException(CloudFormationError):
    code = "OperationNotFoundException"
