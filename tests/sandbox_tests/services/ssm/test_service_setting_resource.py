"""Stacks with AWS::SSM::ServiceSetting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

SHARING = "/ssm/documents/console/public-sharing-permission"
THROUGHPUT = "/ssm/parameter-store/high-throughput-enabled"


def template(setting_id: str, value: str) -> str:
    properties = {"SettingId": setting_id, "SettingValue": value}
    return json.dumps({"Resources": {"Setting": {"Type": "AWS::SSM::ServiceSetting", "Properties": properties}}})


def settings(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.snapshot()["service_settings"].get(f"{MANAGEMENT} us-east-1", {}))


def test_a_setting_is_replaced_changed_and_reset(sandbox: Sandbox) -> None:
    cloudformation = sandbox.client("cloudformation")
    sandbox.client("ssm").update_service_setting(SettingId=SHARING, SettingValue="Enable")
    cloudformation.create_stack(StackName="settings", TemplateBody=template(SHARING, "Disable"))
    assert settings(sandbox) == {SHARING: "Disable"}
    cloudformation.update_stack(StackName="settings", TemplateBody=template(SHARING, "Enable"))
    assert settings(sandbox) == {SHARING: "Enable"}
    cloudformation.update_stack(StackName="settings", TemplateBody=template(THROUGHPUT, "true"))
    assert settings(sandbox) == {THROUGHPUT: "true"}
    cloudformation.delete_stack(StackName="settings")
    assert settings(sandbox) == {}


def test_a_value_that_aws_does_not_list_fails(sandbox: Sandbox, client_error: Any) -> None:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="settings", TemplateBody=template(SHARING, "off"))
    (stack,) = cloudformation.describe_stacks(StackName="settings")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    with client_error("ValidationException"):
        sandbox.client("ssm").update_service_setting(SettingId=SHARING, SettingValue="off")
