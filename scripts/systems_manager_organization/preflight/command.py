"""`observe.py preflight`: problems that would make an apply fail."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.account_sessions import READ_ACTIONS
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, SEVERITIES
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, account_id_key, flag
from systems_manager_organization.cli.report_command import observe_command
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.findings import ERROR, WARNING, Severities, sort_by_severity
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.preflight.finding_table import table
from systems_manager_organization.preflight.organization_findings import organization_findings
from systems_manager_organization.preflight.overlap_findings import OVERLAP_CODES, overlap_findings
from systems_manager_organization.preflight.sync_findings import SYNC_CODES, sync_findings
from systems_manager_organization.preflight.target_findings import MEMBER_CODES, TARGET_CODES, target_findings
from systems_manager_organization.quick_setup.configuration_managers import (
    configurations_in,
    deployed_configurations,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.quick_setup.configurations import configurations_key, parse_configurations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.findings import Finding
    from systems_manager_organization.quick_setup.configuration_managers import Manager
    from systems_manager_organization.quick_setup.configurations import Configuration

SCHEMA_VERSION = "1"

EXIT_OK, EXIT_ERROR, EXIT_NOTHING_CHECKED = 0, 1, 3
NOTHING_CHECKED = "NOTHING_CHECKED"

# When the accounts of a configuration are read.
ALWAYS, CHANGES, NEVER = "always", "changes", "never"


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `findings`: JSON list of `{severity, code, subject, message, remedy}`, the worst first; a `note` is for what was
      not checked
    """
    with connect() as aws:
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "findings": json.dumps(_findings(aws, query)),
        }


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """The findings on the command line. Returns 1 when one of them is an error, 3 when nothing could be checked."""
    with connect() as aws:
        findings = _findings(aws, query)
        session = aws.description
    if query["json"]:
        terminal.write(json.dumps(findings, indent=2))
    elif terminal.stdout.isatty():
        # The console before the table: it raises DependencyError when rich is missing.
        terminal.console(terminal.stdout).print(table(findings))
    else:
        for finding in findings:
            terminal.echo("{severity} {code} {subject}: {message} {remedy}".format(**finding))
    errors, warnings = (sum(finding["severity"] == kind for finding in findings) for kind in (ERROR, WARNING))
    terminal.echo(f"{pluralize(errors, 'error')}, {pluralize(warnings, 'warning')}, in {session}.", err=True)
    if errors:
        return EXIT_ERROR
    return EXIT_NOTHING_CHECKED if any(finding["code"] == NOTHING_CHECKED for finding in findings) else EXIT_OK


def _findings(aws: AwsSession, query: Query) -> list[dict[str, str]]:
    severities = Severities(query["severities"])
    # Another account does not see the configurations: without this nothing would be found.
    organization = aws.call(aws.organizations.describe_organization)["Organization"]
    findings = severities.to_documents(organization_findings(aws, organization))
    if findings:
        return findings
    managers = list_managers(aws) if severities.is_enabled(*OVERLAP_CODES) or not query["configurations"] else []
    descriptions = [] if query["configurations"] else _descriptions(aws, managers)
    configurations = (
        parse_configurations(query["configurations"])
        if query["configurations"]
        else [found for description in descriptions for found in configurations_in(description)]
    )
    if not configurations:
        return [_nothing_checked(aws, severities)]
    return find_problems(
        aws,
        configurations,
        managers,
        severities,
        deployed=deployed_configurations(descriptions),
        role_name=query["member_role_name"],
        administrator_account_id=query["administrator_account_id"],
        directory=AccountDirectory(aws),
    )


def find_problems(
    aws: AwsSession,
    configurations: list[Configuration],
    managers: list[Manager],
    severities: Severities,
    *,
    deployed: list[Configuration],
    role_name: str,
    administrator_account_id: str,
    directory: AccountDirectory,
    installation: str = "",
    known: Iterable[Finding] = (),
    member_accounts: str = ALWAYS,
) -> list[dict[str, str]]:
    """Problems of these configurations, also with these managers, and the known findings, the worst first.

    A `note` is for what was not checked.

    Args:
        deployed: those that are deployed, as Quick Setup has them.
        member_accounts: ALWAYS, NEVER, or CHANGES for the accounts of configurations that are not deployed to them yet.

    Raises ScriptError.
    """
    futures: list[Future[list[Finding]]] = []
    if severities.is_enabled(*OVERLAP_CODES):
        futures.append(aws.start(overlap_findings, aws, managers, configurations, installation))
    if severities.is_enabled(*SYNC_CODES):
        futures.append(aws.start(sync_findings, aws, configurations, deployed, role_name, administrator_account_id))
    found = list(known)
    unchanged = {
        configuration.name
        for configuration in configurations
        if member_accounts == NEVER or (member_accounts == CHANGES and any(map(configuration.is_deployed_as, deployed)))
    }
    if severities.is_enabled(*TARGET_CODES):
        found += target_findings(aws, configurations, role_name, severities, directory, unchanged)
    for findings in futures:
        found += findings.result()
    documents = severities.to_documents(found)
    return sort_by_severity([*documents, *_not_checked(severities, role_name, member_accounts)])


def _nothing_checked(aws: AwsSession, severities: Severities) -> dict[str, str]:
    return severities.note(
        NOTHING_CHECKED,
        f"Account {aws.account_id} has no configuration manager in Region {aws.region}, and none is to be checked.",
        "Use the Region of the AWS provider (--region), or --configurations. A plan checks what it would create.",
    )


def _descriptions(aws: AwsSession, managers: Iterable[Manager]) -> list[dict[str, Any]]:
    return list(get_descriptions(aws, [manager.arn for manager in managers]).values())


def _not_checked(severities: Severities, role_name: str, member_accounts: str) -> list[dict[str, str]]:
    """Notes that are the same in every plan, whatever is deployed: they are in an output."""
    if not role_name:
        message = "Not checked: no role of the member accounts is configured."
        remedy = "Set preflight.member_role_name (on the command line: --member-role-name)."
    elif member_accounts == ALWAYS:
        return []
    else:
        message = (
            "Not checked: preflight.member_accounts is never."
            if member_accounts == NEVER
            else "Only checked in accounts to which a configuration is not deployed yet."
        )
        remedy = f"To check all: {observe_command()} preflight --member-role-name {quote(role_name)}"
    return [severities.note(code, message, remedy) for code in MEMBER_CODES if severities.is_enabled(code)]


COMMAND = Command(
    name="preflight",
    summary="Checks for problems before an apply.",
    description=f"""\
Calls organizations:DescribeOrganization, ListAccounts, or ListAccountsForParent and ListOrganizationalUnitsForParent;
ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager; organizations:ListParents where configurations may
overlap; and with --member-role-name sts:AssumeRole for every targeted account and there
{", ".join(READ_ACTIONS)}.
Without --configurations it checks the deployed ones. On the command line it exits with 1 when a finding is an error,
for example because the account is not the management account, and with 3 when there was nothing to check.
No data source of the AWS provider reads Cloud9 environments of other accounts, resource data syncs or
Quick Setup's configuration managers; those that do would replace parts of this command.""",
    example="preflight --member-role-name OrganizationAccountAccessRole",
    options=(
        *OPTIONAL_COMMON_KEYS,
        configurations_key("the configurations and their targets; default: the existing configurations"),
        MEMBER_ROLE_NAME,
        account_id_key("administrator_account_id", "the delegated administrator, to count its resource data syncs"),
        SEVERITIES,
        flag("json", "prints JSON"),
    ),
    run=observe,
    cli_handler=show,
)
