"""`report.py restore`: uninstalls an installation whose destroy provisioners did not run, or whose state is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, REGIONS, YES, split_list
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.errors import QueryError
from systems_manager_organization.explorer.resource_data_sync import ResourceDataSync
from systems_manager_organization.installation.apply_settings import SettingsOfInstallation
from systems_manager_organization.installation.deregistration import DeregistrationBlockedError
from systems_manager_organization.installation.setting_kinds import KINDS
from systems_manager_organization.installation.tagged_resources import (
    TaggedResources,
    TaggedUnit,
    delete_role,
    find_tagged_resources,
    role_names,
)
from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.accounts import is_root
from systems_manager_organization.organizations.default_host_management_role import (
    SETTING_ID,
    DefaultHostManagementRole,
)
from systems_manager_organization.organizations.delegated_administrator import SYSTEMS_MANAGER, DelegatedAdministrator
from systems_manager_organization.organizations.resource_sharing import ResourceSharing
from systems_manager_organization.quick_setup.configuration_managers import (
    definitions_in,
    deployment_status,
    region_of,
)
from systems_manager_organization.quick_setup.discard import describe_deployments, wait_for_deletion
from systems_manager_organization.quick_setup.documents import quick_setup_regions
from systems_manager_organization.quick_setup.explain import missing_roles
from systems_manager_organization.quick_setup.redeploy import describe_once_idle
from systems_manager_organization.settings.records import (
    INSTALLATION,
    PATH,
    RECORD_REGION,
    load_records,
    parameter_name,
)
from systems_manager_organization.settings.setting import Setting, display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.installation.apply_settings import Reversal
    from systems_manager_organization.settings.records import Records

EXIT_OK, EXIT_INCOMPLETE = 0, 1

_CREATED_ACCOUNT = ""


@dataclass(frozen=True)
class _Plan:
    """What is deleted and restored, in this order.

    Attributes:
        managers: responses of GetConfigurationManager.
        left: what the installation created and stays, with the reason and the command that deletes it.
    """

    managers: Sequence[Mapping[str, Any]]
    reversals: Sequence[Reversal]
    roles: Sequence[str]
    units: Sequence[TaggedUnit]
    left: Sequence[str]


def restore(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists, asks for confirmation, then deletes and restores what is still as the installation left it.

    Returns 0; 1 without confirmation, or when something that the installation created stays. Raises QueryError, or
    another ScriptError when AWS refuses something: the same command then continues.
    """
    with connect() as aws:
        tagged = find_tagged_resources(aws) if _is_management_account(aws) else TaggedResources()
        name = _choose_installation(aws, query, tagged)
        settings = SettingsOfInstallation(
            aws,
            {
                **query,
                "installation": name,
                "regions": json.dumps(split_list(query["regions"]) or quick_setup_regions()),
            },
        )
        _require_region(aws, query, name, tagged, settings.records)
        plan = _plan(aws, terminal, name, tagged, settings, wait=not query["dry_run"])
        for line in (*_describe_scope(aws, query, name, settings.records), *_describe(aws, plan, name)):
            terminal.echo(line, err=not query["dry_run"])
        requirements = (
            partial(_require_deployed_option, query, plan),
            partial(_require_roles, aws, plan),
            partial(settings.require_safe_deregistration, plan.reversals),
        )
        if query["dry_run"]:
            for refusal in filter(None, map(_refusal, requirements)):
                terminal.echo(f"Without --dry-run this is refused: {refusal}")
            return EXIT_OK
        for require in requirements:
            require()
        if not query["yes"] and not terminal.confirm("Delete and restore this?"):
            return EXIT_INCOMPLETE
        _carry_out(aws, terminal, plan, settings)
        for line in plan.left:
            terminal.echo(line)
    return EXIT_INCOMPLETE if plan.left else EXIT_OK


def _is_management_account(aws: AwsSession) -> bool:
    """Nothing in any other account has the tag: there modules/explorer has only a record."""
    response = aws.call_or_none("AWSOrganizationsNotInUseException", aws.organizations.describe_organization)
    return response is not None and response["Organization"]["MasterAccountId"] == aws.account_id


