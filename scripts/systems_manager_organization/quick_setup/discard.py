"""`report.py discard`: deletes a configuration manager that is in no Terraform state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import NAME, YES
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import QueryError, WaiterError
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.quick_setup.configuration_managers import (
    DELETED,
    configurations_in,
    creation_tag_of,
    definitions_in,
    deployment_status,
    wait_for_deployment,
)
from systems_manager_organization.quick_setup.deployment_status import NOT_DEPLOYED, get_deployment_status
from systems_manager_organization.quick_setup.explain import missing_roles
from systems_manager_organization.quick_setup.redeploy import get_manager, wait_until_idle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal


def discard(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Asks for confirmation, deletes the manager and waits until it is deleted.

    Returns 0, or 1 without confirmation. Raises QueryError for a successful deployment without --deployed, and
    WaiterError when AWS could not delete it.
    """
    with connect() as aws:
        description = wait_until_idle(aws, terminal, get_manager(aws, query["name"]))
        name, arn, status = description["Name"], description["ManagerArn"], deployment_status(description)
        if status == "SUCCEEDED" and not query["deployed"]:
            raise QueryError(
                f"{name} ({arn}) is deployed. If it is in a Terraform state, remove it from the module's inputs and "
                f"apply; otherwise adopt it: terraform show -json PLANFILE | {report_command()} adopt. To delete it "
                "anyway, use --deployed."
            )
        terminal.echo(f"{name}, {arn}, {creation_tag_of(description).creator}: its deployment is {status}.", err=True)
        for line in describe_deployments(aws, description):
            terminal.echo(line, err=True)
        terminal.echo("Quick Setup deletes what it deployed, and then the configuration manager.", err=True)
        if not query["yes"] and not terminal.confirm("Delete it?"):
            return 1
        aws.call(aws.quick_setup.delete_configuration_manager, ManagerArn=arn)
        wait_for_deletion(aws, description)
    terminal.echo(f"{name}: deleted.")
    return 0


def wait_for_deletion(aws: AwsSession, description: Mapping[str, Any]) -> None:
    """Raises WaiterError when Quick Setup could not delete the manager."""
    arn = description["ManagerArn"]
    status = wait_for_deployment(aws, arn)
    if status != DELETED:
        raise WaiterError(
            f"Quick Setup could not delete {description['Name']}: its deployment is {status}. "
            f"{_likely_reason(aws, description)} For AWS's reasons: {report_command()} explain {arn}"
        )


def _likely_reason(aws: AwsSession, description: Mapping[str, Any]) -> str:
    problems = [problem for definition in definitions_in(description) for problem in missing_roles(aws, definition)]
    return " ".join(problems) or "Deleting it requires the unchanged roles with which it was created; they exist."


def describe_deployments(aws: AwsSession, description: Mapping[str, Any]) -> Iterator[str]:
    """A line for each configuration, with the accounts and Regions that it is deployed to."""
    directory = AccountDirectory(aws)
    for configuration in configurations_in(description):
        states = get_deployment_status(aws, configuration, directory, description).states
        deployed = [account_region for account_region, state in states.items() if state.state != NOT_DEPLOYED]
        accounts = sorted({account_id for account_id, _ in deployed})
        regions = sorted({region for _, region in deployed})
        yield (
            f"It is deployed to {pluralize(len(accounts), 'account')} and {pluralize(len(regions), 'Region')}: "
            f"{', '.join(accounts) or 'none'}; {', '.join(regions) or 'none'}."
        )


COMMAND: Command[str] = Command(
    name="discard",
    summary="Deletes a configuration manager that is in no Terraform state, with all that it deployed.",
    description="""\
Calls ssm-quicksetup:ListConfigurationManagers, GetConfigurationManager, ListConfigurations and
DeleteConfigurationManager, and lists the targeted accounts. Fails for a successful deployment without --deployed.
aws_ssmquicksetup_configuration_manager keeps no state of a creation that fails or is interrupted; a release that does
(https://github.com/hashicorp/terraform-provider-aws/issues/43920) would replace this command.""",
    example="discard scan-everything",
    options=(NAME, *OPTIONAL_COMMON_KEYS, flag("deployed", "deletes it even if its deployment succeeded"), YES),
    cli_handler=discard,
)
