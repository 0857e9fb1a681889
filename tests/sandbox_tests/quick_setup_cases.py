"""Definitions to deploy, and the few calls that every test of Quick Setup makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, MEMBER = "111111111111", "222222222222", "333333333333"
ROOT = "r-sbox"
SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
ADMINISTRATION_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/AWS-QuickSetup-Administration"

HOST_MANAGEMENT = {
    "Type": "AWSQuickSetupType-DHMC",
    "Parameters": {"TargetOrganizationalUnits": ROOT, "TargetRegions": "us-east-1,eu-west-1"},
}
PATCH_POLICY = {
    "Type": "AWSQuickSetupType-PatchPolicy",
    "LocalDeploymentAdministrationRoleArn": ADMINISTRATION_ROLE,
    "LocalDeploymentExecutionRoleName": "AWS-QuickSetup-Execution",
    "Parameters": {
        "PatchPolicyName": "scan",
        "SelectedPatchBaselines": json.dumps({"UBUNTU": {"value": "pb-0123456789abcdef0", "label": "Own"}}),
        "PatchBaselineRegion": "us-east-1",
        "ConfigurationOptionsPatchOperation": "Scan",
        "ConfigurationOptionsScanValue": "cron(0 1 * * ? *)",
        "TargetOrganizationalUnits": ROOT,
        "TargetRegions": "us-east-1",
    },
}
INSTANCE_MANAGEMENT = {
    "Type": "AWSQuickSetupType-SSMHostMgmt",
    "Parameters": {
        "UpdateSsmAgent": "true",
        "UpdateEc2LaunchAgent": "false",
        "CollectInventory": "true",
        "ScanInstances": "true",
        "InstallCloudWatchAgent": "false",
        "UpdateCloudWatchAgent": "false",
        "IsPolicyAttachAllowed": "false",
        "TargetOrganizationalUnits": ROOT,
        "TargetRegions": "us-east-1",
    },
}
CHANGE_MANAGER = {
    "Type": "AWSQuickSetupType-SSMChangeMgr",
    "Parameters": {
        "DelegatedAccountId": ADMINISTRATOR,
        "JobFunction": "Operators",
        "PermissionType": "AdminPermissions",
        "TargetOrganizationalUnits": ROOT,
        "TargetRegions": "us-east-1",
    },
}


def policy(**parts: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **parts}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def changed(definition: dict[str, Any], **parameters: str | None) -> dict[str, Any]:
    merged = {**definition["Parameters"], **parameters}
    return {**definition, "Parameters": {key: value for key, value in merged.items() if value is not None}}


def create(quick_setup: Any, definition: dict[str, Any], name: str = "configuration") -> str:
    created = quick_setup.create_configuration_manager(Name=name, ConfigurationDefinitions=[definition])
    return str(created["ManagerArn"])


def statuses(quick_setup: Any, arn: str) -> tuple[str, str]:
    summaries = quick_setup.get_configuration_manager(ManagerArn=arn)["StatusSummaries"]
    by_type = {summary["StatusType"]: summary["Status"] for summary in summaries}
    return by_type["Deployment"], by_type["AsyncExecutions"]


def wait(sandbox: Sandbox, quick_setup: Any, arn: str) -> dict[str, Any]:
    sandbox.clock.advance(60)
    found: dict[str, Any] = quick_setup.get_configuration_manager(ManagerArn=arn)
    return found


def message(manager: dict[str, Any]) -> str:
    return str(manager["StatusSummaries"][0].get("StatusMessage"))
