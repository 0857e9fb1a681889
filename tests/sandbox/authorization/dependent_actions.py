"""The dependent actions of a call: roles that it passes, tags, and what the service does for the caller.

The tables "API operations" of the service authorization reference, one page for each service, list them:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_ssm-quicksetup.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_ssm.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudformation.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_organizations.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_events.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_codebuild.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_scheduler.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsresourceaccessmanager.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.sns.models import sns_backends

from sandbox.authorization.data import query_permissions, read_permissions, result_permissions, write_permissions
from sandbox.authorization.documents import creation_permissions, update_permissions
from sandbox.authorization.resources import organizations_arns, resources_of, role_arn, service_linked_role_arn
from sandbox.authorization.stack_set_resources import stack_set_arn
from sandbox.authorization.stacks import stack_permissions
from sandbox.policies.evaluation import Permission
from sandbox.services.kms.models import key_arn
from sandbox.services.ssmquicksetup.models import ssmquicksetup_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sandbox.policies.request_context import RequestContext

_STACK_SETS = "stacksets.cloudformation.amazonaws.com"
_RESOURCE_SHARING = "ram.amazonaws.com"
_QUICK_SETUP = "ssm-quicksetup.amazonaws.com"
# "Possible values" of iam:PassedToService. ASSUMPTION(quick-setup-passes-roles-to-both-services): each role that a
# definition names is passed to both.
_OF_DEFINITIONS = ("cloudformation.amazonaws.com", _QUICK_SETUP)

_DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"


def dependent_actions(request: RequestContext) -> list[Permission]:
    """Return the dependent actions; most operations have none."""
    find = _DEPENDENT_ACTIONS.get(request.action)
    return [*_of_delegated_administrators(request), *(() if find is None else find(request))]


def _passed(arn: str, service_principal: str) -> Permission:
    return Permission("iam:PassRole", arn, {"iam:PassedToService": service_principal})


def _tagged(action: str, parameter: str = "Tags") -> Callable[[RequestContext], Iterable[Permission]]:
    """Tagging at creation.

    ASSUMPTION(iam-judges-tags-on-creation): IAM evaluates it on the resources of the creation.
    """

    def find(request: RequestContext) -> Iterable[Permission]:
        return [Permission(action, resource) for resource in resources_of(request)] if request.get(parameter) else []

    return find


def _tagged_in_organization(kind: str) -> Callable[[RequestContext], Iterable[Permission]]:
    """Tagging of a resource without an id yet.

    ASSUMPTION(iam-judges-tags-on-creation): IAM evaluates it on every resource of the type.
    """

    def find(request: RequestContext) -> Iterable[Permission]:
        resources = organizations_arns(request, kind, "*") if request.get("Tags") else []
        return [Permission("organizations:TagResource", resource) for resource in resources]

    return find


def _tags_of_stack_set(request: RequestContext) -> Iterable[Permission]:
    """Neither targets nor resource types have tags."""
    return [Permission("cloudformation:TagResource", stack_set_arn(request))] if request.get("Tags") else []


def _activation(request: RequestContext) -> Iterable[Permission]:
    # The page names no resource and no value. ASSUMPTION(iam-stack-sets-activation-role): it is the role that the
    # activation creates,
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    role = service_linked_role_arn(request.account_id, _STACK_SETS)
    yield Permission("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": _STACK_SETS})
    yield Permission("iam:GetRole", role)


def _resource_sharing(request: RequestContext) -> Iterable[Permission]:
    role = service_linked_role_arn(request.account_id, _RESOURCE_SHARING)
    yield Permission("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": _RESOURCE_SHARING})
    yield Permission("organizations:DescribeOrganization")
    yield Permission(
        "organizations:EnableAWSServiceAccess", context={"organizations:ServicePrincipal": _RESOURCE_SHARING}
    )


def _creation_of_manager(request: RequestContext) -> Iterable[Permission]:
    yield from _tagged("ssm-quicksetup:TagResource")(request)
    yield from _definition_roles(request, request.get("ConfigurationDefinitions"))


def _change_of_manager(request: RequestContext) -> Iterable[Permission]:
    """The roles of its definitions are passed again, according to the page also for a change of tags."""
    arn = request.get("ManagerArn") or request.get("ResourceArn")
    manager = ssmquicksetup_backends[request.account_id][request.region].managers.get(arn)
    definitions = [definition.describe() for definition in manager.definitions] if manager else []
    return _definition_roles(request, [*definitions, request.parameters])


def _definition_roles(request: RequestContext, definitions: Iterable[Mapping[str, Any]]) -> Iterable[Permission]:
    for definition in definitions:
        administration = definition.get("LocalDeploymentAdministrationRoleArn")
        execution = definition.get("LocalDeploymentExecutionRoleName")
        for service_principal in _OF_DEFINITIONS:
            if administration:
                yield _passed(administration, service_principal)
            if execution:
                yield _passed(role_arn(request.account_id, execution), service_principal)


def _targets_of_rule(request: RequestContext) -> Iterable[Permission]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    for target in request.get("Targets") or []:
        if target.get("RoleArn"):
            yield _passed(target["RoleArn"], "events.amazonaws.com")


def _role_of_project(request: RequestContext) -> Iterable[Permission]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html"""
    role = request.get("serviceRole")
    return [_passed(role, "codebuild.amazonaws.com")] if role else []


