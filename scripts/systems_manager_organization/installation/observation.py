"""`observe.py organization`: all AWS calls of a plan, in one run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, ORGANIZATIONAL_UNIT_PATTERN, SEVERITIES
from systems_manager_organization.cli.options import COMMON_KEYS, Option, account_id_key
from systems_manager_organization.errors import PrerequisiteError, ServiceError
from systems_manager_organization.findings import Finding, Severities
from systems_manager_organization.installation.existing.resources import (
    RESOURCES,
    describe_managers,
    duplicates,
    explain_existing,
    find_account,
    find_roles,
    find_unit,
    parse_resources,
)
from systems_manager_organization.installation.observed_settings import (
    SETTINGS,
    no_longer_wanted,
    observe_settings,
    parse_settings,
)
from systems_manager_organization.installation.setting_kinds import KINDS
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.accounts import get_root_id
from systems_manager_organization.organizations.delegated_administrator import DelegatedAdministrator
from systems_manager_organization.preflight.administrator_findings import (
    account_findings,
    missing_unit_finding,
    placement_findings,
    registration_findings,
    unit_findings,
)
from systems_manager_organization.preflight.command import ALWAYS, CHANGES, NEVER, find_problems
from systems_manager_organization.preflight.default_host_management_findings import role_findings
from systems_manager_organization.preflight.organization_findings import organization_findings
from systems_manager_organization.quick_setup.configuration_managers import (
    deployed_configurations,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.quick_setup.configurations import (
    Configuration,
    configurations_key,
    parse_configurations,
)
from systems_manager_organization.quick_setup.deployments import DeploymentStatusReader, deployment_findings, summarize
from systems_manager_organization.quick_setup.stack_sets import find_stack_sets_if_allowed, has_failed_stack
from systems_manager_organization.settings.records import INSTALLATION, RECORD_REGION, load_records, parameter_name
from systems_manager_organization.settings.setting import start_reading, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.installation.existing.resources import ExistingResource
    from systems_manager_organization.quick_setup.configuration_managers import Manager
    from systems_manager_organization.settings.records import Records
    from systems_manager_organization.settings.setting import Setting

SCHEMA_VERSION = "1"


@dataclass(frozen=True)
class Organization:
    id: str
    root_id: str
    management_account_id: str


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source; all but the first two are JSON:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `organization`: `{id, root_id, management_account_id}`
    - `settings`: from the key of each of the query's settings to the result of `observe_settings`
    - `no_longer_wanted`: from the key of a setting that the installation recorded and the query does not have to
      `{from, to, change}`
    - `existing`: from the key of an ExistingResource to `{message, creation_mark}`, the error message for a
      plan that creates it again
    - `findings`: list of `{severity, code, subject, message, remedy}`, the worst first
    - `deployments`: from the name of each configuration of the query that is deployed, and has not succeeded, to
      `{status, exceptions}`

    Raises PrerequisiteError when the module cannot work at all, or another ScriptError.
    """
    resources, severities = parse_resources(query["resources"]), Severities(query["severities"])
    settings = parse_settings(query["settings"])
    with connect() as aws:
        # Each call starts as soon as what it needs is known; those of the most services first, since creating their
        # clients takes as long as several calls.
        record_region = query["record_region"] or query["region"]
        records_read = aws.start(load_records, aws, record_region, query["installation"], KINDS)
        managers_read = aws.start(list_managers, aws)
        roles_read = aws.start(_find_roles, aws, resources)
        organization, directory = describe_organization(aws), AccountDirectory(aws)
        unit_read = aws.start(_find_unit, aws, resources, organization.root_id)
        configurations = _resolved(parse_configurations(query["configurations"] or "[]"), organization)
        account = _find_account(aws, directory, organization, resources)
        account_id = account.id if account else query["administrator_account_id"]
        account_read = aws.start(_account_findings, aws, account_id)
        settings = [_with_account(setting, account_id) for setting in settings]
        settings_read = start_reading(KINDS, aws, settings)

        managers = managers_read.result()
        deployed = _deployed(configurations, managers)
        succeeded = {manager.arn for manager in managers if manager.has_succeeded}
        arns = [configuration.arn for configuration in deployed]
        definitions = {id_: found.arn for found in managers if found.arn in arns for id_ in found.definition_ids}
        stack_sets_read = aws.start(find_stack_sets_if_allowed, aws, definitions)
        descriptions = get_descriptions(aws, arns)
        succeeded -= _with_failed_stack(aws, definitions, stack_sets_read.result())
        unhealthy = [configuration for configuration in deployed if configuration.arn not in succeeded]
        statuses_read = DeploymentStatusReader(aws, unhealthy, directory)
        unit, missing_unit = unit_read.result()
        administrator_findings = account_read.result()
        # Of an account that AWS does not register, nothing is said about where it would be.
        if severities.has_error(administrator_findings):
            unit = None
        unit_id = query["organizational_unit_id"] or (unit.id if unit else "")
        unit_findings_read = aws.start(_unit_findings, aws, unit_id, account_id)
        statuses = statuses_read.finish(descriptions)
        existing = [
            *roles_read.result(),
            *(found for found in (unit, account) if found),
            *describe_managers(deployed, descriptions),
        ]
        records = records_read.result()
        observed = observe_settings(values_of(settings_read), records, settings)
        findings = [
            *_unreadable(records, record_region),
            *duplicates(existing),
            *administrator_findings,
            *missing_unit,
            *registration_findings(observed, records.own, account_id),
            *placement_findings(aws, observed, account_id, unit_id),
            *role_findings(aws, settings, observed, records.own, resources.get("role_names", [])),
            *unit_findings_read.result(),
            *deployment_findings(statuses),
        ]
        found = find_problems(
            aws,
            configurations,
            managers,
            severities,
            deployed=deployed_configurations(descriptions.values()),
            role_name=query["member_role_name"],
            administrator_account_id=account_id,
            directory=directory,
            installation=query["installation"],
            known=findings,
            member_accounts=query["member_accounts"],
        )
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "organization": json.dumps(asdict(organization)),
            "settings": json.dumps(observed),
            "no_longer_wanted": json.dumps(no_longer_wanted(records, settings)),
            "existing": json.dumps(explain_existing(existing, query["installation"])),
            "findings": json.dumps(found),
            "deployments": json.dumps(summarize(statuses)),
        }


