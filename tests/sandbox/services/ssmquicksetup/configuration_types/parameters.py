"""Validation of a definition's parameters, and its targets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.services.ssm.patch_baselines import NAMES
from sandbox.services.ssmquicksetup import documents
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.exceptions import ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.ssmquicksetup.configuration_types.catalog import ConfigurationType

_TARGETS = ("TargetAccounts", "TargetOrganizationalUnits", "TargetRegions")
# The pattern of botocore's model `organizations`.
_ROOT_ID = re.compile(r"r-[0-9a-z]{4,32}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_MAXIMUM_LENGTH = 4_096

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
# "A cron expression": the reference of catalog.py.
_SCHEDULE = re.compile(r"(cron|rate)\(.+\)")
# MaxConcurrency and MaxErrors of botocore's model `ssm`.
_COUNT_OR_PERCENTAGE = re.compile(r"\d{1,5}%?")
# What values mean to the services that get them, where the templates take every text.
_FORMATS = {
    "ConfigurationOptionsInstallValue": _SCHEDULE,
    "ConfigurationOptionsScanValue": _SCHEDULE,
    "GlobalResourceTypesRegion": _REGION,
    "HomeRegion": _REGION,
    # "An iCalendar formatted string": the reference; https://www.rfc-editor.org/rfc/rfc5545, section 3.4.
    "ICalendarString": re.compile(r"(?s)BEGIN:VCALENDAR\s.*\sEND:VCALENDAR\s*"),
    "PatchBaselineRegion": _REGION,
    "RateControlConcurrency": _COUNT_OR_PERCENTAGE,
    "RateControlErrorThreshold": _COUNT_OR_PERCENTAGE,
    "SelectedAggregatorRegion": _REGION,
}
# A key, a value of it, and what that requires: "You must provide a value for this parameter if you specify ... for the
# TargetType parameter" and the like, in the reference.
# ASSUMPTION(quick-setup-conditional-parameters): the bucket too, for which there is nothing to fall back on.
_REQUIREMENTS = (
    ("NotificationOptions", "UseExistingTopic", ("CustomDeliveryTopicAccountId", "CustomDeliveryTopicName")),
    ("PermissionType", "CustomPermissions", ("CustomPermissions",)),
    ("TargetType", "InstanceIds", ("TargetInstances",)),
    ("TargetType", "ResourceGroups", ("ResourceGroupName",)),
    ("TargetType", "Tags", ("TargetTagKey", "TargetTagValue")),
    ("UseCustomBucket", "true", ("DeliveryBucketName",)),
)


@dataclass(frozen=True)
class Targets:
    """The targets of a definition: the root and OUs, or the caller's account; and Regions."""

    organizational_units: tuple[str, ...]
    account_id: str | None
    regions: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        return self.account_id is not None


def validate_parameters(configuration_type: ConfigurationType, parameters: Mapping[str, str]) -> Targets:
    """Check every parameter and return the targets. Raises ValidationException.

    ASSUMPTION(quick-setup-parameters-are-checked): parameters that the type does not have, and undocumented values, are
    errors; AWS's pages do not document what the service does with them.
    """
    targets = _targets(configuration_type.name, parameters)
    declared = _declared(configuration_type.name, targets)
    required = _required(configuration_type.name, declared)
    if lacking := sorted(required - set(parameters)):
        raise ValidationException(f"{configuration_type.name} requires the parameter {lacking[0]}.")
    for key, value in parameters.items():
        # Empty is as if it were left out: AWS's example of quick-setup-api.html has such.
        if key in required or (value and key not in _TARGETS):
            _check_value(configuration_type, declared.get(key), key, value)
        if value and key in configuration_type.local_only and not targets.is_local:
            raise ValidationException(f"{configuration_type.name} takes {key} for local deployments only.")
    for key in _conditionally_required(configuration_type, declared, targets, parameters):
        if not parameters.get(key):
            raise ValidationException(f"{configuration_type.name} requires the parameter {key}.")
    return targets