def _role_of_schedule(request: RequestContext) -> Iterable[Permission]:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/security_iam_id-based-policies.html"""
    return [_passed(request.get("Target")["RoleArn"], "scheduler.amazonaws.com")]


def _key_of_topic(request: RequestContext) -> Iterable[Permission]:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""
    topic = sns_backends[request.account_id][request.region].topics.get(request.get("TopicArn"))
    if topic is not None and topic.kms_master_key_id:
        key = key_arn(request.account_id, request.region, topic.kms_master_key_id)
        yield from (Permission(action, key) for action in ("kms:Decrypt", "kms:GenerateDataKey"))


def _explorer_role(request: RequestContext) -> Iterable[Permission]:
    arn = request.get("ExplorerEnablingRoleArn")
    return [_passed(arn, _QUICK_SETUP)] if arn else []


def _host_management_role(request: RequestContext) -> Iterable[Permission]:
    if not request.get("SettingId").endswith(_DEFAULT_HOST_MANAGEMENT):
        return []
    return [_passed(request.arn("iam", f"role/{request.get('SettingValue')}", region=""), "ssm.amazonaws.com")]


def _of_delegated_administrators(request: RequestContext) -> Iterable[Permission]:
    """StackSets checks the registration with the caller's permissions (hashicorp/terraform-provider-aws issue 32536).

    ASSUMPTION(iam-call-as-delegated-admin): denied as usual, where AWS returns "Account used is not a delegated
    administrator".
    """
    is_delegated = request.service == "cloudformation" and request.get("CallAs") == "DELEGATED_ADMIN"
    return [Permission("organizations:ListDelegatedAdministrators")] if is_delegated else []


def _all_stacks(request: RequestContext) -> Iterable[Permission]:
    return [] if request.get("StackName") else [Permission("cloudformation:ListStacks")]


_DEPENDENT_ACTIONS: dict[str, Callable[[RequestContext], Iterable[Permission]]] = {
    "athena:CreateWorkGroup": _tagged("athena:TagResource"),
    "athena:GetQueryResults": result_permissions,
    "athena:StartQueryExecution": query_permissions,
    "cloudformation:ActivateOrganizationsAccess": _activation,
    "cloudformation:CreateStack": stack_permissions,
    "cloudformation:CreateStackSet": _tags_of_stack_set,
    "cloudformation:DeleteStack": stack_permissions,
    "cloudformation:DescribeStacks": _all_stacks,
    "cloudformation:UpdateStack": stack_permissions,
    "cloudformation:UpdateStackSet": _tags_of_stack_set,
    "cloudwatch:PutMetricAlarm": _tagged("cloudwatch:TagResource"),
    "codebuild:CreateProject": _role_of_project,
    "codebuild:UpdateProject": _role_of_project,
    "events:CreateEventBus": _tagged("events:TagResource"),
    "events:PutRule": _tagged("events:TagResource"),
    "events:PutTargets": _targets_of_rule,
    "glue:CreateDatabase": _tagged("glue:TagResource"),
    "iam:CreateRole": _tagged("iam:TagRole"),
    "kms:CreateKey": _tagged("kms:TagResource"),
    "logs:CreateLogGroup": _tagged("logs:TagResource", "tags"),
    "organizations:CreateAccount": _tagged_in_organization("account"),
    "organizations:CreateOrganizationalUnit": _tagged_in_organization("ou"),
    "ram:EnableSharingWithAwsOrganization": _resource_sharing,
    "s3:GetObject": read_permissions,
    "s3:PutObject": write_permissions,
    "scheduler:CreateSchedule": _role_of_schedule,
    "scheduler:UpdateSchedule": _role_of_schedule,
    "sns:CreateTopic": _tagged("sns:TagResource"),
    "sns:Publish": _key_of_topic,
    "ssm-quicksetup:CreateConfigurationManager": _creation_of_manager,
    "ssm-quicksetup:DeleteConfigurationManager": _change_of_manager,
    "ssm-quicksetup:TagResource": _change_of_manager,
    "ssm-quicksetup:UntagResource": _change_of_manager,
    "ssm-quicksetup:UpdateConfigurationDefinition": _change_of_manager,
    "ssm-quicksetup:UpdateServiceSettings": _explorer_role,
    "ssm:CreateDocument": creation_permissions,
    "ssm:UpdateDocument": update_permissions,
    "ssm:UpdateServiceSetting": _host_management_role,
}
