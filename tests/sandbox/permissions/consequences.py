"""What a call needs beside its own action: roles handed over, tags given, roles and resources made on the way.

The tables "API operations" of the service authorization reference, one page for each service, list them:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_ssm-quicksetup.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_ssm.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudformation.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_organizations.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.permissions.data import needs_of_query, needs_of_reading, needs_of_results, needs_of_writing
from sandbox.permissions.policies import Need
from sandbox.permissions.resources import organizations_arns, resources_of, role_arn, service_linked_role_arn
from sandbox.permissions.stacks import needs_of_stack
from sandbox.ssmquicksetup.models import ssmquicksetup_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sandbox.permissions.asked import Asked

_STACK_SETS = "stacksets.cloudformation.amazonaws.com"
_QUICK_SETUP = "ssm-quicksetup.amazonaws.com"
# "Possible values" of iam:PassedToService. ASSUMPTION: each role that a definition names is passed to both.
_OF_DEFINITIONS = ("cloudformation.amazonaws.com", _QUICK_SETUP)

_DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"


def consequences_of(asked: Asked) -> list[Need]:
    """Return them; empty for most operations."""
    find = _CONSEQUENCES.get(asked.action)
    return [*_of_delegated_administrators(asked), *(() if find is None else find(asked))]


def _passed(arn: str, service_principal: str) -> Need:
    return Need("iam:PassRole", arn, {"iam:PassedToService": service_principal})


def _tagged(action: str) -> Callable[[Asked], Iterable[Need]]:
    """Tags at the creation. ASSUMPTION: IAM judges them on the resource that the creation itself is judged on."""

    def find(asked: Asked) -> Iterable[Need]:
        return [Need(action, resource) for resource in resources_of(asked)] if asked.get("Tags") else []

    return find


def _tagged_in_organization(kind: str) -> Callable[[Asked], Iterable[Need]]:
    """Tags of what has no id yet. ASSUMPTION: IAM judges them on every resource of the kind."""

    def find(asked: Asked) -> Iterable[Need]:
        resources = organizations_arns(asked, kind, "*") if asked.get("Tags") else []
        return [Need("organizations:TagResource", resource) for resource in resources]

    return find


def _activation(asked: Asked) -> Iterable[Need]:
    # The page names no resource and no value. ASSUMPTION: it is the role that the activation makes,
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    role = service_linked_role_arn(asked.account_id, _STACK_SETS)
    yield Need("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": _STACK_SETS})
    yield Need("iam:GetRole", role)


def _creation_of_manager(asked: Asked) -> Iterable[Need]:
    yield from _tagged("ssm-quicksetup:TagResource")(asked)
    yield from _definition_roles(asked, asked.get("ConfigurationDefinitions"))


def _change_of_manager(asked: Asked) -> Iterable[Need]:
    """The roles of its definitions are handed over again, also for a change of tags, says the page."""
    arn = asked.get("ManagerArn") or asked.get("ResourceArn")
    manager = ssmquicksetup_backends[asked.account_id][asked.region].managers.get(arn)
    definitions = [definition.describe() for definition in manager.definitions] if manager else []
    return _definition_roles(asked, [*definitions, asked.parameters])


def _definition_roles(asked: Asked, definitions: Iterable[Mapping[str, Any]]) -> Iterable[Need]:
    for definition in definitions:
        administration = definition.get("LocalDeploymentAdministrationRoleArn")
        execution = definition.get("LocalDeploymentExecutionRoleName")
        for service_principal in _OF_DEFINITIONS:
            if administration:
                yield _passed(administration, service_principal)
            if execution:
                yield _passed(role_arn(asked.account_id, execution), service_principal)


def _explorer_role(asked: Asked) -> Iterable[Need]:
    arn = asked.get("ExplorerEnablingRoleArn")
    return [_passed(arn, _QUICK_SETUP)] if arn else []


def _host_management_role(asked: Asked) -> Iterable[Need]:
    if not asked.get("SettingId").endswith(_DEFAULT_HOST_MANAGEMENT):
        return []
    return [_passed(asked.arn("iam", f"role/{asked.get('SettingValue')}", region=""), "ssm.amazonaws.com")]


def _of_delegated_administrators(asked: Asked) -> Iterable[Need]:
    """StackSets asks with its caller's permissions whether that is one (hashicorp/terraform-provider-aws issue 32536).

    ASSUMPTION: refused as all else is, where AWS says "Account used is not a delegated administrator".
    """
    is_told = asked.service == "cloudformation" and asked.get("CallAs") == "DELEGATED_ADMIN"
    return [Need("organizations:ListDelegatedAdministrators")] if is_told else []


def _all_stacks(asked: Asked) -> Iterable[Need]:
    return [] if asked.get("StackName") else [Need("cloudformation:ListStacks")]


_CONSEQUENCES: dict[str, Callable[[Asked], Iterable[Need]]] = {
    "athena:CreateWorkGroup": _tagged("athena:TagResource"),
    "athena:GetQueryResults": needs_of_results,
    "athena:StartQueryExecution": needs_of_query,
    "cloudformation:ActivateOrganizationsAccess": _activation,
    "cloudformation:CreateStack": needs_of_stack,
    "cloudformation:CreateStackSet": _tagged("cloudformation:TagResource"),
    "cloudformation:DeleteStack": needs_of_stack,
    "cloudformation:DescribeStacks": _all_stacks,
    "cloudformation:UpdateStack": needs_of_stack,
    "cloudformation:UpdateStackSet": _tagged("cloudformation:TagResource"),
    "glue:CreateDatabase": _tagged("glue:TagResource"),
    "iam:CreateRole": _tagged("iam:TagRole"),
    "kms:CreateKey": _tagged("kms:TagResource"),
    "organizations:CreateAccount": _tagged_in_organization("account"),
    "organizations:CreateOrganizationalUnit": _tagged_in_organization("ou"),
    "s3:GetObject": needs_of_reading,
    "s3:PutObject": needs_of_writing,
    "ssm-quicksetup:CreateConfigurationManager": _creation_of_manager,
    "ssm-quicksetup:DeleteConfigurationManager": _change_of_manager,
    "ssm-quicksetup:TagResource": _change_of_manager,
    "ssm-quicksetup:UntagResource": _change_of_manager,
    "ssm-quicksetup:UpdateConfigurationDefinition": _change_of_manager,
    "ssm-quicksetup:UpdateServiceSettings": _explorer_role,
    "ssm:UpdateServiceSetting": _host_management_role,
}
