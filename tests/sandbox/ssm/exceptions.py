"""Errors of Systems Manager that moto lacks (botocore model `ssm`)."""

from __future__ import annotations

from moto.ssm.exceptions import SSMException


class InvalidFilterKey(SSMException):
    code = "InvalidFilterKey"


class InvalidInstanceId(SSMException):
    code = "InvalidInstanceId"


class InvalidNextToken(SSMException):
    code = "InvalidNextToken"


class ResourceDataSyncInvalidConfigurationException(SSMException):
    code = "ResourceDataSyncInvalidConfigurationException"


class ServiceSettingNotFound(SSMException):
    code = "ServiceSettingNotFound"
