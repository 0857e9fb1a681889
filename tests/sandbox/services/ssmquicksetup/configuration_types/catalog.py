"""The types of configuration, and the parameters that each takes.

https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html, called the reference
below.
"""

from __future__ import annotations

import re

from sandbox.services.account.regions import ENABLED_BY_DEFAULT
from sandbox.services.ssmquicksetup.configuration_types.configuration_type import (
    ACCOUNT_ID,
    ANYTHING,
    BOOLEAN,
    NODE_REQUIREMENTS,
    NODES,
    REGION,
    ROOT_ID,
    SCHEDULE,
    TARGETS,
    UNIT_TARGETS,
    ConditionalRequirement,
    ConfigurationType,
    list_of,
    one_of,
)
from sandbox.services.ssmquicksetup.configuration_types.unified_console import JUST_IN_TIME_NODE_ACCESS, UNIFIED_CONSOLE
from sandbox.services.ssmquicksetup.exceptions import ValidationException

# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
REGIONS = tuple(sorted(ENABLED_BY_DEFAULT - {"ap-northeast-3"}))

PATCH_POLICY = "AWSQuickSetupType-PatchPolicy"
DEFAULT_HOST_MANAGEMENT = "AWSQuickSetupType-DHMC"
HOST_MANAGEMENT = "AWSQuickSetupType-SSMHostMgmt"
CHANGE_MANAGER = "AWSQuickSetupType-SSMChangeMgr"
OPS_CENTER = "AWSQuickSetupType-SSMOpsCenter"
RESOURCE_EXPLORER = "AWSQuickSetupType-ResourceExplorer"
RESOURCE_SCHEDULER = "AWSQuickSetupType-Scheduler"
DEVOPS_GURU = "AWSQuickSetupType-DevOpsGuru"
CONFORMANCE_PACKS = "AWSQuickSetupType-CFGCPacks"
CONFIG_RECORDING = "AWSQuickSetupType-CFGRecording"
DISTRIBUTOR = "AWSQuickSetupType-Distributor"

_COUNT_OR_PERCENTAGE = re.compile(r"\d{1,5}%?")
# "The ID of the root of your Organization. This configuration type doesn't currently support choosing specific OUs":
# the reference, of conformance packs and of recording.
_ROOT_TARGETS = {**TARGETS, "TargetOrganizationalUnits": ROOT_ID}
_UNITS_AND_REGIONS = frozenset({"TargetOrganizationalUnits", "TargetRegions"})
# The reference spells it so; botocore's documentation of the same parameter has the second.
_UPDATE_AGENT = {"UpdateSsmAgent": BOOLEAN, "UpdateSSMAgent": BOOLEAN}

