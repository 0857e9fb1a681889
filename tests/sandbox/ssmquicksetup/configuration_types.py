"""The types of configuration that are built, and the parameters that each takes.

https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html, called the reference
below.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.ssm.patch_baselines import NAMES
from sandbox.ssmquicksetup.exceptions import ValidationException
from sandbox.ssmquicksetup.server_parameters import server_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
REGIONS = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)

PATCH_POLICY = "AWSQuickSetupType-PatchPolicy"
DEFAULT_HOST_MANAGEMENT = "AWSQuickSetupType-DHMC"
HOST_MANAGEMENT = "AWSQuickSetupType-SSMHostMgmt"
CHANGE_MANAGER = "AWSQuickSetupType-SSMChangeMgr"

_BOOLEAN = re.compile(r"true|false")
_ANY = re.compile(r"(?s).*")
_CRON = re.compile(r"(cron|rate)\(.+\)")
_COUNT_OR_PERCENTAGE = re.compile(r"\d{1,5}%?")
_TARGETS = {"TargetOrganizationalUnits": _ANY, "TargetAccounts": _ANY, "TargetRegions": _ANY}
_NODES = {
    "TargetType": re.compile(r"\*|InstanceIds|ResourceGroups|Tags"),
    "TargetTagKey": _ANY,
    "TargetTagValue": _ANY,
    "TargetInstances": _ANY,
    "ResourceGroupName": _ANY,
}


@dataclass(frozen=True)
class ConfigurationType:
    """What one type accepts.

    `parameters` maps every key to the pattern of a value that is not empty; `always_needs_roles` says that the two
    local roles are required for organization deployments as well.
    """

    name: str
    latest_version: str
    parameters: Mapping[str, re.Pattern[str]]
    required: frozenset[str]
    local_deployment: bool
    always_needs_roles: bool
    management_account_only: bool
    execution_policy: str


# ASSUMPTION: the version numbers; AWS's pages show none. ListQuickSetupTypes tells them.
TYPES = {
    PATCH_POLICY: ConfigurationType(
        name=PATCH_POLICY,
        latest_version="2.0",
        parameters={
            **_TARGETS,
            **_NODES,
            "PatchPolicyName": _ANY,
            "SelectedPatchBaselines": _ANY,
            "PatchBaselineUseDefault": re.compile(r"default|custom"),
            "PatchBaselineRegion": re.compile("|".join(REGIONS)),
            "ConfigurationOptionsPatchOperation": re.compile(r"Scan|ScanAndInstall"),
            "ConfigurationOptionsScanValue": _CRON,
            "ConfigurationOptionsScanNextInterval": _BOOLEAN,
            "ConfigurationOptionsInstallValue": _CRON,
            "ConfigurationOptionsInstallNextInterval": _BOOLEAN,
            "RebootOption": re.compile(r"RebootIfNeeded|NoReboot"),
            "IsPolicyAttachAllowed": _BOOLEAN,
            "OutputLogEnableS3": _BOOLEAN,
            "OutputS3BucketName": _ANY,
            "OutputS3KeyPrefix": _ANY,
            "OutputBucketRegion": _ANY,
            # Not in the reference's list, but in the examples of
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
            "RateControlConcurrency": _COUNT_OR_PERCENTAGE,
            "RateControlErrorThreshold": _COUNT_OR_PERCENTAGE,
            "HasDeletedBaseline": _BOOLEAN,
        },
        required=frozenset({"PatchPolicyName", "SelectedPatchBaselines", "PatchBaselineRegion", "TargetRegions"}),
        local_deployment=True,
        always_needs_roles=True,
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html: "You can't set up
        # the policy using the delegated administrator account or a member account".
        management_account_only=True,
        execution_policy="AWSQuickSetupPatchPolicyDeploymentRolePolicy",
    ),
    DEFAULT_HOST_MANAGEMENT: ConfigurationType(
        name=DEFAULT_HOST_MANAGEMENT,
        latest_version="1.0",
        parameters={
            **_TARGETS,
            "UpdateSsmAgent": _BOOLEAN,
            # The spelling of botocore's model, whose documentation disagrees with the reference.
            "UpdateSSMAgent": _BOOLEAN,
        },
        required=frozenset({"TargetOrganizationalUnits", "TargetRegions"}),
        local_deployment=False,
        always_needs_roles=False,
        management_account_only=False,
        execution_policy="AWSQuickSetupDeploymentRolePolicy",
    ),
    HOST_MANAGEMENT: ConfigurationType(
        name=HOST_MANAGEMENT,
        latest_version="1.0",
        parameters={
            **_TARGETS,
            **_NODES,
            "UpdateSsmAgent": _BOOLEAN,
            "UpdateSSMAgent": _BOOLEAN,
            "UpdateEc2LaunchAgent": _BOOLEAN,
            "CollectInventory": _BOOLEAN,
            "ScanInstances": _BOOLEAN,
            "InstallCloudWatchAgent": _BOOLEAN,
            "UpdateCloudWatchAgent": _BOOLEAN,
            "IsPolicyAttachAllowed": _BOOLEAN,
        },
        required=frozenset({"TargetRegions"}),
        local_deployment=True,
        always_needs_roles=False,
        management_account_only=False,
        execution_policy="AWSQuickSetupDeploymentRolePolicy",
    ),
    CHANGE_MANAGER: ConfigurationType(
        name=CHANGE_MANAGER,
        latest_version="1.0",
        parameters={
            **_TARGETS,
            "DelegatedAccountId": re.compile(r"[0-9]{12}"),
            "JobFunction": _ANY,
            "PermissionType": re.compile(r"CustomPermissions|AdminPermissions"),
            "CustomPermissions": _ANY,
        },
        required=frozenset({"DelegatedAccountId", "JobFunction", "TargetOrganizationalUnits", "TargetRegions"}),
        local_deployment=False,
        always_needs_roles=False,
        # ASSUMPTION: the delegated administrator may set it up too; only patch policies are excluded:
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
        management_account_only=False,
        execution_policy="AWSQuickSetupDeploymentRolePolicy",
    ),
}


@dataclass(frozen=True)
class Targets:
    """Where a definition deploys to: units or a root, or the caller's own account; and Regions."""

    organizational_units: tuple[str, ...]
    account_id: str | None
    regions: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        return self.account_id is not None


