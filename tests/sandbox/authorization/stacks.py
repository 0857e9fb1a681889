"""What CloudFormation does for a stack with its caller's permissions, unless a role is passed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html. A type's permissions are in
its schema, under `handlers`: aws-cloudformation/aws-cloudformation-resource-providers-ssm,
aws-ssm-resourcedatasync/aws-ssm-resourcedatasync.json, and in the code of the handlers.

ASSUMPTION(cloudformation-caller-is-refused-at-once): without these permissions the stack operation itself is denied. On
AWS the resource fails, and the reason is in the stack's events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import cloudformation_backends

from sandbox.authorization import documents
from sandbox.authorization.resources import UnknownPermissionError, resources_of
from sandbox.policies.evaluation import Permission
from sandbox.services.cloudformation.templates import valid_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.policies.request_context import RequestContext

_SYNC = "AWS::SSM::ResourceDataSync"
_DOCUMENT = "AWS::SSM::Document"

# For a stack or template that CloudFormation rejects.
_NOTHING: dict[str, Any] = {}


def stack_permissions(request: RequestContext) -> Iterator[Permission]:
    """Beside the action itself, for CreateStack, UpdateStack and DeleteStack.

    Raises UnknownPermissionError for other resource types.
    """
    if request.get("Tags"):
        yield from (Permission("cloudformation:TagResource", resource) for resource in resources_of(request))
    role = request.get("RoleARN")
    if role:
        yield Permission("iam:PassRole", role, {"iam:PassedToService": "cloudformation.amazonaws.com"})
        return
    stack = None if request.operation == "CreateStack" else _existing(request)
    before = {} if stack is None else dict(stack.template_dict["Resources"])
    after = {} if request.operation == "DeleteStack" else _resources_in(request.get("TemplateBody"), before)
    # An update without tags keeps them.
    tags = {} if stack is None else dict(stack.tags)
    retagged = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []} or tags
    for logical_id in sorted({*before, *after}):
        old, new = before.get(logical_id), after.get(logical_id)
        yield from _resource_permissions(request, old, new)
        if old is not None and new is not None and _is_same_document(old, new):
            yield from documents.stack_tagging(request, new, tags, retagged)


def _existing(request: RequestContext) -> Any:
    backend = cloudformation_backends[request.account_id][request.region]
    try:
        return backend.get_stack(request.get("StackName"))
    except ValidationError:
        return None


def _resources_in(body: str | None, otherwise: dict[str, Any]) -> dict[str, Any]:
    if not body:
        return otherwise
    try:
        return dict(valid_template(body)["Resources"])
    except ValidationError:
        return _NOTHING


def _resource_permissions(
    request: RequestContext, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[Permission]:
    if before == after or (after is None and before is not None and before.get("DeletionPolicy") == "Retain"):
        return
    types = {resource.get("Type") for resource in (before, after) if resource is not None}
    if types == {_DOCUMENT}:
        yield from _document_permissions(request, before, after)
        return
    if types != {_SYNC}:
        raise UnknownPermissionError(f"The sandbox does not know what {', '.join(map(str, types))} needs of IAM.")
    yield Permission("ssm:ListResourceDataSync")
    if before is not None and after is not None and _name(before) == _name(after):
        yield _sync(request, "Update", after)
        return
    if after is not None:
        yield _sync(request, "Create", after)
    if before is not None:
        yield _sync(request, "Delete", before)


def _document_permissions(
    request: RequestContext, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[Permission]:
    if before is not None and after is not None and _is_same_document(before, after):
        yield from documents.stack_update(request, after)
        return
    if after is not None:
        yield from documents.stack_creation(request, after)
    if before is not None:
        yield from documents.stack_deletion(request, before)


def _is_same_document(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a document is kept, and not replaced, which is the default UpdateMethod.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
    """
    if not before["Type"] == _DOCUMENT == after["Type"]:
        return False
    old, new = before["Properties"], after["Properties"]
    return bool(old == new or (new.get("UpdateMethod") == "NewVersion" and old.get("Name") == new.get("Name")))


def _sync(request: RequestContext, verb: str, resource: dict[str, Any]) -> Permission:
    sync_type = resource["Properties"].get("SyncType")
    context = {"ssm:SyncType": sync_type} if isinstance(sync_type, str) else {}
    return Permission(
        f"ssm:{verb}ResourceDataSync", request.arn("ssm", f"resource-data-sync/{_name(resource)}"), context
    )


def _name(resource: dict[str, Any]) -> str:
    name = resource["Properties"].get("SyncName")
    # A reference has no value before the stack exists.
    return name if isinstance(name, str) else "*"