_IN_THE_REFERENCE = (
    ConfigurationType(
        name=PATCH_POLICY,
        latest_version="2.0",
        parameters={
            **TARGETS,
            **NODES,
            "PatchPolicyName": ANYTHING,
            "SelectedPatchBaselines": ANYTHING,
            "PatchBaselineUseDefault": one_of("default", "custom"),
            "PatchBaselineRegion": one_of(*REGIONS),
            "ConfigurationOptionsPatchOperation": one_of("Scan", "ScanAndInstall"),
            "ConfigurationOptionsScanValue": SCHEDULE,
            "ConfigurationOptionsScanNextInterval": BOOLEAN,
            "ConfigurationOptionsInstallValue": SCHEDULE,
            "ConfigurationOptionsInstallNextInterval": BOOLEAN,
            "RebootOption": one_of("RebootIfNeeded", "NoReboot"),
            "IsPolicyAttachAllowed": BOOLEAN,
            "OutputLogEnableS3": BOOLEAN,
            "OutputS3BucketName": ANYTHING,
            "OutputS3KeyPrefix": ANYTHING,
            "OutputBucketRegion": ANYTHING,
            # Not in the reference's list, but in the examples of
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
            "RateControlConcurrency": _COUNT_OR_PERCENTAGE,
            "RateControlErrorThreshold": _COUNT_OR_PERCENTAGE,
            "HasDeletedBaseline": BOOLEAN,
        },
        required=frozenset({"PatchPolicyName", "SelectedPatchBaselines", "PatchBaselineRegion", "TargetRegions"}),
        # TargetType is not `local_only` here: the example of quick-setup-api.html sends it to units.
        conditional_requirements=NODE_REQUIREMENTS,
        always_requires_roles=True,
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html: "You can't set up
        # the policy using the delegated administrator account or a member account".
        management_account_only=True,
        execution_policies=("AWSQuickSetupPatchPolicyDeploymentRolePolicy",),
    ),
    ConfigurationType(
        name=DEFAULT_HOST_MANAGEMENT,
        parameters={**UNIT_TARGETS, **_UPDATE_AGENT},
        required=_UNITS_AND_REGIONS,
    ),
    ConfigurationType(
        name=HOST_MANAGEMENT,
        parameters={
            **TARGETS,
            **NODES,
            **_UPDATE_AGENT,
            "UpdateEc2LaunchAgent": BOOLEAN,
            "CollectInventory": BOOLEAN,
            "ScanInstances": BOOLEAN,
            "InstallCloudWatchAgent": BOOLEAN,
            "UpdateCloudWatchAgent": BOOLEAN,
            "IsPolicyAttachAllowed": BOOLEAN,
        },
        required=frozenset({"TargetRegions"}),
        conditional_requirements=NODE_REQUIREMENTS,
        # "Don't specify a value for this parameter if you're deploying to OUs": the reference.
        local_only=frozenset({"TargetType"}),
    ),
    ConfigurationType(
        name=CHANGE_MANAGER,
        parameters={
            **UNIT_TARGETS,
            "DelegatedAccountId": ACCOUNT_ID,
            "JobFunction": ANYTHING,
            "PermissionType": one_of("CustomPermissions", "AdminPermissions"),
            "CustomPermissions": ANYTHING,
        },
        required=_UNITS_AND_REGIONS | {"DelegatedAccountId", "JobFunction"},
        # The template's default too, where the reference prints "CustomerPermissions".
        conditional_requirements=(
            ConditionalRequirement(
                "PermissionType", "CustomPermissions", ("CustomPermissions",), default="CustomPermissions"
            ),
        ),
    ),
    ConfigurationType(
        name=OPS_CENTER,
        parameters={**UNIT_TARGETS, "DelegatedAccountId": ACCOUNT_ID},
        required=_UNITS_AND_REGIONS | {"DelegatedAccountId"},
    ),
    ConfigurationType(
        name=RESOURCE_EXPLORER,
        parameters={**UNIT_TARGETS, "SelectedAggregatorRegion": REGION, "ReplaceExistingAggregator": BOOLEAN},
        required=_UNITS_AND_REGIONS | {"SelectedAggregatorRegion", "ReplaceExistingAggregator"},
    ),
    ConfigurationType(
        name=RESOURCE_SCHEDULER,
        parameters={
            **TARGETS,
            "TargetTagKey": ANYTHING,
            "TargetTagValue": ANYTHING,
            # "An iCalendar formatted string": the reference; https://www.rfc-editor.org/rfc/rfc5545, section 3.4.
            "ICalendarString": re.compile(r"(?s)BEGIN:VCALENDAR\s.*\sEND:VCALENDAR\s*"),
        },
        required=frozenset({"TargetTagKey", "TargetTagValue", "ICalendarString", "TargetRegions"}),
    ),
    ConfigurationType(
        name=DEVOPS_GURU,
        parameters={
            **TARGETS,
            "AnalyseAllResources": BOOLEAN,
            "EnableSnsNotifications": BOOLEAN,
            "EnableSsmOpsItems": BOOLEAN,
            "EnableDriftRemediation": BOOLEAN,
            "RemediationSchedule": one_of("rate(30 days)", "rate(14 days)", "rate(1 days)", "none"),
        },
        required=frozenset({"TargetRegions"}),
    ),
    ConfigurationType(
        name=CONFORMANCE_PACKS,
        parameters={
            **_ROOT_TARGETS,
            "DelegatedAccountId": ACCOUNT_ID,
            "RemediationSchedule": one_of("rate(30 days)", "rate(14 days)", "rate(2 days)", "none"),
            "CPackNames": ANYTHING,
        },
        required=frozenset({"CPackNames", "TargetRegions"}),
        # "This parameter is required for Organization deployments": the reference.
        required_for_units=frozenset({"DelegatedAccountId"}),
        # The step of the document names it; for Config:
        # https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConformancePack.html
        administered_service="config-multiaccountsetup.amazonaws.com",
    ),
    ConfigurationType(
        name=CONFIG_RECORDING,
        parameters={
            **_ROOT_TARGETS,
            "RecordAllResources": BOOLEAN,
            "ResourceTypesToRecord": ANYTHING,
            "RecordResourceTypes": ANYTHING,
            "RecordGlobalResourceTypes": BOOLEAN,
            "GlobalResourceTypesRegion": REGION,
            "UseCustomBucket": BOOLEAN,
            "DeliveryBucketName": ANYTHING,
            "DeliveryBucketPrefix": ANYTHING,
            "NotificationOptions": one_of("NoStreaming", "UseExistingTopic", "CreateTopic"),
            "CustomDeliveryTopicAccountId": ACCOUNT_ID,
            "CustomDeliveryTopicName": ANYTHING,
            "RemediationSchedule": one_of("rate(30 days)", "rate(7 days)", "rate(1 days)", "none"),
        },
        required=frozenset({"TargetRegions"}),
        conditional_requirements=(
            ConditionalRequirement(
                "NotificationOptions", "UseExistingTopic", ("CustomDeliveryTopicAccountId", "CustomDeliveryTopicName")
            ),
            # ASSUMPTION(quick-setup-conditional-parameters), both: the reference calls them optional, but there is
            # nothing to fall back on.
            ConditionalRequirement("UseCustomBucket", "true", ("DeliveryBucketName",)),
            ConditionalRequirement("RecordAllResources", "false", ("ResourceTypesToRecord",)),
        ),
    ),
    ConfigurationType(
        name=DISTRIBUTOR,
        parameters={
            **TARGETS,
            **NODES,
            "PackagesToInstall": list_of("AWSEFSTools", "AWSCWAgent", "AWSEC2LaunchAgent", "novalue"),
            "RemediationSchedule": one_of("rate(30 days)", "rate(14 days)", "rate(2 days)", "none"),
            "IsPolicyAttachAllowed": BOOLEAN,
        },
        required=frozenset({"PackagesToInstall", "TargetRegions"}),
        conditional_requirements=NODE_REQUIREMENTS,
        # As of Host Management.
        local_only=frozenset({"TargetType"}),
    ),
)

TYPES = {known.name: known for known in (*_IN_THE_REFERENCE, UNIFIED_CONSOLE, JUST_IN_TIME_NODE_ACCESS)}


def type_named(name: str) -> ConfigurationType:
    """Return the type. Raises ValidationException when there is none of that name."""
    if name not in TYPES:
        raise ValidationException(f"The configuration type {name} is not one that the sandbox has: {', '.join(TYPES)}.")
    return TYPES[name]


def version_of(configuration_type: ConfigurationType, requested: str | None) -> str:
    """Return the version to deploy: the requested one, or the latest."""
    return configuration_type.latest_version if requested in {None, "LATEST"} else str(requested)
