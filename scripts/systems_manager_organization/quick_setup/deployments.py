"""`observe.py deployments`: the deployment status of each configuration by account and Region."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from systems_manager_organization.account_region import describe
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, Option, flag
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.quick_setup.configuration_managers import (
    existing_configurations,
    find_managers,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.quick_setup.configurations import configurations_key, parse_configurations
from systems_manager_organization.quick_setup.deployment_status import (
    FAILED,
    IN_PROGRESS,
    NOT_DEPLOYED,
    DeploymentStatus,
    list_deployments,
    to_deployment_status,
)
from systems_manager_organization.quick_setup.deployment_table import UNLIMITED_WIDTH, matrices, summary
from systems_manager_organization.quick_setup.watch import watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.quick_setup.configurations import Configuration

SCHEMA_VERSION = "1"

_MAX_ACCOUNT_REGIONS = 20

EXIT_OK, EXIT_FAILED, EXIT_IN_PROGRESS, EXIT_NOTHING_DEPLOYED = 0, 1, 2, 3


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings, for an external data source of your own:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `deployments`: JSON object from name to `{status, exceptions}`, the result of `summarize`

    Without configurations AWS is not called.
    """
    given = _configurations_of_query(query)
    if given == []:
        return {"schema_version": SCHEMA_VERSION, "account_id": query["account_id"], "deployments": "{}"}
    with connect() as aws:
        configurations = _find_configurations(aws, query) if given is None else given
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "deployments": json.dumps(summarize(_read_statuses(aws, configurations, AccountDirectory(aws)))),
        }


def summarize(deployments: Iterable[DeploymentStatus]) -> dict[str, dict[str, Any]]:
    """Name of a configuration to

    - `status`: AWS's status of the deployment as a whole
    - `exceptions`: list of `{state, reason, count, account_regions}` of other states than `succeeded`, by reason;
      `account_regions` has at most 20, each as `333333333333 us-east-1`
    """
    return {
        deployment.configuration.name: {
            "status": deployment.deployment_status,
            "exceptions": [
                {
                    "state": state,
                    "reason": reason,
                    "count": len(account_regions),
                    "account_regions": [
                        " ".join(account_region) for account_region in account_regions[:_MAX_ACCOUNT_REGIONS]
                    ],
                }
                for (state, reason), account_regions in deployment.by_reason(IN_PROGRESS, FAILED, NOT_DEPLOYED).items()
            ],
        }
        for deployment in deployments
    }


def deployment_findings(deployments: Iterable[DeploymentStatus]) -> Iterator[Finding]:
    """Findings for failed deployments, and for failed associations of nodes."""
    for deployment in deployments:
        name = deployment.configuration.name
        # Of an ARN, which has the Region.
        argument = quote(deployment.configuration.arn or name)
        explain = f"{report_command()} explain {argument}"
        reasons = [
            f"{reason} (in {describe(account_regions)})"
            for (_, reason), account_regions in deployment.by_reason(FAILED).items()
        ]
        if deployment.deployment_error:
            reasons.append(deployment.deployment_error)
        if reasons:
            yield Finding(
                "DEPLOYMENT_FAILED",
                name,
                f"Quick Setup failed to deploy the configuration: {' '.join(reasons)}",
                f"For the failures and their usual causes: {explain}. Then deploy again: "
                f"{report_command()} redeploy {argument}",
            )
        nodes = deployment.failed_associations
        if nodes:
            account_regions = [found for same_message in nodes.values() for found in same_message]
            yield Finding(
                "NODES_FAILED",
                name,
                "Associations of the configuration failed on at least one node: "
                f"{' '.join(sorted(nodes))}{f' (in {describe(sorted(account_regions))})' if account_regions else ''}",
                explain,
            )


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """The same on the command line; with `--watch` until nothing is in progress.

    Returns 0 when everything is deployed, 1 when something failed, 2 when something is in progress, 3 when nothing is
    to be deployed: no configuration manager, or targets without accounts.
    """
    with connect() as aws:
        given = _configurations_of_query(query)
        configurations = _find_configurations(aws, query) if given is None else given
        directory = AccountDirectory(aws)
        if query["watch"]:
            deployments, interrupted = watch(
                aws, terminal, lambda: _read_statuses(aws, configurations, directory), float(query["timeout"])
            )
        else:
            deployments, interrupted = _read_statuses(aws, configurations, directory), False
        session = aws.description
    _show(deployments, session, terminal, as_json=bool(query["json"]))
    if interrupted:
        raise KeyboardInterrupt
    if any(deployment.has_failed for deployment in deployments):
        return EXIT_FAILED
    if not all(deployment.is_terminal for deployment in deployments):
        return EXIT_IN_PROGRESS
    return EXIT_OK if any(deployment.states for deployment in deployments) else EXIT_NOTHING_DEPLOYED


