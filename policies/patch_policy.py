"""CKV_SSMORG_2 and CKV_SSMORG_3: required parameters of a Quick Setup patch policy that installs patches.

A definition with an unknown operation, or without one, counts as one that installs. For unresolved parameters, as in
source code that merges them, there is no result: scan the plan.
https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM_CONCURRENCY = 50
MAXIMUM_ERRORS = 10
"""Percent of the targeted nodes."""

_UNRESOLVED = re.compile(r"\$\{|\b(?:var|local|each|module|data)\.")


class InstallingPatchPolicy(BaseResourceCheck):
    """Checks the parameters of every definition that installs patches; no result without one."""

    def __init__(self, identifier: str, name: str, guideline: str) -> None:
        super().__init__(
            name=name,
            id=identifier,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["aws_ssmquicksetup_configuration_manager"],
            guideline=guideline,
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """The worst result of the definitions: failed, unknown, passed."""
        self.evaluated_keys = ["configuration_definition/[0]/parameters"]
        results = [self._check_definition(definition) for definition in _definitions(conf)]
        for result in (CheckResult.FAILED, CheckResult.UNKNOWN):
            if result in results:
                return result
        return CheckResult.PASSED if CheckResult.PASSED in results else CheckResult.UNKNOWN

    def _check_definition(self, definition: dict[str, Any]) -> CheckResult | None:
        if _first(definition.get("type")) != "AWSQuickSetupType-PatchPolicy":
            return None
        parameters = _first(definition.get("parameters"))
        if not isinstance(parameters, dict):
            return CheckResult.UNKNOWN
        known = {key: str(_first(value)) for key, value in parameters.items() if _first(value) is not None}
        if known.get("ConfigurationOptionsPatchOperation") == "Scan":
            return None
        return self.check_parameters(known)

    @abstractmethod
    def check_parameters(self, parameters: dict[str, str]) -> CheckResult:
        """The result for one definition that installs."""


class RebootOption(InstallingPatchPolicy):
    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_2",
            name="A patch policy that installs sets the reboot option",
            guideline=(
                'Set RebootOption to "RebootIfNeeded" or "NoReboot": the default may reboot production, or leave nodes '
                "unpatched until they are rebooted. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html"
            ),
        )

    def check_parameters(self, parameters: dict[str, str]) -> CheckResult:
        option = parameters.get("RebootOption", "")
        if _UNRESOLVED.search(option):
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if option in {"RebootIfNeeded", "NoReboot"} else CheckResult.FAILED


class RateControl(InstallingPatchPolicy):
    """A number of nodes is not a percentage: only the minimum is within every limit."""

    def __init__(self) -> None:
        super().__init__(
            identifier="CKV_SSMORG_3",
            name="A patch policy that installs has rate limits",
            guideline=(
                f"Set RateControlConcurrency to at most {MAXIMUM_CONCURRENCY}% (or one node, 1) and "
                f"RateControlErrorThreshold to at most {MAXIMUM_ERRORS}% (or no node, 0): a faulty patch stops before "
                "it reaches all nodes. "
                "https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html"
            ),
        )

    def check_parameters(self, parameters: dict[str, str]) -> CheckResult:
        concurrency = parameters.get("RateControlConcurrency", "")
        errors = parameters.get("RateControlErrorThreshold", "")
        if _UNRESOLVED.search(concurrency) or _UNRESOLVED.search(errors):
            return CheckResult.UNKNOWN
        within = (concurrency == "1" or _is_at_most(concurrency, MAXIMUM_CONCURRENCY)) and (
            errors == "0" or _is_at_most(errors, MAXIMUM_ERRORS)
        )
        return CheckResult.PASSED if within else CheckResult.FAILED


def _is_at_most(value: str, limit: int) -> bool:
    return re.fullmatch(r"\d{1,3}%", value) is not None and int(value[:-1]) <= limit


def _definitions(conf: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for definition in conf.get("configuration_definition") or []:
        if isinstance(definition, dict):
            yield definition


def _first(value: Any) -> Any:
    """Checkov wraps each value into a list."""
    return value[0] if isinstance(value, list) and value else value


reboot_option = RebootOption()
rate_control = RateControl()