def _choose_installation(aws: AwsSession, query: Query, tagged: TaggedResources) -> str:
    """The only installation, or that of the query. Raises QueryError."""
    records = load_records(aws, query["record_region"], "", KINDS)
    unreadable = {name.removeprefix(f"{PATH}/") for name in records.unreadable}
    names = {*records.others, *unreadable, *tagged.installations}
    if not names:
        raise QueryError(
            f"account {aws.account_id} has nothing of this module: no record below {PATH} in {query['record_region']} "
            "(--record-region), and no configuration manager, role or organizational unit with its tag. Nothing was "
            "changed."
        )
    if query["installation"] not in names and (query["installation"] or len(names) > 1):
        found = f"there is no installation {query['installation']}" if query["installation"] else "there are several"
        raise QueryError(
            f"{found} in account {aws.account_id}. Use --installation with one of: {', '.join(sorted(names))}."
        )
    (name,) = [query["installation"]] if query["installation"] else names
    if name in unreadable:
        raise QueryError(
            f"{parameter_name(name)} in {query['record_region']} is not what this version of the module writes: it was "
            "changed by hand, or by another version. Nothing was changed. Restore its previous version (aws ssm "
            f"get-parameter-history --region {query['record_region']} --name {parameter_name(name)}). Or delete the "
            "parameter: then only what has the installation's tag is deleted, and no setting is restored."
        )
    return name


def _require_region(aws: AwsSession, query: Query, name: str, tagged: TaggedResources, records: Records) -> None:
    """Raises QueryError where the session's Region would hide something."""
    regions = {region_of(manager["ManagerArn"]) for manager in tagged.managers_of(name)}
    if any(key.partition("/")[0] == ResourceDataSync.name for key in records.own):
        regions.add(query["record_region"])
    elsewhere = sorted(regions - {aws.region})
    if elsewhere:
        raise QueryError(
            f"installation {name} has configuration managers or resource data syncs in {', '.join(elsewhere)}, and "
            f"this is {aws.region}. Use --region {elsewhere[0]}."
        )


def _refusal(require: Callable[[], None]) -> str:
    """The message with which it refuses, or ""."""
    try:
        require()
    except (QueryError, DeregistrationBlockedError) as refusal:
        return str(refusal)
    return ""


def _require_deployed_option(query: Query, plan: _Plan) -> None:
    """Raises QueryError: what is deployed belongs to an installation that lives, unless its state is lost."""
    deployed = [str(manager["Name"]) for manager in plan.managers if deployment_status(manager) == "SUCCEEDED"]
    if deployed and not query["deployed"]:
        raise QueryError(
            f"{', '.join(deployed)}: deployed. Nothing was changed. If a Terraform state has this installation, use "
            "terraform destroy. If the state is lost, or the module block was deleted, use --deployed to delete what "
            "is deployed as well."
        )


def _require_roles(aws: AwsSession, plan: _Plan) -> None:
    """Raises QueryError: terraform apply deletes the roles of a block that is deleted, and no manager that failed."""
    problems = {
        problem
        for manager in plan.managers
        for found in definitions_in(manager)
        for problem in missing_roles(aws, found)
    }
    if problems:
        raise QueryError(
            f"the configuration managers cannot be deleted. Nothing was changed. {' '.join(sorted(problems))} How to "
            "create it for this: docs/operations/uninstall.md of the module."
        )


def _plan(
    aws: AwsSession,
    terminal: Terminal,
    name: str,
    tagged: TaggedResources,
    settings: SettingsOfInstallation,
    *,
    wait: bool,
) -> _Plan:
    managers = tagged.managers_of(name)
    if wait:
        managers = [found for manager in managers if (found := describe_once_idle(aws, terminal, manager))]
    reversals = settings.plan_recorded()
    left = [*_created_accounts(reversals)]
    roles, units = [], []
    own_roles = [role.name for role in tagged.roles if role.installation == name]
    users = _users_of_roles(aws, name, tagged, reversals, settings.records) if own_roles else {}
    for role in own_roles:
        if role in users:
            left.append(f"role {role}: stays, because {users[role]}")
        else:
            roles.append(role)
    for unit in tagged.units:
        if unit.installation != name:
            continue
        content = _remaining_content(aws, unit, reversals)
        if content:
            left.append(
                f'organizational unit "{unit.name}" ({unit.id}): stays, because it holds {content}. Move that, then: '
                f"aws organizations delete-organizational-unit --organizational-unit-id {unit.id}"
            )
        else:
            units.append(unit)
    return _Plan(managers, reversals, roles, units, left)


