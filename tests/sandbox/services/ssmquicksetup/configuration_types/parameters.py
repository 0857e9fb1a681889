"""Validation of a definition's parameters, and its targets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.services.ssm.patch_baselines import NAMES
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.exceptions import ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.services.ssmquicksetup.configuration_types.configuration_type import ConfigurationType


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
    _require(configuration_type, sorted(configuration_type.required), parameters)
    for key, value in parameters.items():
        _check_value(configuration_type, key, value)
    for requirement in configuration_type.conditional_requirements:
        _require(configuration_type, requirement.missing(parameters), parameters)
    targets = _targets(parameters)
    if not targets.is_local:
        _require(configuration_type, sorted(configuration_type.required_for_units), parameters)
        _refuse_what_is_local(configuration_type, parameters)
    return targets


def split(value: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated value, each once."""
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def _require(configuration_type: ConfigurationType, keys: list[str], parameters: Mapping[str, str]) -> None:
    for key in keys:
        if not parameters.get(key):
            raise ValidationException(f"{configuration_type.name} requires the parameter {key}.")


def _check_value(configuration_type: ConfigurationType, key: str, value: str) -> None:
    pattern = configuration_type.parameters.get(key)
    if pattern is None and server_parameters.is_known(key):
        return
    if pattern is None:
        raise ValidationException(f"{configuration_type.name} has no parameter {key}.")
    if not value:
        return
    if not pattern.fullmatch(value):
        raise ValidationException(f"The parameter {key} of {configuration_type.name} can't be {value!r}.")
    if key == "SelectedPatchBaselines":
        _check_selected_baselines(value)
    if key == "CustomPermissions":
        _parse(key, value)


def _refuse_what_is_local(configuration_type: ConfigurationType, parameters: Mapping[str, str]) -> None:
    for key in sorted(configuration_type.local_only):
        if parameters.get(key):
            raise ValidationException(f"{configuration_type.name} takes {key} for local deployments only.")


def _targets(parameters: Mapping[str, str]) -> Targets:
    units = split(parameters.get("TargetOrganizationalUnits", ""))
    accounts = split(parameters.get("TargetAccounts", ""))
    regions = split(parameters["TargetRegions"])
    if bool(units) == bool(accounts):
        raise ValidationException("Give exactly one of TargetOrganizationalUnits and TargetAccounts.")
    if len(accounts) > 1:
        raise ValidationException("TargetAccounts is the one account that starts the deployment.")
    for region in regions:
        if region not in REGIONS:
            raise ValidationException(f"Quick Setup is not available in the Region {region}.")
    return Targets(units, accounts[0] if accounts else None, regions)


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
