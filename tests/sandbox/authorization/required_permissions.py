"""The permissions that a call requires: its action on its resources, and its dependent actions.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.authorization.dependent_actions import dependent_actions
from sandbox.authorization.resources import resources_of
from sandbox.policies.evaluation import Permission
from sandbox.services.s3.actions import s3_permissions

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext

# "No permissions are required to perform this operation", and a policy that denies it changes nothing:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_NO_PERMISSIONS_REQUIRED = frozenset({"sts:GetCallerIdentity"})

# Condition keys by action, each with the parameter that it compares. Keys of tags are left out.
_SERVICE_PRINCIPAL = {"organizations:ServicePrincipal": "ServicePrincipal"}
_SYNC_TYPE = {"ssm:SyncType": "SyncType"}
_CONTEXT = {
    "iam:AttachRolePolicy": {"iam:PolicyARN": "PolicyArn"},
    "iam:CreateServiceLinkedRole": {"iam:AWSServiceName": "AWSServiceName"},
    "iam:DetachRolePolicy": {"iam:PolicyARN": "PolicyArn"},
    "organizations:DeregisterDelegatedAdministrator": _SERVICE_PRINCIPAL,
    "organizations:DisableAWSServiceAccess": _SERVICE_PRINCIPAL,
    "organizations:EnableAWSServiceAccess": _SERVICE_PRINCIPAL,
    "organizations:ListDelegatedAdministrators": _SERVICE_PRINCIPAL,
    "organizations:RegisterDelegatedAdministrator": _SERVICE_PRINCIPAL,
    "ssm:CreateResourceDataSync": _SYNC_TYPE,
    "ssm:DeleteResourceDataSync": _SYNC_TYPE,
    "ssm:ListResourceDataSync": _SYNC_TYPE,
    "ssm:UpdateResourceDataSync": _SYNC_TYPE,
    "sts:AssumeRole": {"sts:ExternalId": "ExternalId", "sts:RoleSessionName": "RoleSessionName"},
}


def required_permissions(request: RequestContext) -> tuple[Permission, ...]:
    """Return the required permissions, the call's own action first.

    Raises UnknownPermissionError if they are unknown.
    """
    if request.action in _NO_PERMISSIONS_REQUIRED:
        return ()
    if request.service == "s3":
        return tuple(dict.fromkeys([*s3_permissions(request), *dependent_actions(request)]))
    context = {
        key: str(request.get(parameter))
        for key, parameter in _CONTEXT.get(request.action, {}).items()
        if request.get(parameter) is not None
    }
    own = [Permission(request.action, resource, context) for resource in resources_of(request)]
    return tuple(dict.fromkeys([*own, *dependent_actions(request)]))
