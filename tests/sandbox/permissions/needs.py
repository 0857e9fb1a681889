"""What a call needs of IAM: its action on its resources, and what the service does with the caller's permissions.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.permissions.consequences import consequences_of
from sandbox.permissions.policies import Need
from sandbox.permissions.resources import resources_of
from sandbox.s3.actions import needs_of_s3

if TYPE_CHECKING:
    from sandbox.permissions.asked import Asked

# "No permissions are required to perform this operation", and a policy that denies it changes nothing:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = frozenset({"sts:GetCallerIdentity"})

# Condition keys by action, each with the parameter that it compares. Keys that only tell tags are left out.
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


def needs_of(asked: Asked) -> tuple[Need, ...]:
    """Return all that the caller must be allowed, the call's own action first.

    Raises UnknownPermissionError where the sandbox does not know.
    """
    if asked.action in _FREE:
        return ()
    if asked.service == "s3":
        return tuple(dict.fromkeys([*needs_of_s3(asked), *consequences_of(asked)]))
    context = {
        key: str(asked.get(parameter))
        for key, parameter in _CONTEXT.get(asked.action, {}).items()
        if asked.get(parameter) is not None
    }
    own = [Need(asked.action, resource, context) for resource in resources_of(asked)]
    return tuple(dict.fromkeys([*own, *consequences_of(asked)]))