def type_named(name: str) -> ConfigurationType:
    """Return the type. Raises ValidationException when it is unknown, or not built in the sandbox."""
    if name not in TYPES:
        raise ValidationException(f"The configuration type {name} is not one that the sandbox has: {', '.join(TYPES)}.")
    return TYPES[name]


def version_of(configuration_type: ConfigurationType, requested: str | None) -> str:
    """Return the version to deploy.

    Raises ValidationException unless it is the latest. ASSUMPTION: older ones are gone.
    """
    if requested in {None, "LATEST", configuration_type.latest_version}:
        return configuration_type.latest_version
    raise ValidationException(f"{configuration_type.name} has no version {requested}.")


def validate_parameters(configuration_type: ConfigurationType, parameters: Mapping[str, str]) -> Targets:
    """Check every parameter and return the targets. Raises ValidationException.

    ASSUMPTION: parameters that the type does not have, and values outside those documented, are refused; AWS's pages do
    not say what the service does with them.
    """
    for key in sorted(configuration_type.required):
        if not parameters.get(key):
            raise ValidationException(f"{configuration_type.name} requires the parameter {key}.")
    for key, value in parameters.items():
        pattern = configuration_type.parameters.get(key)
        if pattern is None and server_parameters.is_known(key):
            continue
        if pattern is None:
            raise ValidationException(f"{configuration_type.name} has no parameter {key}.")
        if value and not pattern.fullmatch(value):
            raise ValidationException(f"The parameter {key} of {configuration_type.name} can't be {value!r}.")
    if configuration_type.name == PATCH_POLICY:
        _check_selected_baselines(parameters["SelectedPatchBaselines"])
    if configuration_type.name == CHANGE_MANAGER:
        _check_permissions(parameters)
    return _targets(configuration_type, parameters)


def _targets(configuration_type: ConfigurationType, parameters: Mapping[str, str]) -> Targets:
    units = _split(parameters.get("TargetOrganizationalUnits", ""))
    accounts = _split(parameters.get("TargetAccounts", ""))
    regions = _split(parameters["TargetRegions"])
    if bool(units) == bool(accounts):
        raise ValidationException("Give exactly one of TargetOrganizationalUnits and TargetAccounts.")
    if accounts and not configuration_type.local_deployment:
        raise ValidationException(f"{configuration_type.name} can be deployed to organizational units only.")
    if len(accounts) > 1:
        raise ValidationException("TargetAccounts is the one account that starts the deployment.")
    for region in regions:
        if region not in REGIONS:
            raise ValidationException(f"Quick Setup is not available in the Region {region}.")
    return Targets(units, accounts[0] if accounts else None, regions)


def _split(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def _check_selected_baselines(document: str) -> None:
    # The reference calls it an array; AWS's example is an object by operating system, with value and label of the
    # baseline: https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
    try:
        baselines: Any = json.loads(document)
    except json.JSONDecodeError as error:
        raise ValidationException("SelectedPatchBaselines is not JSON.") from error
    if not isinstance(baselines, dict) or not baselines:
        raise ValidationException("SelectedPatchBaselines is not an object with an operating system for each key.")
    for operating_system, baseline in baselines.items():
        if operating_system not in NAMES:
            raise ValidationException(f"SelectedPatchBaselines has no operating system {operating_system}.")
        if not isinstance(baseline, dict) or not {"value", "label"} <= set(baseline):
            raise ValidationException(f"SelectedPatchBaselines lacks the value or label of {operating_system}.")


def _check_permissions(parameters: Mapping[str, str]) -> None:
    # The reference: a JSON policy, required with CustomPermissions. That is the default too, where the reference prints
    # "CustomerPermissions" (ASSUMPTION: a misprint).
    if (parameters.get("PermissionType") or "CustomPermissions") == "AdminPermissions":
        return
    try:
        json.loads(parameters.get("CustomPermissions", ""))
    except json.JSONDecodeError as error:
        raise ValidationException(
            "PermissionType CustomPermissions requires CustomPermissions, which is JSON."
        ) from error
