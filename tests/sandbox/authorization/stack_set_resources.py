"""The resource ARNs of calls to CloudFormation: stacks and StackSets.

A change of a StackSet is judged on its targets and on each resource type of its template too:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudformation.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security_iam_id-based-policy-examples.html#resource-level-permissions-service-managed-stack-set
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudformation.exceptions import ValidationError

from sandbox.services.cloudformation.models import cloudformation_backend_of
from sandbox.services.cloudformation.template_url import read_template
from sandbox.services.cloudformation.templates import valid_template
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext
    from sandbox.services.cloudformation.stack_sets.service_managed import ServiceManagedStackSet

_OF_TARGETS = frozenset({"CreateStackInstances", "DeleteStackInstances", "UpdateStackInstances", "UpdateStackSet"})
# ASSUMPTION(iam-stack-set-types): the reference has no resource type for CreateStackSet, and AWS's own policies
# (quick-setup-getting-started) allow it on StackSets and types alone.
_OF_TYPES = _OF_TARGETS | {"CreateStackSet"}


def of_cloudformation(request: RequestContext) -> list[str]:
    stack = request.get("StackName")
    if stack is not None:
        return [stack if stack.startswith("arn:") else request.arn("cloudformation", f"stack/{stack}/*")]
    if request.get("StackSetName") is None:
        return []
    return [stack_set_arn(request), *_target_arns(request), *_type_arns(request)]


def stack_set_arn(request: RequestContext) -> str:
    """The ARN of the StackSet itself, which alone has tags."""
    return request.arn("cloudformation", f"stackset/{_id_of(request)}")


def _id_of(request: RequestContext) -> str:
    """Its id is its name, a colon and more."""
    name = str(request.get("StackSetName"))
    return name if ":" in name else f"{name}:*"


def _target_arns(request: RequestContext) -> list[str]:
    """Roots, units and accounts of the request; those of all instances, where an update names none."""
    if request.operation not in _OF_TARGETS:
        return []
    requested = request.get("DeploymentTargets") or {}
    names = ("OrganizationalUnitIds", "Accounts")
    found = {str(target) for name in names for target in requested.get(name) or []}
    found.update(request.get("Accounts") or [])
    stack_set = _existing(request)
    if not found and stack_set is not None:
        found.update(str(instance.organizational_unit_id) for instance in stack_set.instances.values())
    return [request.arn("cloudformation", f"stackset-target/{_id_of(request)}/{target}") for target in sorted(found)]


def _type_arns(request: RequestContext) -> list[str]:
    """ASSUMPTION(iam-stack-set-types): without an account, as in a public report of the denial; AWS's page has one."""
    types = _types_in(_template_of(request)) if request.operation in _OF_TYPES else []
    return [
        request.arn("cloudformation", f"type/resource/{found.replace('::', '-')}", account_id="") for found in types
    ]


def _template_of(request: RequestContext) -> str | None:
    """The template of the request, or that of the StackSet."""
    url, stack_set = request.get("TemplateURL"), _existing(request)
    if url:
        try:
            return read_template(url, request.account_id)
        except ValidationError:
            return None
    body: str | None = request.get("TemplateBody")
    return body or (stack_set.template if stack_set is not None else None)


def _types_in(template: str | None) -> list[str]:
    try:
        return sorted({str(resource["Type"]) for resource in valid_template(template)["Resources"].values()})
    except ValidationError:
        # CloudFormation rejects it.
        return []


def _existing(request: RequestContext) -> ServiceManagedStackSet | None:
    """With service-managed permissions, which belong to the management account."""
    organization, name = find_organization(request.account_id), request.get("StackSetName")
    if organization is None:
        return None
    known = cloudformation_backend_of(organization.account_id, request.region).service_managed_stack_sets
    return next((one for one in known if one.status == "ACTIVE" and name in {one.name, one.id}), None)
