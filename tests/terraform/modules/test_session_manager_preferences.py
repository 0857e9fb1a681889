"""modules/session-manager-preferences: accounts with and without preferences, roles of nodes, drift, destroy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from harness.assertions import assert_calls, assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.workspace import change_inputs
from sandbox_tests.cases.organization_stack_sets import join
from terraform.expectations import MANAGEMENT, OTHER_MEMBER, RETAINED_ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_DOCUMENT = "SSM-SessionManagerRunShell"
_REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1")
# Of the console, without any logging; its text of the document's description.
_CONSOLE = {
    "schemaVersion": "1.0",
    "description": "Document to hold regional settings for Session Manager",
    "sessionType": "Standard_Stream",
    "inputs": {"s3BucketName": "", "s3EncryptionEnabled": True, "idleSessionTimeout": "20", "runAsEnabled": False},
}
_OTHER = {**_CONSOLE, "inputs": {**_CONSOLE["inputs"], "idleSessionTimeout": "60"}}  # type: ignore[dict-item]

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ssm.amazonaws.com"}}],
}
_BUCKET = f"session-manager-preferences-{ADMINISTRATOR}-us-east-1"

_NONE, _SAME, _OTHERS = (ADMINISTRATOR, "us-east-1"), (ADMINISTRATOR, "eu-west-1"), (ADMINISTRATOR, "ap-northeast-1")
_DEFAULT, _NEWER = (OTHER_MEMBER, "us-east-1"), (OTHER_MEMBER, "eu-west-1")
_STACK = (OTHER_MEMBER, "ap-northeast-1")
_ACCOUNT_REGIONS = (_NONE, _SAME, _OTHERS, _DEFAULT, _NEWER, _STACK)
_BEFORE = {_SAME: "15/15", _OTHERS: "60/60", _DEFAULT: "20/20", _NEWER: "20/60", _STACK: "60/60"}
_ALLOWED = (
    "cloudformation:*Stack*",
    "kms:*",
    "s3:*",
    "ssm:*Document*",
    "ssm:*Tags*",
    "iam:*RolePolicy",
    "iam:ListEntitiesForPolicy",
    "logs:*",
)


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str = ADMINISTRATOR, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/session-manager-preferences", "regions": list(_REGIONS), **inputs}
    output = {"preferences": {"value": "${module.preferences}"}}
    return workspaces.call_modules({"preferences": call}, sandbox.environment(account_id), output=output)


def _create(sandbox: Sandbox, account_region: tuple[str, str], content: dict[str, Any], **options: Any) -> None:
    sandbox.client("ssm", *account_region).create_document(
        Name=_DOCUMENT, DocumentType="Session", DocumentFormat="JSON", Content=json.dumps(content), **options
    )


def _create_in_each_way(sandbox: Sandbox, desired: dict[str, Any]) -> None:
    """The document in each way that it may exist."""
    _create(sandbox, _SAME, {**_CONSOLE, **desired, "description": "The same."})
    _create(sandbox, _OTHERS, _OTHER)
    _create(sandbox, _DEFAULT, _CONSOLE)
    _create(sandbox, _NEWER, _CONSOLE)
    sandbox.client("ssm", *_NEWER).update_document(
        Name=_DOCUMENT, DocumentVersion="$LATEST", DocumentFormat="JSON", Content=json.dumps(_OTHER)
    )
    _create(sandbox, _STACK, _OTHER, Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "sessions"}])


def _timeouts(sandbox: Sandbox) -> dict[tuple[str, str], str]:
    """The idle timeouts of the default and the latest version, by account and Region."""
    found = {}
    for account_region in _ACCOUNT_REGIONS:
        ssm = sandbox.client("ssm", *account_region)
        contents = [
            json.loads(ssm.get_document(Name=_DOCUMENT, **version)["Content"])["inputs"]
            for version in ({}, {"DocumentVersion": "$LATEST"})
        ]
        found[account_region] = "/".join(content["idleSessionTimeout"] for content in contents)
    return found


def _outcomes(
    sandbox: Sandbox, account_regions: Sequence[tuple[str, str]] = _ACCOUNT_REGIONS
) -> dict[tuple[str, str], str]:
    """The outcome of the last automation, or its failure, by account and Region."""
    found = {}
    for account_region in account_regions:
        listed = sandbox.client("ssm", *account_region).describe_automation_executions()[
            "AutomationExecutionMetadataList"
        ]
        output = listed[0]["Outputs"].get("Preferences.OutputPayload")
        found[account_region] = json.loads(output[0])["Outcome"] if output else listed[0]["FailureMessage"]
    return found


def _policies(sandbox: Sandbox, account_id: str, role_name: str) -> list[str]:
    """The managed policies of a role, which has no other inline policies than its owner's."""
    iam = sandbox.client("iam", account_id)
    assert set(iam.list_role_policies(RoleName=role_name)["PolicyNames"]) <= {"Owner"}
    return [policy["PolicyName"] for policy in iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]]


