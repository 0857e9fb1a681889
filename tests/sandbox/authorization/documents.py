"""What a document of Systems Manager needs: beside a call's own action, and by CloudFormation for its caller.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_ssm.html
The handlers of AWS::SSM::Document, and their schema: aws-cloudformation/aws-cloudformation-resource-providers-ssm,
aws-ssm-document.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.authorization.resources import role_arn
from sandbox.policies.evaluation import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.policies.request_context import RequestContext

# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-setting-up.html
_NODE_ACCESS = "justintimeaccess.ssm.amazonaws.com"


def creation_permissions(request: RequestContext) -> Iterator[Permission]:
    """Beside CreateDocument."""
    document = _arn(request, request.get("Name"))
    yield Permission("ssm:GetDocument", document)
    if request.get("Tags"):
        yield Permission("ssm:AddTagsToResource", document)
    yield from update_permissions(request)


def update_permissions(request: RequestContext) -> Iterator[Permission]:
    """Beside UpdateDocument."""
    yield from _token_role(request, request.get("Content"))


def stack_creation(request: RequestContext, resource: Mapping[str, Any]) -> Iterator[Permission]:
    """Always with tags: CloudFormation's own."""
    document = _of(request, resource)
    for verb in ("CreateDocument", "AddTagsToResource", "GetDocument", "DescribeDocument"):
        yield Permission(f"ssm:{verb}", document)
    yield from _token_role(request, resource["Properties"].get("Content"))


def stack_update(request: RequestContext, resource: Mapping[str, Any]) -> Iterator[Permission]:
    """UpdateHandler makes the new version the default one, as documented; the report that it did not (see
    sandbox/services/ssm/documents.py) does not say that the call is not made.
    """
    document = _of(request, resource)
    for verb in ("UpdateDocument", "DescribeDocument", "ListTagsForResource", "UpdateDocumentDefaultVersion"):
        yield Permission(f"ssm:{verb}", document)
    yield from _token_role(request, resource["Properties"].get("Content"))


def stack_tagging(
    request: RequestContext, resource: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Permission]:
    """The tags of a stack are those of its documents."""
    if before.keys() - after.keys():
        yield Permission("ssm:RemoveTagsFromResource", _of(request, resource))
    if after.items() - before.items():
        yield Permission("ssm:AddTagsToResource", _of(request, resource))


def stack_deletion(request: RequestContext, resource: Mapping[str, Any]) -> Iterator[Permission]:
    for verb in ("DeleteDocument", "DescribeDocument"):
        yield Permission(f"ssm:{verb}", _of(request, resource))


def _of(request: RequestContext, resource: Mapping[str, Any]) -> str:
    name = resource["Properties"].get("Name")
    # A name that CloudFormation makes.
    return _arn(request, name if isinstance(name, str) else "*")


def _arn(request: RequestContext, name: str) -> str:
    return request.arn("ssm", f"document/{name}")


def _token_role(request: RequestContext, content: Any) -> Iterator[Permission]:
    """The role of an approval policy, which is passed to just-in-time node access."""
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except ValueError:
            # YAML and change calendars: no approval policy of the modules.
            return
    role = content.get("accessTokenRole") if isinstance(content, dict) else None
    if isinstance(role, str):
        arn = role if role.startswith("arn:") else role_arn(request.account_id, role)
        yield Permission("iam:PassRole", arn, {"iam:PassedToService": _NODE_ACCESS})
