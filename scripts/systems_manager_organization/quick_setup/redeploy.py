"""`report.py redeploy`: deploys a configuration again with unchanged parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import NAME, YES
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.errors import QueryError, WaiterError
from systems_manager_organization.quick_setup.configuration_managers import (
    IN_PROGRESS_STATUSES,
    definitions_in,
    deployment_status,
    find_managers,
    get_configuration_manager,
    wait_for_deployment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.quick_setup.configuration_managers import Definition

D = TypeVar("D", bound="Mapping[str, Any]")


def redeploy(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Asks for confirmation, deploys again, and waits. Returns 0, or 1 without confirmation.

    Raises WaiterError when it fails again, QueryError when several managers have the name.
    """
    with connect() as aws:
        description = wait_until_idle(aws, terminal, get_manager(aws, query["name"]))
        arn = description["ManagerArn"]
        terminal.echo(
            f"{description['Name']}, {arn}: its deployment is {deployment_status(description)}. It will be deployed "
            "again to all of its accounts and Regions.",
            err=True,
        )
        if not query["yes"] and not terminal.confirm("Deploy again?"):
            return 1
        for definition in definitions_in(description):
            aws.call(
                aws.quick_setup.update_configuration_definition,
                ManagerArn=arn,
                Id=definition.id,
                Parameters=dict(definition.parameters),
                **_roles(definition),
            )
        status = wait_for_deployment(aws, arn)
        if status != "SUCCEEDED":
            raise WaiterError(
                f"the deployment of {description['Name']} is {status} again. See why: {report_command()} explain {arn}"
            )
    terminal.echo(f"{description['Name']}: deployed.")
    return 0


def get_manager(aws: AwsSession, name: str) -> dict[str, Any]:
    """The description of the only manager with this name or ARN. Raises QueryError."""
    managers = find_managers(aws, name)
    if len(managers) != 1:
        arns = ", ".join(manager.arn for manager in managers)
        raise QueryError(f'{len(managers)} configuration managers are named "{name}". Use the ARN of one: {arns}.')
    return _existing(get_configuration_manager(aws, managers[0].arn), managers[0].arn)


def describe_once_idle(aws: AwsSession, terminal: Terminal, description: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description once nothing is in progress; empty when the manager was deleted."""
    if deployment_status(description) not in IN_PROGRESS_STATUSES:
        return description
    terminal.echo(f"The deployment of {description['Name']} is in progress: waiting for it.", err=True)
    wait_for_deployment(aws, description["ManagerArn"])
    return get_configuration_manager(aws, description["ManagerArn"])


def wait_until_idle(aws: AwsSession, terminal: Terminal, description: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description once nothing is in progress. Raises QueryError when the manager was deleted."""
    return _existing(describe_once_idle(aws, terminal, description), description["ManagerArn"])


def _existing(description: D, arn: str) -> D:
    """Raises QueryError when the manager was deleted since it was listed, or while it was waited for."""
    if not description:
        raise QueryError(f"the configuration manager {arn} was deleted meanwhile.")
    return description


def _roles(definition: Definition) -> Mapping[str, str]:
    roles = {
        "LocalDeploymentAdministrationRoleArn": definition.administration_role_arn,
        "LocalDeploymentExecutionRoleName": definition.execution_role_name,
    }
    return {name: role for name, role in roles.items() if role}


COMMAND: Command[str] = Command(
    name="redeploy",
    summary="Deploys a configuration again, with unchanged parameters.",
    description="""\
Calls ssm-quicksetup:ListConfigurationManagers, GetConfigurationManager and UpdateConfigurationDefinition, and waits.
Terraform only deploys changes; aws_ssmquicksetup_configuration_manager cannot deploy again without one.""",
    example="redeploy scan-everything",
    options=(NAME, *OPTIONAL_COMMON_KEYS, YES),
    cli_handler=redeploy,
)
