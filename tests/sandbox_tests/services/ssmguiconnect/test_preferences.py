"""Preferences of recordings: stacks with AWS::SSMGuiConnect::Preferences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.services.ssmguiconnect.models import gui_connect_of
from sandbox_tests.cases.quick_setup import MANAGEMENT, policy

if TYPE_CHECKING:
    from sandbox import Sandbox

PREFERENCES: dict[str, Any] = {
    "KMSKeyArn": f"arn:aws:kms:us-east-1:{MANAGEMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "RecordingDestinations": {"S3Buckets": [{"BucketName": "recordings", "BucketOwner": MANAGEMENT}]},
}


def reason(sandbox: Sandbox) -> str:
    """Create a stack; why its resource failed."""
    resource = {
        "Type": "AWS::SSMGuiConnect::Preferences",
        "Properties": {"ConnectionRecordingPreferences": PREFERENCES},
    }
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(
        StackName="recording", TemplateBody=json.dumps({"Resources": {"Preferences": resource}})
    )
    events = cloudformation.describe_stack_events(StackName="recording")["StackEvents"]
    return next(str(event["ResourceStatusReason"]) for event in events if event["ResourceStatus"] == "CREATE_FAILED")


def enable(sandbox: Sandbox) -> None:
    """The role that Quick Setup deploys for just-in-time node access."""
    sandbox.client("iam").create_role(
        RoleName="AWS-QuickSetup-EnableJITNA-V2-TA-us-east-1",
        AssumeRolePolicyDocument=policy(Principal={"Service": "ssm.amazonaws.com"}),
    )


def test_just_in_time_node_access_comes_first(sandbox: Sandbox) -> None:
    assert "Just-in-time node access is not enabled" in reason(sandbox)


def test_the_key_must_be_there(sandbox: Sandbox) -> None:
    enable(sandbox)
    assert "There is no key" in reason(sandbox)


def test_what_exists_is_not_replaced(sandbox: Sandbox) -> None:
    gui_connect_of(MANAGEMENT, "us-east-1").preferences = PREFERENCES
    assert "already exists" in reason(sandbox)
    client = sandbox.client("ssm-guiconnect")
    client.delete_connection_recording_preferences()
    for operation in (client.get_connection_recording_preferences, client.delete_connection_recording_preferences):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            operation()
