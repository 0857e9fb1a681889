"""What just-in-time node access decides about a request, by the approval policies that an account and Region has.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-faq.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cedarpy
from botocore.exceptions import ClientError

from harness.complete import ADMINISTRATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox import Sandbox

AUTOMATIC, DENIED, CONFLICT = "automatic", "nobody can ask for access", "conflict"

_AUTO_APPROVAL = "SSM-JustInTimeAccessAutoApprovalPolicy"
_DENY_ACCESS = "SSM-JustInTimeAccessDenyAccessOrgPolicy"

# The schema that AWS publishes for the policies:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/auto-approval-deny-access-policy-statement-structure.html
SCHEMA = """
namespace AWS::EC2 { entity Instance tags String; }
namespace AWS::IAM {
  type AuthorizationContext = { principalTags: PrincipalTags };
  entity PrincipalTags tags String;
}
namespace AWS::IdentityStore {
  entity Group;
  entity User in [Group] = {
    costCenter?: String, division?: String, employeeNumber?: String, organization?: String
  };
}
namespace AWS::SSM {
  entity ManagedInstance tags String;
  action "getTokenForInstanceAccess" appliesTo {
    principal: [AWS::IdentityStore::User],
    resource: [AWS::EC2::Instance, AWS::SSM::ManagedInstance],
    context: { iam: AWS::IAM::AuthorizationContext }
  };
}
"""


@dataclass(frozen=True)
class Requester:
    """Who asks: groups and attributes of IAM Identity Center, tags of the IAM role."""

    groups: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def decide(
    sandbox: Sandbox,
    account_region: tuple[str, str],
    home: tuple[str, str],
    requester: Requester,
    node_tags: Mapping[str, str],
) -> str:
    """Return AUTOMATIC, the name of the manual policy, CONFLICT or DENIED.

    `account_region` is the node's; `home` has the deny-access policy, which AWS copies to the others.
    """
    request = (requester, node_tags)
    denied = any(_allows(content, *request) for content in _contents(sandbox, home, _DENY_ACCESS))
    if not denied and any(_allows(content, *request) for content in _contents(sandbox, account_region, _AUTO_APPROVAL)):
        return AUTOMATIC
    names = [name for name, content in _manual(sandbox, account_region) if _is_target(content, node_tags)]
    return CONFLICT if len(names) > 1 else names[0] if names else DENIED


def create_recording_key(sandbox: Sandbox, region: str, policy: str = "") -> str:
    """A multi-Region key of the administrator account with a replica in `region`, as `rdp_recording` requires one.

    By default its policy allows everybody everything. Returns the ARN.
    """
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    policy = policy or json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    tags = [{"TagKey": "SystemsManagerJustInTimeNodeAccessManaged", "TagValue": "true"}]
    kms = sandbox.client("kms", ADMINISTRATOR)
    key = kms.create_key(MultiRegion=True, Policy=policy, Tags=tags)["KeyMetadata"]
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion=region)
    sandbox.client("kms", ADMINISTRATOR, region).tag_resource(KeyId=key["KeyId"], Tags=tags)
    return str(key["Arn"])


def policy_texts(sandbox: Sandbox, account_region: tuple[str, str], name: str) -> list[str]:
    """Return the Cedar policies of a document; [] without the document."""
    return [
        one["content"]
        for content in _contents(sandbox, account_region, name)
        for one in content["AutoApprovalPolicyDocuments"]
    ]


def _contents(sandbox: Sandbox, account_region: tuple[str, str], name: str) -> list[dict[str, Any]]:
    """Return the content of the latest version, which AWS's own runbook reads; [] without the document."""
    try:
        found = sandbox.client("ssm", *account_region).get_document(Name=name, DocumentVersion="$LATEST")
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidDocument":
            raise
        return []
    return [json.loads(found["Content"])]


def _manual(sandbox: Sandbox, account_region: tuple[str, str]) -> Iterable[tuple[str, dict[str, Any]]]:
    listed = sandbox.client("ssm", *account_region).list_documents(
        Filters=[{"Key": "DocumentType", "Values": ["ManualApprovalPolicy"]}]
    )
    for document in listed["DocumentIdentifiers"]:
        for content in _contents(sandbox, account_region, document["Name"]):
            yield document["Name"], content


def _is_target(content: Mapping[str, Any], node_tags: Mapping[str, str]) -> bool:
    return any(node_tags.get(one["Key"].removeprefix("tag:")) in one["Values"] for one in content["targets"])


def _allows(content: Mapping[str, Any], requester: Requester, node_tags: Mapping[str, str]) -> bool:
    """Whether a statement applies. What a policy forbids is found by the same statement as a permit."""
    text = "\n".join(one["content"] for one in content["AutoApprovalPolicyDocuments"])
    tags = {"__entity": {"type": "AWS::IAM::PrincipalTags", "id": "tags"}}
    groups = [{"__entity": {"type": "AWS::IdentityStore::Group", "id": group}} for group in requester.groups]
    entities: list[dict[Any, Any]] = [
        {"uid": _uid("AWS::IdentityStore::User", "user"), "attrs": dict(requester.attributes), "parents": groups},
        {"uid": _uid("AWS::EC2::Instance", "node"), "attrs": {}, "parents": [], "tags": dict(node_tags)},
        {"uid": _uid("AWS::IAM::PrincipalTags", "tags"), "attrs": {}, "parents": [], "tags": dict(requester.tags)},
    ]
    asked = {
        "principal": 'AWS::IdentityStore::User::"user"',
        "action": 'AWS::SSM::Action::"getTokenForInstanceAccess"',
        "resource": 'AWS::EC2::Instance::"node"',
        "context": {"iam": {"principalTags": tags}},
    }
    decided = cedarpy.is_authorized(asked, text.replace("forbid (", "permit ("), entities, schema=SCHEMA)
    assert not decided.diagnostics.errors, decided.diagnostics.errors
    return bool(decided.allowed)


def _uid(kind: str, name: str) -> dict[str, Any]:
    return {"__entity": {"type": kind, "id": name}}