def _created_accounts(reversals: Sequence[Reversal]) -> Iterator[str]:
    for reversal in reversals:
        setting = reversal.desired.setting
        if setting.kind == AccountPlacement.name and reversal.desired.previous == _CREATED_ACCOUNT:
            yield (
                f"account {setting.subject}: stays open, although this installation created it. To close it: "
                f"aws organizations close-account --account-id {setting.subject}"
            )


def _users_of_roles(
    aws: AwsSession, name: str, tagged: TaggedResources, reversals: Sequence[Reversal], records: Records
) -> dict[str, str]:
    """By name of a role that something else will still use: by what, and how to delete the role."""
    users = {
        role: (
            f'the configuration manager "{manager["Name"]}" ({manager["ManagerArn"]}) uses it. Afterwards: report.py '
            "restore again"
        )
        for manager in tagged.managers
        if manager not in tagged.managers_of(name)
        for role in role_names(manager)
    }
    kind = DefaultHostManagementRole.name
    keys = {key for found in (records.own, *records.others.values()) for key in found if key.startswith(f"{kind}/")}
    keys |= {f"{kind}/{region}" for region in (*quick_setup_regions(), aws.region)}
    values = KINDS[kind].read(aws, [Setting(key) for key in sorted(keys)])
    values |= {
        found.desired.setting.key: found.target
        for found in reversals
        if found.desired.setting.kind == kind and not found.reason
    }
    for key, value in values.items():
        region = key.partition("/")[2]
        users[value.rpartition("/")[2]] = (
            f"Default Host Management Configuration uses it in {region}. If nothing else requires that: aws ssm "
            f"reset-service-setting --region {region} --setting-id {SETTING_ID}, then report.py restore again"
        )
    return users


def _remaining_content(aws: AwsSession, unit: TaggedUnit, reversals: Sequence[Reversal]) -> str:
    """Accounts and units that the unit will still hold; "" if there are none."""
    organizations = aws.organizations
    moved = {
        reversal.desired.setting.subject
        for reversal in reversals
        if reversal.desired.setting.kind == AccountPlacement.name and not reversal.reason
    }
    listed = aws.paginate(organizations.list_accounts_for_parent, ParentId=unit.id)
    accounts = [f"account {account['Id']}" for account in listed if account["Id"] not in moved]
    children = aws.paginate(organizations.list_organizational_units_for_parent, ParentId=unit.id)
    return ", ".join([*accounts, *(f'organizational unit "{child["Name"]}"' for child in children)])


def _describe_scope(aws: AwsSession, query: Query, name: str, records: Records) -> Iterator[str]:
    yield (
        f"Installation {name} in account {aws.account_id}. Looked at: the records in {query['record_region']}; "
        f"configuration managers in {len({*quick_setup_regions(), aws.region})} Regions, roles and organizational "
        "units of the management account."
    )
    for parameter in records.unreadable:
        yield f"Not read: {parameter}. If it is another installation's, what that one requires is not known."
    if records.own:
        yield "The previous values are those of the record: check them."


def _describe(aws: AwsSession, plan: _Plan, name: str) -> Iterator[str]:
    yield "In this order:"
    for manager in plan.managers:
        yield (
            f'- configuration manager "{manager["Name"]}" ({manager["ManagerArn"]}), its deployment is '
            f"{deployment_status(manager)}: will be deleted, with what it deployed."
        )
        yield from (f"  {line}" for line in describe_deployments(aws, manager))
    for reversal in plan.reversals:
        yield f"- {_describe_reversal(aws, reversal)}"
    if plan.reversals:
        yield f"- the record {parameter_name(name)}: will be deleted."
    yield from (f"- role {role}: will be deleted." for role in plan.roles)
    yield from (f'- organizational unit "{unit.name}" ({unit.id}): will be deleted.' for unit in plan.units)
    yield from (f"- {line}" for line in plan.left)