def _write_log(sandbox: Sandbox, account_id: str, of: str) -> None:
    """As a node of an account does, below the prefix of another one or its own."""
    s3 = sandbox.client("s3", account_id)
    s3.put_object(Bucket=_BUCKET, Key=f"sessions/{of}/us-east-1/user-1.log", Body=b"$ ls")


@pytest.mark.scenario("bare")
def test_accounts_that_have_preferences(sandbox: Sandbox, workspaces: Workspaces) -> None:
    assert f"Account {MANAGEMENT} is the management account" in plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    register_administrator(sandbox)
    roles = {"AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-east-1": ADMINISTRATOR, "Node": OTHER_MEMBER}
    for name, account_id in roles.items():
        sandbox.client("iam", account_id).create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
    bucket = {"force_destroy": True}
    inputs: dict[str, Any] = {
        "idle_session_timeout_minutes": 15,
        "bucket": bucket,
        "log_group": {},
        "node_role_names": ["Node"],
        "member_role_path": "/platform/",
    }
    content = {"s3BucketName": _BUCKET, "s3EncryptionEnabled": True, "cloudWatchLogGroupName": "/aws/ssm/sessions"}
    own = {"s3KeyPrefix": f"sessions/{_SAME[0]}/{_SAME[1]}", "cloudWatchStreamingEnabled": True}
    _create_in_each_way(sandbox, {"inputs": {**content, **own, "idleSessionTimeout": "15"}})
    before = sandbox.snapshot()
    first_call = len(sandbox.calls)

    terraform = _write(sandbox, workspaces, **inputs)
    terraform.apply()
    kept = dict.fromkeys(_ACCOUNT_REGIONS, "kept") | {_NONE: "created", _SAME: "unchanged"}
    assert _outcomes(sandbox) == kept
    assert _timeouts(sandbox) == _BEFORE | {_NONE: "15/15"}
    assert_plan_empty(plan_read_only(terraform, sandbox))
    sandbox.clock.advance(86400)
    assert _outcomes(sandbox) == kept | {_NONE: "unchanged"}

    # Not the preferences of the other stack.
    change_inputs(terraform, "preferences", existing="replace")
    terraform.apply()
    # The stacks are read by the next plan.
    (warning,) = plan_read_only(terraform, sandbox).warnings
    assert f"{_STACK[0]} {_STACK[1]}: ResourceLogicalId:Preferences" in warning.detail
    assert f"The document {_DOCUMENT} belongs to the CloudFormation stack sessions" in warning.detail
    replaced = dict.fromkeys(_ACCOUNT_REGIONS, "15/15") | {_STACK: "60/60"}
    assert _timeouts(sandbox) == replaced
    ssm = sandbox.client("ssm", *_OTHERS)
    document = json.loads(ssm.get_document(Name=_DOCUMENT)["Content"])
    assert document["inputs"]["s3KeyPrefix"] == f"sessions/{_OTHERS[0]}/{_OTHERS[1]}"

    # Somebody saves other ones in the console.
    changed = ssm.update_document(Name=_DOCUMENT, DocumentVersion="$LATEST", Content=json.dumps(_CONSOLE))
    ssm.update_document_default_version(
        Name=_DOCUMENT, DocumentVersion=changed["DocumentDescription"]["DocumentVersion"]
    )
    sandbox.clock.advance(86400)
    assert _timeouts(sandbox) == replaced
    ssm.delete_document(Name=_DOCUMENT, DocumentVersion=changed["DocumentDescription"]["DocumentVersion"])

    # What a node writes, and where.
    for name, account_id in roles.items():
        assert _policies(sandbox, account_id, name) == ["session-manager-preferences-us-east-1"]
    _write_log(sandbox, OTHER_MEMBER, OTHER_MEMBER)
    with pytest.raises(ClientError, match="AccessDenied"):
        _write_log(sandbox, OTHER_MEMBER, ADMINISTRATOR)

    terraform.destroy()
    assert_calls(sandbox.calls[first_call:], _ALLOWED)
    retained = (*RETAINED_ROLES, "kms_keys/*", "log_groups/*")
    assert_same(before, sandbox.snapshot(), retained=retained)


_CONSOLE_ROLE = "AWSSystemsManagerDefaultEC2InstanceManagementRole"
_REGION_ROLE = "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-"