def describe_organization(aws: AwsSession) -> Organization:
    """Raises PrerequisiteError when Systems Manager cannot be set up from this account."""
    root_read = aws.start(get_root_id, aws)
    organization = aws.call(aws.organizations.describe_organization)["Organization"]
    for finding in organization_findings(aws, organization):
        raise PrerequisiteError(f"{finding.code}: {finding.message} {finding.remedy}")
    return Organization(organization["Id"], root_read.result(), organization["MasterAccountId"])


def _resolved(configurations: Sequence[Configuration], organization: Organization) -> list[Configuration]:
    """With the root in place of an empty list of organizational units: Terraform does not know its id."""
    return [
        configuration
        if configuration.account_id or configuration.organizational_unit_ids
        else replace(configuration, organizational_unit_ids=(organization.root_id,))
        for configuration in configurations
    ]


def _find_account(
    aws: AwsSession, directory: AccountDirectory, organization: Organization, resources: Mapping[str, Any]
) -> ExistingResource | None:
    """The account that Terraform creates, if it already exists."""
    email = resources.get("account_email")
    return find_account(aws, directory.in_units([organization.root_id]), email) if email else None


def _with_account(setting: Setting, account_id: str) -> Setting:
    """The setting with the administrator account, whose id Terraform does not know in the plan that creates it."""
    if setting.kind == AccountPlacement.name:
        return replace(setting, subject=account_id)
    return replace(setting, value=account_id) if setting.kind == DelegatedAdministrator.name else setting


def _find_roles(aws: AwsSession, resources: Mapping[str, Any]) -> list[ExistingResource]:
    return list(find_roles(aws, resources.get("role_names", [])))


