"""Configuration managers, their definitions and statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox.services.ssmquicksetup import documents
from sandbox.services.ssmquicksetup.behavior import behavior
from sandbox.services.ssmquicksetup.configuration_types.catalog import ConfigurationType, type_named
from sandbox.services.ssmquicksetup.configuration_types.parameters import Targets, validate_parameters

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.cloudformation.stack_sets.stack_set import StackSet
    from sandbox.services.ssmquicksetup.resources.stacks import Stack

# Parameters that AWS calls first class, shown in summaries. ASSUMPTION(quick-setup-first-class-parameters): which ones
# those are.
FIRST_CLASS_PARAMETERS = ("TargetOrganizationalUnits", "TargetAccounts", "TargetRegions")


@dataclass
class Status:
    """One StatusSummary of botocore's model `ssm-quicksetup`."""

    type: Literal["Deployment", "AsyncExecutions"]
    status: str
    updated_at: datetime
    message: str | None = None

    def set(self, status: str, at: datetime, message: str | None = None) -> None:
        """Change it; nothing happens when it is already so."""
        if (self.status, self.message) != (status, message):
            self.status, self.updated_at, self.message = status, at, message

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "StatusType": self.type,
            "Status": self.status,
            "LastUpdatedAt": self.updated_at,
            "StatusDetails": {},
        }
        if self.message is not None:
            described["StatusMessage"] = self.message
        return described


@dataclass
class Deployed:
    """What a definition is in one account and Region (a Configuration of the model), and what it created there."""

    id: str
    account_id: str
    region: str
    created_at: datetime
    modified_at: datetime
    deployment: Status
    executions: Status
    #: Why the deployment failed, which StackSets reports and Quick Setup does not.
    reason: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.deployment.status == "SUCCEEDED"


@dataclass(kw_only=True)
class Definition:
    """A configuration definition, its StackSets and stacks, and its deployments by account and Region."""

    id: str
    type: ConfigurationType
    type_version: str
    parameters: dict[str, str]
    administration_role_arn: str | None
    execution_role_name: str | None
    deployed: dict[tuple[str, str], Deployed] = field(default_factory=dict)
    #: By MA, DA, TA or LA.
    stack_sets: dict[str, StackSet] = field(default_factory=dict)
    #: By MA, DA, TA or LA, account and Region.
    stacks: dict[tuple[str, str, str], Stack] = field(default_factory=dict)

    @property
    def targets(self) -> Targets:
        return validate_parameters(self.type, self.parameters)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Where it goes and with which template, in order."""
        return documents.steps_of(self.type.name, is_local=self.targets.is_local)

    def value(self, parameter: str) -> str:
        """Return a parameter, or the default of AWS's template."""
        return self.parameters.get(parameter) or documents.default_of(self.type.name, parameter)

    def describe(self) -> dict[str, Any]:
        """Return the model's ConfigurationDefinition."""
        described: dict[str, Any] = {
            "Id": self.id,
            "Type": self.type.name,
            "TypeVersion": self.type_version,
            "Parameters": self.parameters,
        }
        if self.administration_role_arn:
            described["LocalDeploymentAdministrationRoleArn"] = self.administration_role_arn
        if self.execution_role_name:
            described["LocalDeploymentExecutionRoleName"] = self.execution_role_name
        return described

    def summarize(self) -> dict[str, Any]:
        """Return the model's ConfigurationDefinitionSummary."""
        return {
            "Id": self.id,
            "Type": self.type.name,
            "TypeVersion": self.type_version,
            "FirstClassParameters": self.first_class_parameters,
        }

    @property
    def first_class_parameters(self) -> dict[str, str]:
        return {key: self.parameters[key] for key in FIRST_CLASS_PARAMETERS if key in self.parameters}


@dataclass
class PendingWork:
    """What is being done to a manager since when."""

    kind: Literal["deploy", "delete"]
    started_at: datetime


@dataclass(kw_only=True)
class ConfigurationManager:
    """A configuration manager. `work` is None once its deployment or deletion is over."""

    arn: str
    account_id: str
    region: str
    name: str
    description: str
    tags: dict[str, str]
    definitions: list[Definition]
    created_at: datetime
    modified_at: datetime
    deployment: Status
    executions: Status
    pending_work: PendingWork | None = None
    #: When the associations will have run, None when none are pending.
    executions_due_at: datetime | None = None
    #: When they last ran, None when they never did.
    executed_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        return self.pending_work is None and self.executions_due_at is None

    def definition(self, definition_id: str) -> Definition | None:
        return next((definition for definition in self.definitions if definition.id == definition_id), None)

    def describe(self) -> dict[str, Any]:
        """Return the output of GetConfigurationManager."""
        return {
            "ManagerArn": self.arn,
            "Name": self.name,
            "Description": self.description,
            "ConfigurationDefinitions": [definition.describe() for definition in self.definitions],
            "CreatedAt": self.created_at,
            "LastModifiedAt": self.modified_at,
            "StatusSummaries": self.status_summaries(),
            "Tags": self.tags,
        }

    def summarize(self) -> dict[str, Any]:
        """Return the model's ConfigurationManagerSummary."""
        return {
            "ManagerArn": self.arn,
            "Name": self.name,
            "Description": self.description,
            "ConfigurationDefinitionSummaries": [definition.summarize() for definition in self.definitions],
            "StatusSummaries": self.status_summaries(),
        }

    def status_summaries(self) -> list[dict[str, Any]]:
        return describe_statuses(self.deployment, self.executions)

    def configurations(self, definition: Definition) -> list[Deployed]:
        """Return the rows of ListConfigurations for a definition.

        ASSUMPTION(list-configurations-rows): where there is one row for a definition, its status is the manager's.
        """
        if behavior.configuration_rows == "account-regions":
            return [deployed for _, deployed in sorted(definition.deployed.items())]
        return [
            Deployed(
                id=definition.id,
                account_id=self.account_id,
                region=self.region,
                created_at=self.created_at,
                modified_at=self.modified_at,
                deployment=self.deployment,
                executions=self.executions,
            )
        ]

    def describe_configuration(self, definition: Definition, deployed: Deployed) -> dict[str, Any]:
        """Return what ListConfigurations and GetConfiguration have in common."""
        return {
            "Id": deployed.id,
            "ManagerArn": self.arn,
            "ConfigurationDefinitionId": definition.id,
            "Type": definition.type.name,
            "TypeVersion": definition.type_version,
            "Account": deployed.account_id,
            "Region": deployed.region,
            "CreatedAt": deployed.created_at,
            "StatusSummaries": describe_statuses(deployed.deployment, deployed.executions),
        }


def describe_statuses(deployment: Status, executions: Status) -> list[dict[str, Any]]:
    """Return the model's StatusSummaries."""
    statuses = [deployment.describe(), executions.describe()]
    return statuses[::-1] if behavior.executions_first else statuses


def new_definition(definition_id: str, requested: dict[str, Any], type_version: str) -> Definition:
    """Create a definition from a ConfigurationDefinitionInput of the model."""
    return Definition(
        id=definition_id,
        type=type_named(requested["Type"]),
        type_version=type_version,
        parameters=dict(requested["Parameters"]),
        administration_role_arn=requested.get("LocalDeploymentAdministrationRoleArn"),
        execution_role_name=requested.get("LocalDeploymentExecutionRoleName"),
    )