@pytest.mark.scenario("bare")
def test_roles_of_nodes(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    iam = sandbox.client("iam", OTHER_MEMBER)
    for name in ("Node", "Former", _CONSOLE_ROLE, f"{_REGION_ROLE}eu-west-1", f"{_REGION_ROLE}us-east-1"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))
    # Of the 10,240 characters that IAM allows, the role's owner uses nearly all.
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{'a' * 60}/*"] * 119}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="Node", PolicyName="Owner", PolicyDocument=document)
    # Preferences that are kept in one Region are no matter of the roles of all.
    _create(sandbox, (OTHER_MEMBER, "us-east-1"), _OTHER)
    before = sandbox.snapshot()

    def found(*names: str) -> dict[str, list[str]]:
        return {name: _policies(sandbox, OTHER_MEMBER, name) for name in names}

    inputs: dict[str, Any] = {"log_group": {}, "node_role_names": ["Node", "Former"], "regions": list(_REGIONS)}
    keys = {region: f"arn:aws:kms:{region}:{ADMINISTRATOR}:key/mrk-{'0' * 32}" for region in _REGIONS}
    terraform = _write(sandbox, workspaces, **inputs, session_kms_key_arns=keys)
    terraform.apply()
    plan = plan_read_only(terraform, sandbox)
    assert_plan_empty(plan)
    assert not plan.warnings
    first = ["session-manager-preferences-us-east-1"]
    assert found("Node", "Former", _CONSOLE_ROLE) == {"Node": first, "Former": first, _CONSOLE_ROLE: first}
    # Quick Setup's role of a Region, unless its preferences are kept.
    of_regions = {f"{_REGION_ROLE}eu-west-1": ["session-manager-preferences-eu-west-1"], f"{_REGION_ROLE}us-east-1": []}
    assert found(*of_regions) == of_regions

    # The owner deletes a role that is no longer listed; another Region gives the policy to the others.
    change_inputs(terraform, "preferences", node_role_names=["Node"], regions=["ap-northeast-1", "eu-west-1"])
    terraform.apply()
    iam.delete_role(RoleName="Former")
    second = ["session-manager-preferences-ap-northeast-1"]
    assert found("Node", _CONSOLE_ROLE) == {"Node": second, _CONSOLE_ROLE: second}
    sandbox.clock.advance(86400)
    assert found("Node", *of_regions) == {"Node": second, **of_regions}

    # Roles that are created later, and nothing of Default Host Management.
    iam.create_role(RoleName="Later", AssumeRolePolicyDocument=json.dumps(_TRUST))
    change_inputs(
        terraform, "preferences", node_role_names=["Node", "Later"], include_default_host_management_roles=False
    )
    terraform.apply()
    assert found("Node", "Later", _CONSOLE_ROLE) == {"Node": second, "Later": second, _CONSOLE_ROLE: []}

    # Nothing that a node needs permissions for.
    change_inputs(terraform, "preferences", log_group=None, session_kms_key_arns={})
    terraform.apply()
    iam.delete_role(RoleName="Later")
    assert found("Node", *of_regions) == {"Node": [], **{name: [] for name in of_regions}}

    terraform.destroy()
    assert_same(before, sandbox.snapshot(), retained=(*RETAINED_ROLES, "log_groups/*"))
    assert iam.list_policies(Scope="Local")["Policies"] == []


@pytest.mark.scenario("bare")
def test_a_failed_creation_leaves_no_policy(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    iam = sandbox.client("iam", _STACK[0])
    iam.create_role(RoleName="Node", AssumeRolePolicyDocument=json.dumps(_TRUST))
    _create(sandbox, _STACK, _OTHER, Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "sessions"}])
    inputs: dict[str, Any] = {"log_group": {}, "node_role_names": ["Node"], "existing": "replace"}
    terraform = _write(sandbox, workspaces, **inputs, regions=[_STACK[1]])
    terraform.apply()
    assert _outcomes(sandbox, [_STACK])[_STACK].endswith("which deletes it.")
    assert _policies(sandbox, _STACK[0], "Node") == []
    assert iam.list_policies(Scope="Local")["Policies"] == []


@pytest.mark.scenario("bare")
def test_an_account_that_joins(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    terraform = _write(sandbox, workspaces, regions=["us-east-1"], idle_session_timeout_minutes=30, bucket={})
    terraform.apply()
    joined = join(sandbox)
    document = sandbox.client("ssm", joined, "us-east-1").get_document(Name=_DOCUMENT)
    inputs = json.loads(document["Content"])["inputs"]
    assert (inputs["idleSessionTimeout"], inputs["s3KeyPrefix"]) == ("30", f"sessions/{joined}/us-east-1")
    assert _outcomes(sandbox, [(joined, "us-east-1")]) == {(joined, "us-east-1"): "created"}
    assert_plan_empty(plan_read_only(terraform, sandbox))


@pytest.mark.scenario("bare")
def test_two_calls_whose_names_begin_alike(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    region = [_NONE[1]]
    first = _write(sandbox, workspaces, name="sessions-audit", regions=region, idle_session_timeout_minutes=30)
    first.apply()
    second = _write(sandbox, workspaces, name="sessions", regions=region, idle_session_timeout_minutes=15)
    second.apply()
    # As preferences of anybody else.
    ssm = sandbox.client("ssm", *_NONE)
    found = [json.loads(ssm.get_document(Name=_DOCUMENT)["Content"])["inputs"]["idleSessionTimeout"]]
    second.destroy()
    found += [json.loads(ssm.get_document(Name=_DOCUMENT)["Content"])["inputs"]["idleSessionTimeout"]]
    assert found == ["30", "30"]
