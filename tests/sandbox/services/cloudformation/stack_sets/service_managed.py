"""User-created StackSets with service-managed permissions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.services.cloudformation.stack_sets.preferences import OF_AUTOMATIC_DEPLOYMENTS, Preferences
from sandbox.services.cloudformation.stack_sets.stack_set import (
    SERVICE_MANAGED,
    AccountRegion,
    Operation,
    StackInstance,
    StackSet,
)

if TYPE_CHECKING:
    from datetime import datetime

UNFINISHED = frozenset({"QUEUED", "RUNNING"})


@dataclass
class Instance(StackInstance):
    """`stack_id` is None before a stack was created; `overrides` are its parameter overrides.

    `is_outdated`: the stack does not match the StackSet.
    """

    stack_id: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    is_outdated: bool = False

    def describe(self, stack_set: StackSet) -> dict[str, Any]:
        summary = super().describe(stack_set)
        summary.pop("StackId", None)
        if self.stack_id is not None:
            summary["StackId"] = self.stack_id
        if self.status == "INOPERABLE":
            summary["Status"] = "INOPERABLE"
        elif self.is_outdated:
            summary["Status"] = "OUTDATED"
        return summary

    def describe_overrides(self) -> dict[str, Any]:
        requested = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.overrides.items()]
        return {"ParameterOverrides": requested}


@dataclass
class Deployment(Operation):
    """An operation with its options.

    `targets` are the model's DeploymentTargets, None for automatic deployments and whole updates.
    ASSUMPTION(stack-sets-operation-order): the accounts are resolved at the request, also when the operation is queued.
    """

    targets: dict[str, Any] | None = None
    preferences: Preferences = field(default_factory=Preferences)
    retain_stacks: bool = False
    started_at: datetime | None = None

    def describe(self) -> dict[str, Any]:
        """Return the model's StackSetOperationSummary. Automatic deployments have no preferences."""
        requested = {} if self.preferences is OF_AUTOMATIC_DEPLOYMENTS else self.preferences.options
        return {**super().describe(), **({"OperationPreferences": requested} if requested else {})}

    def describe_whole(self) -> dict[str, Any]:
        """Return what StackSetOperation has beyond the summary."""
        retain = {"RetainStacks": self.retain_stacks} if self.action == "DELETE" else {}
        return {**retain, **({"DeploymentTargets": self.targets} if self.targets else {})}


@dataclass(kw_only=True)
class ServiceManagedStackSet(StackSet):
    """`auto_deployment` and `managed_execution` are the model's AutoDeployment and ManagedExecution.

    `automatic_targets` maps each root or unit that was deployed to to the Regions there.
    """

    permission_model: str = SERVICE_MANAGED
    template: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    auto_deployment: dict[str, Any] = field(default_factory=dict)
    managed_execution: bool = False
    automatic_targets: dict[str, set[str]] = field(default_factory=dict)
    instances: dict[AccountRegion, Instance] = field(default_factory=dict)  # type: ignore[assignment]
    operations: list[Deployment] = field(default_factory=list)  # type: ignore[assignment]
    # Distinguishes the ids of StackSets of the same name.
    generation: int = 0

    @property
    def id(self) -> str:
        owner = f"{self.account_id}/{self.region}/{self.name}/created/{self.generation}"
        return f"{self.name}:{uuid5(NAMESPACE_URL, owner)}"

    @property
    def unfinished(self) -> list[Deployment]:
        """Operations that are going on or have yet to, in the order in which they are."""
        return [operation for operation in self.operations if operation.status in UNFINISHED]

    @property
    def is_automatic(self) -> bool:
        return bool(self.auto_deployment.get("Enabled"))

    def stack_name(self, location: AccountRegion) -> str:
        """The name of the stack in an account and Region."""
        account_id, region = location
        return f"StackSet-{self.name}-{uuid5(NAMESPACE_URL, f'{self.id}/{account_id}/{region}')}"

    def add_targets(self, unit_ids: tuple[str, ...], regions: list[str]) -> None:
        """Add targets of automatic deployment."""
        for unit_id in unit_ids:
            self.automatic_targets.setdefault(unit_id, set()).update(regions)
        self.organizational_unit_ids = tuple(sorted(self.automatic_targets))

    def remove_targets(self, unit_ids: tuple[str, ...], regions: list[str]) -> None:
        """Remove targets of automatic deployment."""
        for unit_id in unit_ids:
            left = self.automatic_targets.pop(unit_id, set()) - set(regions)
            if left:
                self.automatic_targets[unit_id] = left
        self.organizational_unit_ids = tuple(sorted(self.automatic_targets))

    def summarize(self) -> dict[str, Any]:
        return {**super().summarize(), **self._settings()}

    def describe(self) -> dict[str, Any]:
        return {
            **super().describe(),
            **self._settings(),
            "TemplateBody": self.template,
            "Capabilities": list(self.capabilities),
        }

    def _settings(self) -> dict[str, Any]:
        described = {"Description": self.description} if self.description else {}
        return {
            **described,
            "AutoDeployment": self.auto_deployment,
            "ManagedExecution": {"Active": self.managed_execution},
        }