def _describe_reversal(aws: AwsSession, reversal: Reversal) -> str:
    setting, previous = reversal.desired.setting, reversal.desired.previous
    subject = f" (account {setting.subject})" if setting.subject else ""
    start = f"{setting.key}{subject}"
    if reversal.current and reversal.current in (previous, reversal.target):
        return f"{start}: already {display(reversal.current)}."
    if reversal.reason:
        return f"{start}: stays as it is, because {reversal.reason}."
    values = [reversal.current, reversal.target]
    if setting.kind == AccountPlacement.name:
        values = [_describe_parent(aws, value) for value in values]
    current, target = map(display, values)
    gone = "" if reversal.target == previous or not previous else f" ({previous} is gone)"
    return f"{start}: {current} -> {target}{gone}{_CONSEQUENCES.get(setting.key, '')}."


_CONSEQUENCES = {
    f"{DelegatedAdministrator.name}/{SYSTEMS_MANAGER}": "; AWS then deletes its Explorer syncs",
    f"{ResourceSharing.name}/organization": "; AWS then removes the organization from every resource share",
}


def _describe_parent(aws: AwsSession, parent_id: str) -> str:
    if is_root(parent_id):
        return f"{parent_id} (the root)"
    response = aws.call_or_none(
        "OrganizationalUnitNotFoundException",
        aws.organizations.describe_organizational_unit,
        OrganizationalUnitId=parent_id,
    )
    return f"{parent_id} ({response['OrganizationalUnit']['Name']})" if response else parent_id


def _carry_out(aws: AwsSession, terminal: Terminal, plan: _Plan, settings: SettingsOfInstallation) -> None:
    """Raises ScriptError: what depends on what AWS refused is not touched."""
    # AWS deletes several at once.
    for manager in plan.managers:
        aws.call(aws.quick_setup.delete_configuration_manager, ManagerArn=manager["ManagerArn"])
    for manager in plan.managers:
        wait_for_deletion(aws, manager)
        terminal.echo(f"{manager['Name']}: deleted.")
    settings.restore_recorded(terminal.echo)
    for role in plan.roles:
        delete_role(aws, role)
        terminal.echo(f"role {role}: deleted.")
    for unit in plan.units:
        aws.call_or_none(
            "OrganizationalUnitNotFoundException",
            aws.organizations.delete_organizational_unit,
            OrganizationalUnitId=unit.id,
        )
        terminal.echo(f'organizational unit "{unit.name}": deleted.')


COMMAND: Command[str] = Command(
    name="restore",
    summary="Uninstalls an installation whose module block was deleted, or whose Terraform state is lost.",
    description=f"""\
For what terraform destroy can no longer do. From the record below {PATH} and the tag
systems-manager-organization:created it lists what it will delete and restore, and what it leaves and why; asks for
confirmation; deletes configuration managers, restores settings in the opposite order, deletes roles and the
organizational unit. What is not as the module left it, and what another installation requires, stays. After an
interruption run it again. Deletes what is deployed only with --deployed.
Calls what --help of ensure.py settings names; ssm-quicksetup:ListConfigurationManagers in every Region of Quick Setup,
GetConfigurationManager, ListConfigurations, DeleteConfigurationManager; iam:GetAccountAuthorizationDetails, GetRole,
ListAttachedRolePolicies, DetachRolePolicy, ListRolePolicies, DeleteRolePolicy, DeleteRole;
organizations:DescribeOrganization, ListRoots, ListOrganizationalUnitsForParent, ListAccountsForParent,
ListTagsForResource, DescribeOrganizationalUnit, DeleteOrganizationalUnit; cloudformation:ListStackSets, and with the
role ssm:ListResourceDataSync, ssm-quicksetup:ListConfigurationManagers, GetConfigurationManager.
It exits with 0 when everything is undone, 1 when something that the installation created stays, when AWS refused
something, or without confirmation.""",
    example="restore --dry-run",
    options=(
        replace(INSTALLATION, description="the installation, if there are several", required=False, cli_only=True),
        *OPTIONAL_COMMON_KEYS,
        replace(RECORD_REGION, required=False, default="us-east-1", cli_only=True),
        replace(
            MEMBER_ROLE_NAME,
            description=(
                "a role of the administrator account, with its path: nothing is changed while it has Explorer syncs, "
                "which AWS would delete, or configuration managers of its own; default: they are not looked for"
            ),
        ),
        replace(REGIONS, description="the Regions of these, and of its StackSets; default: those of Quick Setup"),
        flag("deployed", "also deletes configuration managers whose deployment succeeded"),
        flag("dry_run", "only lists, and says what would be refused"),
        YES,
    ),
    cli_handler=restore,
)