def _find_unit(
    aws: AwsSession, resources: Mapping[str, Any], root_id: str
) -> tuple[ExistingResource | None, list[Finding]]:
    """The unit that Terraform creates, if it already exists; and a finding if its parent does not."""
    unit_query = resources.get("organizational_unit")
    if not unit_query:
        return None, []
    parent_id = unit_query.get("parent_id") or root_id
    try:
        return find_unit(aws, unit_query["name"], parent_id), []
    except ServiceError as error:
        if error.code != "ParentNotFoundException":
            raise
        return None, [missing_unit_finding(aws, "dedicated_organizational_unit.parent_id", parent_id)]


def _account_findings(aws: AwsSession, account_id: str) -> list[Finding]:
    return list(account_findings(aws, account_id)) if account_id else []


def _unit_findings(aws: AwsSession, unit_id: str, account_id: str) -> list[Finding]:
    return list(unit_findings(aws, unit_id, account_id)) if unit_id else []


def _deployed(configurations: Sequence[Configuration], managers: Sequence[Manager]) -> list[Configuration]:
    """The configurations that have a manager, one for each manager of the type and name."""
    return [
        replace(configuration, arn=manager.arn)
        for configuration in configurations
        for manager in managers
        if (manager.type, manager.name) == (configuration.type, configuration.name)
    ]


def _with_failed_stack(aws: AwsSession, definitions: Mapping[str, str], stack_sets: Sequence[str]) -> set[str]:
    """ARNs of the managers of which a stack failed, in an account that joined after the deployment for example.

    Args:
        definitions: the ARN of the manager of each definition.
        stack_sets: names of those that deploy these definitions.

    Raises:
        ScriptError: StackSets could not be read.
    """
    reads = {name: aws.start(has_failed_stack, aws, name) for name in stack_sets}
    failed = [name for name, read in reads.items() if read.result()]
    return {arn for id_, arn in definitions.items() if any(name.endswith(id_) for name in failed)}


def _unreadable(records: Records, region: str) -> Iterator[Finding]:
    own = parameter_name(records.installation)
    for name in records.unreadable:
        command = "delete-parameter" if name == own else "get-parameter-history"
        advice = (
            "Delete it: the Terraform state has the previous values."
            if name == own
            else "Another installation needs it to know what to restore: put back the previous version."
        )
        yield Finding(
            "SETTING_RECORD_UNREADABLE",
            name,
            "The parameter is below the path in which installations of this module record their changes, but this "
            "version cannot read it: another version wrote it, or it was edited.",
            f"{advice} aws ssm {command} --region {region} --name {name}",
        )


COMMAND = Command(
    name="organization",
    summary="All AWS calls of a plan of the module.",
    description="""\
Reads the organization, the settings that no resource manages and their records, existing resources with the names that
Terraform uses, problems (observe.py preflight) and the status of deployments (observe.py deployments).
Calls organizations:DescribeOrganization, ListRoots, ListAWSServiceAccessForOrganization, ListDelegatedAdministrators,
ListParents, DescribeAccount and ListTagsForResource; cloudformation:DescribeOrganizationsAccess; iam:GetRole;
ssm:GetParametersByPath and GetServiceSetting; and what these two commands call.
AWS provider 5 has data sources for a part of it.""",
    example="""organization --account-id 111111111111 --region us-east-1 \\
    --installation main --record-region us-east-1""",
    options=(
        *COMMON_KEYS,
        replace(INSTALLATION, required=False),
        replace(RECORD_REGION, required=False),
        SETTINGS,
        RESOURCES,
        configurations_key("the configurations and their targets; no organizational units: the whole organization"),
        MEMBER_ROLE_NAME,
        Option(
            "member_accounts",
            "when the accounts of a configuration are read: always, changes (it is not deployed to them yet), never",
            f"{ALWAYS}|{CHANGES}|{NEVER}",
            f'"{ALWAYS}", "{CHANGES}" or "{NEVER}"',
            default=CHANGES,
        ),
        account_id_key("administrator_account_id", "the delegated administrator, if it is known"),
        Option(
            "organizational_unit_id",
            "the dedicated organizational unit, if it already exists",
            ORGANIZATIONAL_UNIT_PATTERN,
            'the id of an organizational unit, for example "ou-ab12-34cd56ef"',
        ),
        SEVERITIES,
    ),
    run=observe,
)