def _show(deployments: list[DeploymentStatus], session: str, terminal: Terminal, *, as_json: bool) -> None:
    where = f"In {session}: {pluralize(len(deployments), 'configuration manager')}."
    if as_json:
        terminal.write(json.dumps([_document(deployment) for deployment in deployments], indent=2))
        if not deployments:
            # Otherwise the ARNs say it.
            terminal.echo(where, err=True)
        return
    console = terminal.console(terminal.stdout)
    terminal.echo(where, err=True)
    if not console.is_terminal:
        console.width = UNLIMITED_WIDTH
    for deployment in deployments:
        console.print(*matrices(deployment, console.width), sep="\n")
        console.print(summary(deployment))


def _configurations_of_query(query: Query) -> list[Configuration] | None:
    """The query's configurations, or None. Raises QueryError."""
    return parse_configurations(query["configurations"]) if query["configurations"] else None


def _find_configurations(aws: AwsSession, query: Query) -> list[Configuration]:
    managers = find_managers(aws, query["name"]) if query["name"] else list_managers(aws)
    return existing_configurations(aws, managers)


def _read_statuses(
    aws: AwsSession, configurations: Sequence[Configuration], directory: AccountDirectory
) -> list[DeploymentStatus]:
    reader = DeploymentStatusReader(aws, configurations, directory)
    return reader.finish(get_descriptions(aws, [configuration.arn for configuration in configurations]))


class DeploymentStatusReader:
    """Reads the deployment status of configurations, concurrently with their descriptions."""

    def __init__(self, aws: AwsSession, configurations: Sequence[Configuration], directory: AccountDirectory) -> None:
        """Starts to read what has the most pages."""
        self._aws = aws
        self._configurations = configurations
        self._directory = directory
        self._rows = {
            configuration.arn: aws.start(list_deployments, aws, configuration.arn) for configuration in configurations
        }
        aws.start(directory.read, configurations)

    def finish(self, descriptions: Mapping[str, Mapping[str, Any]]) -> list[DeploymentStatus]:
        """The statuses, sorted by name and ARN.

        Args:
            descriptions: by ARN, as of `get_descriptions`; empty for a manager that does not exist any more.

        Raises ScriptError.
        """
        rows = {arn: read.result() for arn, read in self._rows.items() if descriptions[arn]}
        futures = [
            self._aws.start(
                to_deployment_status,
                self._aws,
                configuration,
                self._directory,
                descriptions[configuration.arn],
                rows.get(configuration.arn, []),
            )
            for configuration in self._configurations
        ]
        return sorted(
            (future.result() for future in futures),
            key=lambda deployment: (deployment.configuration.name, deployment.configuration.arn),
        )


def _document(deployment: DeploymentStatus) -> dict[str, Any]:
    return {
        "name": deployment.configuration.name,
        "type": deployment.configuration.type,
        "arn": deployment.configuration.arn,
        "deployment_status": deployment.deployment_status,
        "deployment_message": deployment.deployment_message,
        "association_status": deployment.association_status,
        "account_regions": [
            {
                "account_id": account_id,
                "account_name": deployment.accounts[account_id].name,
                "region": region,
                "state": state.state,
                "reason": state.reason,
                "associations": state.associations,
            }
            for (account_id, region), state in deployment.states.items()
        ],
    }


COMMAND = Command(
    name="deployments",
    summary="The deployment status of each configuration by account and Region, with AWS's reasons.",
    description="""\
Calls ssm-quicksetup:GetConfigurationManager and ListConfigurations; organizations:ListAccounts, or
ListAccountsForParent and ListOrganizationalUnitsForParent; where something failed cloudformation:ListStackSets,
ListStackSetOperations and ListStackSetOperationResults; where ListConfigurations has one status for all accounts and
Regions also ListStackSets and ListStackInstances; ssm-quicksetup:ListConfigurationManagers when
--configurations is left out.
On the command line it exits with 0 when everything is deployed, 1 when something failed, 2 when something is still in
progress, 3 when there is nothing to deploy: no configuration manager in the account and Region, or no account in the
targets. aws_ssmquicksetup_configuration_manager has one status and no reasons
(https://github.com/hashicorp/terraform-provider-aws/issues/43920); a data source that has both for each account and
Region would replace this command. The unified console is not ready when it is deployed: unified-console.""",
    example="deployments --watch",
    options=(
        *OPTIONAL_COMMON_KEYS,
        configurations_key("the configurations, each with its arn; default: all that exist"),
        Option(
            "name",
            "only the managers of this name, or with this ARN",
            r"[^\x00-\x1f\x7f]{1,256}",
            "a name",
            cli_only=True,
        ),
        flag("json", "prints JSON"),
        flag("watch", "watches until nothing is in progress"),
        Option(
            "timeout",
            "for --watch: the timeout in seconds",
            "[0-9]{1,6}",
            "whole seconds",
            default="5400",
            cli_only=True,
        ),
    ),
    run=observe,
    cli_handler=show,
)
