"""modules/just-in-time-node-access: what it needs, the policies in every account, decisions by them, destroy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cedarpy
import pytest

from harness.assertions import assert_calls, assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.node_access import (
    AUTOMATIC,
    CONFLICT,
    DENIED,
    SCHEMA,
    Requester,
    create_recording_key,
    decide,
    policy_texts,
)
from harness.workspace import change_inputs
from sandbox.services.events.delivery import send
from sandbox.services.ssmguiconnect.models import gui_connect_of
from terraform.expectations import MANAGEMENT, OTHER_MEMBER, RETAINED_ROLES
from tools.iam.command import read_policies
from tools.iam.roles import NODE_ACCESS

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PRINCIPALS = ("member.org.stacksets.cloudformation.amazonaws.com", "ssm-quicksetup.amazonaws.com", "ssm.amazonaws.com")
_GROUP = "e8c17310-e011-7089-d989-10da1a2b3c4d"
_CONSOLE = {"home_region": "us-east-1", "regions": ["eu-west-1", "us-east-1"], "targets": ["r-ab12"]}
_POLICIES: dict[str, Any] = {
    "auto_approval": [
        {"description": "Development, by anybody.", "node_tags": {"Environment": "Development"}},
        {"group_id": _GROUP, "principal_attributes": {"costCenter": "E-1*"}, "node_tags": {"Environment": "Test"}},
        {"principal_tags": {"Team": "Platform"}, "node_tags": {"Owner": "Platform"}},
    ],
    "deny_access": [{"node_tags": {"Data": "Secret"}}],
    "manual_approval": {
        "production": {
            "node_tag": {"key": "Environment", "values": ["Production", "Development"]},
            "access_hours": 8,
            "levels": [
                {"approvers": [{"id": _GROUP, "type": "SSOGroup"}]},
                {"approvers": [{"id": _GROUP, "type": "SSOGroup"}], "required_approvals": 2, "message": "Again."},
            ],
        },
        "databases": {
            "node_tag": {"key": "Service", "values": ["Database"]},
            "levels": [{"approvers": [{"id": _GROUP, "type": "SSOGroup"}]}],
        },
    },
}
_NOT_SHARED = "deny_access reaches no other account: resources are not shared within the organization."
_ALLOWED = ("cloudformation:*Stack*", "ssm-quicksetup:*ConfigurationManager")


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str = ADMINISTRATOR, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/just-in-time-node-access", "unified_console": _console(sandbox), **inputs}
    call.setdefault("regions", ["eu-west-1", "us-east-1"])
    output = {"access": {"value": "${module.access}"}}
    return workspaces.call_modules({"access": call}, sandbox.environment(account_id), output=output)


def _console(sandbox: Sandbox) -> dict[str, object]:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    return {**_CONSOLE, "targets": [root["Id"]]}


def _register(sandbox: Sandbox) -> None:
    organizations = sandbox.client("organizations")
    sandbox.client("cloudformation").activate_organizations_access()
    for principal in _PRINCIPALS:
        if not principal.startswith("member.org.stacksets"):
            organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)


def _decided(sandbox: Sandbox, requester: Requester | None = None, **node_tags: str) -> str:
    account_region, home = (OTHER_MEMBER, "eu-west-1"), (ADMINISTRATOR, "us-east-1")
    return decide(sandbox, account_region, home, requester or Requester(), node_tags)


@pytest.mark.timeout(600)
@pytest.mark.scenario("bare")
def test_requests_are_decided_by_the_policies(sandbox: Sandbox, workspaces: Workspaces) -> None:
    errors = plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    assert f"Account {MANAGEMENT} is the management account" in errors
    _register(sandbox)
    outside: dict[str, Any] = {"regions": ["us-west-2"], "organizational_unit_ids": ["ou-ab12-34cd56ef"]}
    console = {**_CONSOLE, "home_region": "eu-west-1", "targets": ["ou-ab12-78gh90ij"]}
    errors = plan_errors(_write(sandbox, workspaces, unified_console=console, **outside))
    assert "The home Region of the unified console is eu-west-1, but the provider works in us-east-1" in errors
    assert "regions contains us-west-2, which the unified console is not set up in." in errors
    assert "organizational_unit_ids contains ou-ab12-34cd56ef, which are not targets of the unified console." in errors

    before, first_call = sandbox.snapshot(), len(sandbox.calls)
    terraform = _write(sandbox, workspaces, **_POLICIES)
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[NODE_ACCESS])
    assert any(_NOT_SHARED in str(warning) for warning in terraform.apply().warnings)
    sandbox.client("ram").enable_sharing_with_aws_organization()
    assert_plan_empty(plan_read_only(terraform, sandbox))

    for account_region in ((OTHER_MEMBER, "eu-west-1"), (ADMINISTRATOR, "us-east-1")):
        (text,) = policy_texts(sandbox, account_region, "SSM-JustInTimeAccessAutoApprovalPolicy")
        assert cedarpy.validate_policies(text, SCHEMA).validation_passed
    assert not policy_texts(sandbox, (MANAGEMENT, "us-east-1"), "SSM-JustInTimeAccessAutoApprovalPolicy")
    engineer = Requester(groups=(_GROUP,), attributes={"costCenter": "E-17"})
    assert _decided(sandbox, Environment="Development") == AUTOMATIC
    assert _decided(sandbox, Environment="Development", Data="Secret") == "production"
    assert _decided(sandbox, engineer, Environment="Test") == AUTOMATIC
    assert (
        _decided(sandbox, Requester(groups=(_GROUP,), attributes={"costCenter": "F-1"}), Environment="Test") == DENIED
    )
    assert _decided(sandbox, Requester(tags={"Team": "Platform"}), Owner="Platform") == AUTOMATIC
    assert _decided(sandbox, engineer, Environment="Production") == "production"
    assert _decided(sandbox, engineer, Service="Database") == "databases"
    # Of two manual policies neither is taken, unless the access is approved automatically.
    assert _decided(sandbox, engineer, Environment="Production", Service="Database") == CONFLICT
    assert _decided(sandbox, engineer, Environment="Development", Service="Database") == AUTOMATIC
    assert _decided(sandbox, engineer) == DENIED
    ssm = sandbox.client("ssm", OTHER_MEMBER, "eu-west-1")
    manual = json.loads(ssm.get_document(Name="production")["Content"])
    # Text, as CloudFormation makes it of the numbers of AWS's own template too.
    assert manual["accessDuration"] == str(8 * 3600)
    assert [step["inputs"]["MinRequiredApprovals"] for step in manual["mainSteps"]] == ["1", "2"]

    # A change is a new version; without statements the document goes.
    change_inputs(terraform, "access", auto_approval=[{"node_tags": {"Environment": "Test"}}], deny_access=None)
    terraform.apply()
    assert _decided(sandbox, Environment="Development", Data="Secret") == "production"
    assert _decided(sandbox, Environment="Test", Data="Secret") == AUTOMATIC
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert "EXISTS_ALREADY" in plan_errors(_write(sandbox, workspaces))

    terraform.destroy()
    assert_calls(sandbox.calls[first_call:], _ALLOWED)
    sandbox.client("organizations").disable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    sandbox.clock.advance(3600)
    assert_same(before, sandbox.snapshot(), retained=RETAINED_ROLES)


@pytest.mark.timeout(600)
@pytest.mark.scenario("bare")
def test_events_of_requests_reach_the_topic(sandbox: Sandbox, workspaces: Workspaces) -> None:
    _register(sandbox)
    before, first_call = sandbox.snapshot(), len(sandbox.calls)
    terraform = _write(sandbox, workspaces, events={})
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[NODE_ACCESS])
    terraform.apply()
    topic_arn = terraform.output()["access"]["events_topic_arn"]
    assert topic_arn == f"arn:aws:sns:us-east-1:{ADMINISTRATOR}:just-in-time-node-access"
    assert_plan_empty(plan_read_only(terraform, sandbox))

    for account_region in ((OTHER_MEMBER, "eu-west-1"), (OTHER_MEMBER, "us-east-1"), (ADMINISTRATOR, "us-east-1")):
        for status in ("Approver Access Request Status Update", "JITNA Access Request Failed"):
            (delivery,) = send(*account_region, status, {"AccessRequestStatus": "Approved"})
            assert (delivery.topic_arn, delivery.denial) == (topic_arn, "")
            assert (delivery.event["account"], delivery.event["region"]) == account_region
    assert not send(OTHER_MEMBER, "us-east-1", "Parameter Store Change", {})
    # No StackSet reaches the management account.
    assert not send(MANAGEMENT, "us-east-1", "JITNA Access Request Failed", {})

    terraform.destroy()
    assert_calls(sandbox.calls[first_call:], (*_ALLOWED, "events:*", "kms:*", "sns:*"))
    (key,) = sandbox.snapshot()["kms_keys"][f"{ADMINISTRATOR} us-east-1"]
    assert key["state"] == "PendingDeletion"
    after = {**sandbox.snapshot(), "kms_keys": before["kms_keys"]}
    sandbox.clock.advance(3600)
    assert_same(before, after, retained=RETAINED_ROLES)


@pytest.mark.timeout(900)
@pytest.mark.scenario("bare")
def test_connections_are_recorded(sandbox: Sandbox, workspaces: Workspaces) -> None:
    _register(sandbox)
    before, first_call = sandbox.snapshot(), len(sandbox.calls)
    terraform = _write(sandbox, workspaces, regions=["us-east-1"], rdp_recording={})
    sandbox.permissions.enforce(f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", read_policies()[NODE_ACCESS])
    assert not terraform.apply().warnings
    recording = terraform.output()["access"]["rdp_recording"]
    assert recording["bucket_name"] == f"rdp-recordings-{ADMINISTRATOR}-us-east-1"
    assert_plan_empty(plan_read_only(terraform, sandbox))
    for account_id in (ADMINISTRATOR, OTHER_MEMBER):
        preferences = _preferences(sandbox, account_id, "us-east-1")
        destination = {"BucketName": recording["bucket_name"], "BucketOwner": ADMINISTRATOR}
        assert preferences["RecordingDestinations"] == {"S3Buckets": [destination]}
        assert not _denial(account_id, "us-east-1")
    # No StackSet reaches the management account.
    assert gui_connect_of(MANAGEMENT, "us-east-1").preferences is None

    # One key for several Regions; preferences of somebody else stay as they are.
    kms = sandbox.client("kms", ADMINISTRATOR)
    policy = kms.get_key_policy(KeyId=recording["kms_key_arn"], PolicyName="default")["Policy"]
    arn = create_recording_key(sandbox, "eu-west-1", policy)
    gui_connect_of(OTHER_MEMBER, "eu-west-1").preferences = by_hand = {**preferences, "KMSKeyArn": "of somebody else"}
    change_inputs(
        terraform,
        "access",
        regions=["eu-west-1", "us-east-1"],
        rdp_recording={"kms_key_arn": arn, "created_key_kept": True},
    )
    warnings = "\n".join(str(warning) for warning in terraform.apply().warnings)
    assert f"{OTHER_MEMBER} eu-west-1" in warnings
    assert "already exists" in warnings
    for account_region in ((ADMINISTRATOR, "eu-west-1"), (ADMINISTRATOR, "us-east-1"), (OTHER_MEMBER, "us-east-1")):
        assert _preferences(sandbox, *account_region)["KMSKeyArn"] == arn.replace("us-east-1", account_region[1])
        assert not _denial(*account_region)

    terraform.destroy()
    assert gui_connect_of(OTHER_MEMBER, "eu-west-1").preferences == by_hand
    assert gui_connect_of(OTHER_MEMBER, "us-east-1").preferences is None
    assert_calls(
        sandbox.calls[first_call:], (*_ALLOWED, "kms:*", "s3:*", "ssm-quicksetup:UpdateConfigurationDefinition")
    )
    after = {**sandbox.snapshot(), "kms_keys": before["kms_keys"]}
    sandbox.clock.advance(3600)
    assert_same(before, after, retained=RETAINED_ROLES)


def _preferences(sandbox: Sandbox, account_id: str, region: str) -> dict[str, Any]:
    client = sandbox.client("ssm-guiconnect", account_id, region)
    found: dict[str, Any] = client.get_connection_recording_preferences()["ConnectionRecordingPreferences"]
    return found


def _denial(account_id: str, region: str) -> str:
    return gui_connect_of(account_id, region).recording_denial("SSM-JustInTimeAccessTokenRole")
