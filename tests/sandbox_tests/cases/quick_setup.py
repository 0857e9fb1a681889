"""Definitions and calls of the tests of Quick Setup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, MEMBER = "111111111111", "222222222222", "333333333333"
ROOT = "r-sbox"
SETTING = "/ssm/managed-instance/default-ec2-instance-management-role"
ADMINISTRATION_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/AWS-QuickSetup-Administration"


def _definition(name: str, **parameters: str) -> dict[str, Any]:
    """A definition of a type that deploys to the root in us-east-1."""
    targets = {"TargetOrganizationalUnits": ROOT, "TargetRegions": "us-east-1"}
    return {"Type": f"AWSQuickSetupType-{name}", "Parameters": {**parameters, **targets}}


def changed(definition: dict[str, Any], **parameters: str | None) -> dict[str, Any]:
    merged = {**definition["Parameters"], **parameters}
    return {**definition, "Parameters": {key: value for key, value in merged.items() if value is not None}}


HOST_MANAGEMENT = changed(_definition("DHMC"), TargetRegions="us-east-1,eu-west-1")
PATCH_POLICY = {
    **_definition(
        "PatchPolicy",
        PatchPolicyName="scan",
        SelectedPatchBaselines=json.dumps({"UBUNTU": {"value": "pb-0123456789abcdef0", "label": "Own"}}),
        PatchBaselineRegion="us-east-1",
        ConfigurationOptionsPatchOperation="Scan",
        ConfigurationOptionsScanValue="cron(0 1 * * ? *)",
    ),
    "LocalDeploymentAdministrationRoleArn": ADMINISTRATION_ROLE,
    "LocalDeploymentExecutionRoleName": "AWS-QuickSetup-Execution",
}
INSTANCE_MANAGEMENT = _definition(
    "SSMHostMgmt",
    UpdateSsmAgent="true",
    UpdateEc2LaunchAgent="false",
    CollectInventory="true",
    ScanInstances="true",
    InstallCloudWatchAgent="false",
    UpdateCloudWatchAgent="false",
    IsPolicyAttachAllowed="false",
)
CHANGE_MANAGER = _definition(
    "SSMChangeMgr", DelegatedAccountId=ADMINISTRATOR, JobFunction="Operators", PermissionType="AdminPermissions"
)
OPS_CENTER = _definition("SSMOpsCenter", DelegatedAccountId=ADMINISTRATOR)
RESOURCE_EXPLORER = _definition(
    "ResourceExplorer", SelectedAggregatorRegion="us-east-1", ReplaceExistingAggregator="false"
)
RESOURCE_SCHEDULER = _definition(
    "Scheduler",
    TargetTagKey="office-hours",
    TargetTagValue="true",
    ICalendarString="BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
)
DEVOPS_GURU = _definition(
    "DevOpsGuru",
    AnalyseAllResources="true",
    EnableSnsNotifications="true",
    EnableSsmOpsItems="true",
    RemediationSchedule="rate(14 days)",
)
CONFORMANCE_PACKS = _definition(
    "CFGCPacks",
    DelegatedAccountId=ADMINISTRATOR,
    CPackNames="IAM,S3,novalue,novalue,novalue",
    RemediationSchedule="rate(30 days)",
)
CONFIG_RECORDING = _definition(
    "CFGRecording",
    RecordAllResources="false",
    ResourceTypesToRecord="AWS::EC2::Instance,AWS::S3::Bucket",
    UseCustomBucket="true",
    DeliveryBucketName="recordings",
    NotificationOptions="UseExistingTopic",
    CustomDeliveryTopicAccountId=ADMINISTRATOR,
    CustomDeliveryTopicName="recordings",
    RemediationSchedule="rate(7 days)",
)
DISTRIBUTOR = _definition(
    "Distributor",
    PackagesToInstall="AWSEFSTools,AWSCWAgent,novalue",
    RemediationSchedule="rate(30 days)",
    IsPolicyAttachAllowed="false",
)
UNIFIED_CONSOLE = _definition(
    "SSM",
    HomeRegion="us-east-1",
    DelegatedAccountId=ADMINISTRATOR,
    AgentUpdateSchedule="rate(14 days)",
    EnableDHMCSchedule="rate(1 day)",
    InventoryCollectionSchedule="rate(12 hours)",
)
JUST_IN_TIME_NODE_ACCESS = _definition(
    "JITNA", HomeRegion="us-east-1", DelegatedAccountId=ADMINISTRATOR, IdentityProviderSetting="IAM"
)
# Of one account alone.
CLOUDWATCH_AGENT = _definition("CWASetup", TargetTagKey="monitored", TargetTagValue="")
EVERY_TYPE: tuple[dict[str, Any], ...] = (
    PATCH_POLICY,
    HOST_MANAGEMENT,
    INSTANCE_MANAGEMENT,
    CHANGE_MANAGER,
    OPS_CENTER,
    RESOURCE_EXPLORER,
    RESOURCE_SCHEDULER,
    DEVOPS_GURU,
    CONFORMANCE_PACKS,
    CONFIG_RECORDING,
    DISTRIBUTOR,
    UNIFIED_CONSOLE,
    JUST_IN_TIME_NODE_ACCESS,
)


def policy(**parts: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **parts}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def local(definition: dict[str, Any], **parameters: str | None) -> dict[str, Any]:
    """The definition for the management account itself, with the local roles of the fixture `roles`."""
    targeted = changed(
        definition, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT, DelegatedAccountId=None, **parameters
    )
    return {
        **targeted,
        "LocalDeploymentAdministrationRoleArn": ADMINISTRATION_ROLE,
        "LocalDeploymentExecutionRoleName": "AWS-QuickSetup-Execution",
    }


def set_up_administrator(sandbox: Sandbox) -> None:
    """Register the administrator account for every type, alone in an organizational unit."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="config-multiaccountsetup.amazonaws.com")
    for principal in ("ssm.amazonaws.com", "config-multiaccountsetup.amazonaws.com"):
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    unit = organizations.create_organizational_unit(ParentId=ROOT, Name="Administration")["OrganizationalUnit"]
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=ROOT, DestinationParentId=unit["Id"])


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