def template_parameters(configuration_type: ConfigurationType, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return parameters by the names of the templates."""
    names = documents.names_of_reference(configuration_type.name)
    return {names.get(key, key): value for key, value in parameters.items()}


def split(value: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated value, each once."""
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def _declared(type_name: str, targets: Targets) -> dict[str, list[dict[str, Any]]]:
    """Return what a caller may send beside the targets; each has its declaration in every template that has it."""
    declared = documents.declarations_of(type_name, is_local=targets.is_local)
    declared |= {name: declared[template] for name, template in documents.names_of_reference(type_name).items()}
    # Quick Setup sets its own; the one that it also returns may be sent back.
    return {
        key: declarations
        for key, declarations in declared.items()
        if not key.startswith("QS") or key == "QSForceUpdateParam"
    }


def _required(type_name: str, declared: Mapping[str, list[dict[str, Any]]]) -> set[str]:
    """Return the parameters without which CloudFormation refuses a template."""
    return {
        key
        for key, declarations in declared.items()
        if documents.followed(type_name, key, "required", any("default" not in one for one in declarations))
    }


def _conditionally_required(
    configuration_type: ConfigurationType,
    declared: Mapping[str, list[dict[str, Any]]],
    targets: Targets,
    sent: Mapping[str, str],
) -> list[str]:
    # "This parameter is required for Organization deployments": the reference, where a template has a default.
    administrator = configuration_type.deploys_to_administrator and not targets.is_local
    return ["DelegatedAccountId"] * administrator + [
        required
        for key, value, keys in _REQUIREMENTS
        if key in declared and (sent.get(key) or declared[key][0].get("default")) == value
        for required in keys
    ]


def _check_value(
    configuration_type: ConfigurationType, declarations: list[dict[str, Any]] | None, key: str, value: str
) -> None:
    if declarations is None and server_parameters.is_known(key):
        return
    if declarations is None:
        raise ValidationException(f"{configuration_type.name} has no parameter {key}.")
    if not all(_accepts(configuration_type, declaration, key, value) for declaration in declarations):
        raise ValidationException(f"The parameter {key} of {configuration_type.name} can't be {value!r}.")
    if key == "SelectedPatchBaselines":
        _check_selected_baselines(value)
    if key == "CustomPermissions":
        _parse(key, value)


def _accepts(configuration_type: ConfigurationType, declaration: dict[str, Any], key: str, value: str) -> bool:
    """Whether CloudFormation takes a value for a parameter of a template."""
    values = documents.followed(configuration_type.name, key, "values", declaration.get("allowed_values"))
    pattern = declaration.get("allowed_pattern", "(?s).*")
    is_list = declaration["type"] == "CommaDelimitedList"
    return (
        declaration.get("min_length", 0) <= len(value) <= declaration.get("max_length", _MAXIMUM_LENGTH)
        and all(
            (values is None or item in values) and re.fullmatch(pattern, item) is not None
            for item in ([part.strip() for part in value.split(",")] if is_list else [value])
        )
        and (key not in _FORMATS or _FORMATS[key].fullmatch(value) is not None)
    )


def _targets(type_name: str, parameters: Mapping[str, str]) -> Targets:
    units = split(parameters.get("TargetOrganizationalUnits", ""))
    accounts = split(parameters.get("TargetAccounts", ""))
    regions = split(parameters.get("TargetRegions", ""))
    if bool(units) == bool(accounts):
        raise ValidationException("Give exactly one of TargetOrganizationalUnits and TargetAccounts.")
    if len(accounts) > 1:
        raise ValidationException("TargetAccounts is the one account that starts the deployment.")
    if not regions:
        raise ValidationException(f"{type_name} requires the parameter TargetRegions.")
    supported = documents.deployment_of(type_name, is_local=bool(accounts))
    if not supported:
        raise ValidationException(f"{type_name} can't be deployed to {'an account' if accounts else 'units'}.")
    if units and _takes_root_alone(type_name, supported) and not _ROOT_ID.fullmatch(",".join(units)):
        raise ValidationException(f"{type_name} can be deployed to the root of the organization alone.")
    for region in regions:
        if region not in supported["regions"]:
            raise ValidationException(f"{type_name} is not available in the Region {region}.")
    return Targets(units, accounts[0] if accounts else None, regions)


def _takes_root_alone(type_name: str, deployment: Mapping[str, Any]) -> bool:
    """Whether organizational units are excluded. ASSUMPTION(dhmc-units): for Default Host Management they are."""
    found = "root" if deployment["targets"] == ["ENTIRE_ORG"] else "units"
    return str(documents.followed(type_name, "TargetOrganizationalUnits", "targets", found)).startswith("root")


def _parse(key: str, document: str) -> Any:
    try:
        return json.loads(document)
    except json.JSONDecodeError as error:
        raise ValidationException(f"{key} is not JSON.") from error


def _check_selected_baselines(document: str) -> None:
    # The reference calls it an array; AWS's example is an object by operating system, with value and label of the
    # baseline: https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-api.html
    baselines = _parse("SelectedPatchBaselines", document)
    if not isinstance(baselines, dict) or not baselines:
        raise ValidationException("SelectedPatchBaselines is not an object with an operating system for each key.")
    for operating_system, baseline in baselines.items():
        if operating_system not in NAMES:
            raise ValidationException(f"SelectedPatchBaselines has no operating system {operating_system}.")
        if not isinstance(baseline, dict) or not {"value", "label"} <= set(baseline):
            raise ValidationException(f"SelectedPatchBaselines lacks the value or label of {operating_system}.")
