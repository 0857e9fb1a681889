"""The resources of a call, as ARNs: the columns "Resource types" of AWS's service authorization reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Operations that are missing here have no resource types, and require their action on `*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.iam.exceptions import NotFoundException

from sandbox.authorization.data_resources import of_athena, of_glue, of_kms
from sandbox.authorization.event_resources import of_events, of_sns
from sandbox.authorization.schedule_resources import of_cloudwatch, of_codebuild, of_logs, of_scheduler
from sandbox.authorization.stack_set_resources import of_cloudformation
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.iam.service_linked_roles import PATH_PREFIX, ROLE_NAMES
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.policies.request_context import RequestContext

EVERYTHING = "*"


class UnknownPermissionError(Exception):
    """The permissions that a call requires are unknown."""


def resources_of(request: RequestContext) -> list[str]:
    """Return the ARNs, each of which the caller must be allowed the action on; `*` where there are none.

    Raises UnknownPermissionError for a service that the sandbox lacks.
    """
    find = _SERVICES.get(request.service)
    if find is None:
        raise UnknownPermissionError(f"The sandbox does not know what {request.action} needs of IAM.")
    return find(request) or [EVERYTHING]


def role_arn(account_id: str, name: str) -> str:
    """The ARN of a role with its path.

    ASSUMPTION(iam-judges-absent-resources-by-name): IAM evaluates an unknown role without a path.
    """
    try:
        return str(iam_backend_of(account_id).get_role(name).arn)
    except NotFoundException:
        return f"arn:aws:iam::{account_id}:role/{name}"


def service_linked_role_arn(account_id: str, service_name: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/create-service-linked-role.html"""
    role_name = ROLE_NAMES.get(service_name, "AWSServiceRoleFor*")
    return f"arn:aws:iam::{account_id}:role{PATH_PREFIX}{service_name}/{role_name}"


def organizations_arns(request: RequestContext, kind: str, organizations_id: str) -> list[str]:
    """The ARN of a root, unit or account of the caller's organization; none where there is no organization."""
    organization = find_organization(request.account_id)
    if organization is None:
        return []
    owner, organization_id = organization.established.master_account_id, organization.established.id
    return [request.arn("organizations", f"{kind}/{organization_id}/{organizations_id}", account_id=owner, region="")]


_ORGANIZATIONS = {
    "CloseAccount": ("AccountId",),
    "CreateOrganizationalUnit": ("ParentId",),
    "DeleteOrganizationalUnit": ("OrganizationalUnitId",),
    "DeregisterDelegatedAdministrator": ("AccountId",),
    "DescribeAccount": ("AccountId",),
    "DescribeOrganizationalUnit": ("OrganizationalUnitId",),
    "ListAccountsForParent": ("ParentId",),
    "ListChildren": ("ParentId",),
    "ListDelegatedServicesForAccount": ("AccountId",),
    "ListOrganizationalUnitsForParent": ("ParentId",),
    "ListParents": ("ChildId",),
    "ListTagsForResource": ("ResourceId",),
    "MoveAccount": ("AccountId", "SourceParentId", "DestinationParentId"),
    "RegisterDelegatedAdministrator": ("AccountId",),
    "RemoveAccountFromOrganization": ("AccountId",),
    "TagResource": ("ResourceId",),
    "UntagResource": ("ResourceId",),
    "UpdateOrganizationalUnit": ("OrganizationalUnitId",),
}


def _of_organizations(request: RequestContext) -> list[str]:
    ids = [str(request.get(name)) for name in _ORGANIZATIONS.get(request.operation, ())]
    return [arn for found in ids for arn in organizations_arns(request, _kind(found), found)]


def _kind(organizations_id: str) -> str:
    prefix = organizations_id.partition("-")[0]
    return {"r": "root", "ou": "ou"}.get(prefix, "account")


