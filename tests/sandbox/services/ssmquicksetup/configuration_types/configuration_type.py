"""The properties of a configuration type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Pattern = re.Pattern[str]

ANYTHING = re.compile(r"(?s).*")
BOOLEAN = re.compile(r"true|false")
ACCOUNT_ID = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
SCHEDULE = re.compile(r"(cron|rate)\(.+\)")
# The pattern of botocore's model `organizations`.
ROOT_ID = re.compile(r"r-[0-9a-z]{4,32}")

UNIT_TARGETS: Mapping[str, Pattern] = {"TargetOrganizationalUnits": ANYTHING, "TargetRegions": ANYTHING}
TARGETS: Mapping[str, Pattern] = {**UNIT_TARGETS, "TargetAccounts": ANYTHING}
NODES: Mapping[str, Pattern] = {
    "TargetType": re.compile(r"\*|InstanceIds|ResourceGroups|Tags"),
    "TargetTagKey": ANYTHING,
    "TargetTagValue": ANYTHING,
    "TargetInstances": ANYTHING,
    "ResourceGroupName": ANYTHING,
}


@dataclass(frozen=True)
class ConditionalRequirement:
    """Parameters that are required once `key` has `value`; `default` is what `key` has when it is left out."""

    key: str
    value: str
    required: tuple[str, ...]
    default: str = ""

    def missing(self, parameters: Mapping[str, str]) -> list[str]:
        """Return the parameters that are required and not given."""
        if (parameters.get(self.key) or self.default) != self.value:
            return []
        return [key for key in self.required if not parameters.get(key)]


# "You must provide a value for this parameter if you specify ... for the TargetType parameter": the reference of
# catalog.py, which calls three of them required as well. ASSUMPTION(quick-setup-conditional-parameters): where
# TargetType is left out they are not.
NODE_REQUIREMENTS = (
    ConditionalRequirement("TargetType", "InstanceIds", ("TargetInstances",)),
    ConditionalRequirement("TargetType", "ResourceGroups", ("ResourceGroupName",)),
    ConditionalRequirement("TargetType", "Tags", ("TargetTagKey", "TargetTagValue")),
)


@dataclass(frozen=True, kw_only=True)
class ConfigurationType:
    """What one type accepts.

    `parameters` maps every key to the pattern of a value that is not empty. `required` holds always, `needs` under a
    condition, `required_for_units` in deployments to units; `local_only` holds in deployments to one account alone.
    `always_requires_roles`: the two local roles are required for deployments to units as well, and
    `administered_service` what the account of DelegatedAccountId administers.
    """

    name: str
    # ASSUMPTION(quick-setup-type-version): the number; AWS's pages show none. ListQuickSetupTypes returns them.
    latest_version: str = "1.0"
    parameters: Mapping[str, Pattern]
    required: frozenset[str]
    conditional_requirements: tuple[ConditionalRequirement, ...] = ()
    required_for_units: frozenset[str] = frozenset()
    local_only: frozenset[str] = frozenset()
    always_requires_roles: bool = False
    # ASSUMPTION(quick-setup-administrator-types): the delegated administrator of Quick Setup may deploy every type but
    # patch policies, the only one that
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html excludes.
    management_account_only: bool = False
    administered_service: str = "ssm.amazonaws.com"
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html, step 5.
    execution_policies: tuple[str, ...] = ("AWSQuickSetupDeploymentRolePolicy",)


def one_of(*values: str) -> Pattern:
    """Return the pattern of exactly these values."""
    return re.compile("|".join(re.escape(value) for value in values))


def list_of(*values: str) -> Pattern:
    """Return the pattern of a comma-separated list of these values."""
    value = "|".join(re.escape(value) for value in values)
    return re.compile(rf"\s*({value})\s*(,\s*({value})\s*)*")
