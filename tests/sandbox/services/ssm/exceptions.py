"""Errors of Systems Manager that moto lacks (botocore model `ssm`)."""

from __future__ import annotations

from moto.ssm.exceptions import SSMException


class AutomationExecutionNotFoundException(SSMException):
    code = "AutomationExecutionNotFoundException"


class InvalidAutomationExecutionParametersException(SSMException):
    code = "InvalidAutomationExecutionParametersException"


class InvalidAggregatorException(SSMException):
    code = "InvalidAggregatorException"


class InvalidFilter(SSMException):
    code = "InvalidFilter"


class InvalidInstanceId(SSMException):
    code = "InvalidInstanceId"


class InvalidNextToken(SSMException):
    code = "InvalidNextToken"


class InvalidTypeNameException(SSMException):
    code = "InvalidTypeNameException"


class ResourceInUseException(SSMException):
    code = "ResourceInUseException"


class ResourceDataSyncAlreadyExistsException(SSMException):
    code = "ResourceDataSyncAlreadyExistsException"

    def __init__(self, name: str) -> None:
        super().__init__("A sync configuration with the same name already exists.")
        # The model's only member.
        self.SyncName = name


class ResourceDataSyncConflictException(SSMException):
    code = "ResourceDataSyncConflictException"


class ResourceDataSyncCountExceededException(SSMException):
    code = "ResourceDataSyncCountExceededException"


class ResourceDataSyncInvalidConfigurationException(SSMException):
    code = "ResourceDataSyncInvalidConfigurationException"


class ResourceDataSyncNotFoundException(SSMException):
    code = "ResourceDataSyncNotFoundException"


class ServiceSettingNotFound(SSMException):
    code = "ServiceSettingNotFound"