def _of_iam(request: RequestContext) -> list[str]:
    if request.operation == "CreateServiceLinkedRole":
        return [service_linked_role_arn(request.account_id, request.get("AWSServiceName"))]
    if request.operation in {"GetAccountAuthorizationDetails", "ListInstanceProfiles", "ListRoles"}:
        return []
    if request.operation == "SimulatePrincipalPolicy":
        return [request.get("PolicySourceArn")]
    if request.operation == "ListEntitiesForPolicy":
        return [request.get("PolicyArn")]
    if request.operation == "GetInstanceProfile":
        return [request.arn("iam", f"instance-profile/{request.get('InstanceProfileName')}", region="")]
    name = request.get("RoleName")
    if name is None:
        raise UnknownPermissionError(f"The sandbox does not know what {request.action} needs of IAM.")
    if request.operation == "CreateRole":
        return [request.arn("iam", f"role{request.get('Path') or '/'}{name}", region="")]
    return [role_arn(request.account_id, name)]


def _of_sts(request: RequestContext) -> list[str]:
    return [request.get("RoleArn")] if request.get("RoleArn") else []


def _of_quick_setup(request: RequestContext) -> list[str]:
    if request.operation == "CreateConfigurationManager":
        return [request.arn("ssm-quicksetup", "configuration-manager/*")]
    found = request.get("ManagerArn") or request.get("ResourceArn")
    return [found] if found else []


# By ResourceType of the operations on tags.
_TAGGED = {"Document": "document", "ManagedInstance": "managed-instance"}
# GetParametersByPath "authorizes against the path in the request rather than against the parameters it returns".
# https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
_PARAMETER_OPERATIONS = ("DeleteParameter", "GetParameter", "GetParametersByPath", "PutParameter")


def _of_systems_manager(request: RequestContext) -> list[str]:
    setting, sync = request.get("SettingId"), request.get("SyncName")
    if request.operation in _PARAMETER_OPERATIONS:
        name = str(request.get("Path") or request.get("Name"))
        return [request.arn("ssm", f"parameter/{name.removeprefix('/').removesuffix('/')}")]
    if "Document" in request.operation:
        return [request.arn("ssm", f"document/{request.get('Name')}")]
    if (tagged := _TAGGED.get(str(request.get("ResourceType")))) is not None:
        return [request.arn("ssm", f"{tagged}/{request.get('ResourceId')}")]
    if setting is not None:
        return [setting if setting.startswith("arn:") else request.arn("ssm", f"servicesetting{setting}")]
    return [request.arn("ssm", f"resource-data-sync/{sync}")] if sync is not None else []


def _of_account(request: RequestContext) -> list[str]:
    organization, member = find_organization(request.account_id), request.get("AccountId")
    if member is None or organization is None:
        return [request.arn("account", "account", region="")]
    owner = organization.established.master_account_id
    return [request.arn("account", f"account/{organization.established.id}/{member}", account_id=owner, region="")]


def _of_cloud9(request: RequestContext) -> list[str]:
    ids: list[Any] = request.get("environmentIds") or (
        [request.get("environmentId")] if request.get("environmentId") else []
    )
    return [request.arn("cloud9", f"environment:{found}") for found in ids]


def _of_security_hub(request: RequestContext) -> list[str]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html"""
    if request.operation == "BatchImportFindings":
        return sorted({finding["ProductArn"] for finding in request.get("Findings")})
    return [request.arn("securityhub", "hub/default")]


def _of_no_resource_type(request: RequestContext) -> list[str]:  # noqa: ARG001
    return []


_SERVICES: dict[str, Callable[[RequestContext], list[str]]] = {
    "account": _of_account,
    "athena": of_athena,
    "cloud9": _of_cloud9,
    "cloudformation": of_cloudformation,
    "cloudwatch": of_cloudwatch,
    "codebuild": of_codebuild,
    "ec2": _of_no_resource_type,
    "events": of_events,
    "glue": of_glue,
    "iam": _of_iam,
    "kms": of_kms,
    "logs": of_logs,
    "organizations": _of_organizations,
    "ram": _of_no_resource_type,
    "resourcegroupstaggingapi": _of_no_resource_type,
    "scheduler": of_scheduler,
    "securityhub": _of_security_hub,
    "sns": of_sns,
    "ssm": _of_systems_manager,
    "ssm-guiconnect": _of_no_resource_type,
    "ssm-quicksetup": _of_quick_setup,
    "sts": _of_sts,
}
