"""Quick Setup's configuration managers."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.waiters import DEPLOYMENT_DELAYS, wait_until
from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import QueryError
from systems_manager_organization.quick_setup.configurations import Configuration, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from systems_manager_organization.aws.session import AwsSession

DELETED = ""
IN_PROGRESS_STATUSES = frozenset({"INITIALIZING", "DEPLOYING", "STOPPING", "DELETING"})
FAILED_STATUSES = frozenset({"FAILED", "DELETE_FAILED", "STOP_FAILED"})


@dataclass(frozen=True)
class Manager:
    """A configuration manager of ListConfigurationManagers. What AWS does not return is empty."""

    arn: str
    name: str
    type: str
    definition_ids: tuple[str, ...]
    deployment_status: str
    async_executions_status: str

    @property
    def has_succeeded(self) -> bool:
        """Whether AWS says of the whole that nothing failed or is in progress."""
        return self.deployment_status == "SUCCEEDED" and self.async_executions_status not in FAILED_STATUSES


@dataclass(frozen=True)
class Definition:
    """The configuration definition of a manager, of GetConfigurationManager."""

    id: str
    type: str
    parameters: Mapping[str, str]
    administration_role_arn: str
    execution_role_name: str


NO_MANAGER = (
    "There is none: the module creates them in the management account, in the Region of the AWS provider (--region)."
)


def list_managers(aws: AwsSession, region: str = "") -> list[Manager]:
    """Every configuration manager of the account and Region, sorted by name and ARN."""
    listed = aws.paginate(aws.quick_setup_in(region).list_configuration_managers, MaxItems=100)
    return sorted(map(_manager, listed), key=lambda manager: (manager.name, manager.arn))


def find_managers(aws: AwsSession, name: str) -> list[Manager]:
    """The managers of this name, or the one with this ARN. Raises QueryError, with the existing names."""
    managers = list_managers(aws)
    found = [manager for manager in managers if name in (manager.name, manager.arn)]
    if found:
        return found
    names = sorted({manager.name for manager in managers})
    matches = get_close_matches(name, names, n=1)
    raise QueryError(
        (f'configuration manager "{name}" does not exist' if name else "the name of a configuration manager is missing")
        + f" in account {aws.account_id} and Region {aws.region}. "
        + (f'Did you mean "{matches[0]}"? ' if matches else "")
        + (f"The configuration managers are: {', '.join(names)}." if names else NO_MANAGER)
    )


def region_of(arn: str) -> str:
    """The Region of a configuration manager, by its ARN."""
    return arn.split(":")[3]


def get_configuration_manager(aws: AwsSession, arn: str) -> dict[str, Any]:
    """The response of GetConfigurationManager; empty if the manager does not exist."""
    get = aws.quick_setup_in(region_of(arn)).get_configuration_manager
    return dict(aws.call_or_none("ResourceNotFoundException", get, ManagerArn=arn) or {})


def get_descriptions(aws: AwsSession, arns: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The responses of GetConfigurationManager, by ARN. Raises ScriptError."""
    started = {arn: aws.start(get_configuration_manager, aws, arn) for arn in arns}
    return {arn: answer.result() for arn, answer in started.items()}


def definitions_in(description: Mapping[str, Any]) -> list[Definition]:
    """The definitions in GetConfigurationManager's response: one, or none of a manager that does not exist."""
    return [
        Definition(
            id=definition.get("Id", ""),
            type=definition["Type"],
            parameters=definition["Parameters"],
            administration_role_arn=definition.get("LocalDeploymentAdministrationRoleArn", ""),
            execution_role_name=definition.get("LocalDeploymentExecutionRoleName", ""),
        )
        for definition in description.get("ConfigurationDefinitions", [])
    ]


def configurations_in(description: Mapping[str, Any]) -> list[Configuration]:
    """The configurations in GetConfigurationManager's response, with their targets."""
    return [
        Configuration(
            name=description.get("Name", ""),
            type=definition.type,
            organizational_unit_ids=split(definition.parameters.get("TargetOrganizationalUnits", "")),
            account_id=definition.parameters.get("TargetAccounts", ""),
            regions=split(definition.parameters.get("TargetRegions", "")),
            arn=description["ManagerArn"],
            parameters=definition.parameters,
            creator=creation_tag_of(description).creator,
        )
        for definition in definitions_in(description)
    ]


def existing_configurations(aws: AwsSession, managers: Iterable[Manager]) -> list[Configuration]:
    """The configurations of these managers. Raises ScriptError."""
    descriptions = get_descriptions(aws, [manager.arn for manager in managers])
    return [found for description in descriptions.values() for found in configurations_in(description)]


def deployed_configurations(descriptions: Iterable[Mapping[str, Any]]) -> list[Configuration]:
    """The configurations in these responses of GetConfigurationManager whose deployment has succeeded."""
    return [
        found
        for description in descriptions
        if deployment_status(description) == "SUCCEEDED"
        for found in configurations_in(description)
    ]


def statuses_in(description: Mapping[str, Any]) -> dict[str, str]:
    """Status by kind: `Deployment`, `AsyncExecutions`."""
    return {summary["StatusType"]: summary.get("Status", "NONE") for summary in description.get("StatusSummaries", [])}


def creation_tag_of(description: Mapping[str, Any]) -> CreationTag:
    """The creation tag in GetConfigurationManager's response."""
    return CreationTag.of(description.get("Tags", {}))


def deployment_status(description: Mapping[str, Any]) -> str:
    """The status of its deployment; DELETED if the manager does not exist."""
    return statuses_in(description).get("Deployment", "NONE") if description else DELETED


def wait_for_deployment(aws: AwsSession, arn: str) -> str:
    """The status of its deployment once nothing is in progress, or DELETED. Raises WaiterError."""
    return wait_until(
        aws.clock,
        lambda: deployment_status(get_configuration_manager(aws, arn)),
        lambda status: status not in IN_PROGRESS_STATUSES,
        delays=DEPLOYMENT_DELAYS,
        timeout_message=lambda status: (
            f"The deployment of {arn} is still {status} after an hour and a half. Run this again later."
        ),
    )


def _manager(item: Mapping[str, Any]) -> Manager:
    statuses = {summary["StatusType"]: summary.get("Status", "") for summary in item.get("StatusSummaries", [])}
    definitions = item.get("ConfigurationDefinitionSummaries", [])
    return Manager(
        arn=item["ManagerArn"],
        name=item.get("Name", ""),
        type=",".join(sorted({definition.get("Type", "") for definition in definitions})),
        definition_ids=tuple(definition["Id"] for definition in definitions if "Id" in definition),
        deployment_status=statuses.get("Deployment", ""),
        async_executions_status=statuses.get("AsyncExecutions", ""),
    )
