"""Stacks with AWS::IAM::Role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox import Sandbox

ALLOWED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}


def template(managed: Sequence[str], inline: dict[str, Any]) -> str:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ssm.amazonaws.com"}}
    properties = {
        "RoleName": "one",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{name}" for name in managed],
        "Policies": [{"PolicyName": name, "PolicyDocument": document} for name, document in inline.items()],
    }
    return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})


def policies(sandbox: Sandbox) -> tuple[list[str], list[str]]:
    iam = sandbox.client("iam")
    attached = iam.list_attached_role_policies(RoleName="one")["AttachedPolicies"]
    return [policy["PolicyName"] for policy in attached], iam.list_role_policies(RoleName="one")["PolicyNames"]


def test_policies_are_created_changed_and_deleted(sandbox: Sandbox) -> None:
    cloudformation = sandbox.client("cloudformation")
    before = sandbox.snapshot()["roles"]
    options: dict[str, Any] = {"StackName": "roles", "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    cloudformation.create_stack(TemplateBody=template(["ReadOnlyAccess"], {"first": ALLOWED}), **options)
    assert policies(sandbox) == (["ReadOnlyAccess"], ["first"])
    cloudformation.update_stack(TemplateBody=template(["SecurityAudit"], {"second": ALLOWED}), **options)
    assert policies(sandbox) == (["SecurityAudit"], ["second"])
    cloudformation.delete_stack(StackName="roles")
    assert sandbox.snapshot()["roles"] == before
