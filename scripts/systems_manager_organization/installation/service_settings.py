"""`observe.py service-settings` and `report.py service-settings`: service settings of Systems Manager."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, READ_REGIONS, YES, regions_to_read
from systems_manager_organization.cli.options import COMMON_KEYS, OPTIONAL_COMMON_KEYS, flag, text_option
from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.creation_tag import is_of_same_call
from systems_manager_organization.errors import UsageError
from systems_manager_organization.installation.observed_settings import (
    SETTINGS,
    no_longer_wanted,
    observe_settings,
    parse_settings,
)
from systems_manager_organization.installation.restored_service_settings import (
    ACTIONS,
    EXIT_INCOMPLETE,
    EXIT_OK,
    Customized,
    restore,
)
from systems_manager_organization.installation.setting_kinds import KINDS
from systems_manager_organization.organizations.account_regions import read_account_regions
from systems_manager_organization.organizations.service_setting import SETTING_IDS, customized_in
from systems_manager_organization.settings.records import INSTALLATION, Records, load_records, parameter_name
from systems_manager_organization.settings.setting import read_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

SCHEMA_VERSION = "1"

_UPDATE = "aws ssm update-service-setting --region {region} --setting-id {setting_id} --setting-value {value}"


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account whose credentials were used
    - `regions`: JSON object from each Region to its `settings` and `no_longer_wanted`, as of `observe.py organization`,
      and `lost_record`, the error for a plan where an earlier apply of the same call has a record and this one has
      none, or ""; the record of what was changed in a Region is in that Region
    """
    settings = parse_settings(query["settings"])
    with connect() as aws:

        def of_region(region: str) -> tuple[str, Any]:
            own = [setting for setting in settings if setting.name == region]
            name = query["installation"]
            records = load_records(aws, region, name, KINDS) if name else Records("")
            observed = observe_settings(read_all(KINDS, aws, own), records, own)
            return region, {
                "settings": observed,
                "no_longer_wanted": no_longer_wanted(records, own),
                "lost_record": _lost_record(records, region),
            }

        regions = sorted({setting.name for setting in settings})
        return {
            "schema_version": SCHEMA_VERSION,
            "account_id": aws.account_id,
            "regions": json.dumps(dict(map_concurrently(of_region, regions))),
        }


def _lost_record(records: Records, region: str) -> str:
    """The message about the record of an apply after which no resource has the name of its installation."""
    names = () if records.own else sorted(records.others)
    name = next((found for found in names if is_of_same_call(records.installation, found)), "")
    if not name:
        return ""
    return (
        f"The record {parameter_name(name)} in {region} already exists: another workspace or state, this module call "
        "renamed without a moved block, or a state that was lost. Nothing was changed. If another state has it, set "
        f'another name here. To continue with it, set installation = "{name}", which the first plan of a state reads. '
        "Or restore what it records: "
        f"{report_command()} restore --installation {name} --record-region {region}"
    )


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists what is not AWS's default. Returns 0, or 3 when something could not be read.

    With --restore, what `restored_service_settings.restore` returns.
    """
    if query["restore"]:
        if query["json"] or query["regions"]:
            raise UsageError(
                "--restore has its Regions from the file, and prints text: leave --regions and --json out."
            )
        return restore(query, connect, terminal)
    with connect() as aws:
        regions = regions_to_read(query, aws)
        read = read_account_regions(aws, query["member_role_name"], ACTIONS, regions, _read_region)
    found, errors, account_ids = read.found, read.errors, read.account_ids
    if query["json"]:
        document = {
            "customized": [asdict(item) for item in found],
            "unreadable": errors,
            "account_ids": account_ids,
            "regions": regions,
        }
        terminal.write(json.dumps(document, indent=2))
    else:
        _show(found, errors, terminal)
        read_in = f"{pluralize(len(account_ids), 'account')}, Regions: {', '.join(regions)}"
        terminal.echo(f"{pluralize(len(found), 'setting')} without AWS's default. {read_in}.", err=True)
    return EXIT_INCOMPLETE if errors else EXIT_OK


def _show(found: Iterable[Customized], errors: Iterable[str], terminal: Terminal) -> None:
    for item in found:
        by = f", set by {item.changed_by}" if item.changed_by else ""
        terminal.echo(f"{item}{by}")
        terminal.echo(f"  {_UPDATE.format(region=item.region, setting_id=item.setting_id, value=quote(item.value))}")
    for error in errors:
        terminal.echo(f"Not read: {error}", err=True)


def _read_region(member: AccountSession, region: str) -> list[Customized]:
    found = []
    for setting_id in SETTING_IDS.values():
        answer = customized_in(member, region, setting_id)
        if answer:
            changed_by = answer.get("LastModifiedUser", "")
            found.append(Customized(member.account_id, region, setting_id, answer["SettingValue"], changed_by))
    return found


OBSERVATION = Command(
    name="service-settings",
    summary="Service settings of the account itself, and their records, in several Regions.",
    description="""\
Calls ssm:GetServiceSetting and, with --installation, ssm:GetParametersByPath in the Region of each of the settings. No
version of the AWS provider has a data source for a service setting; one that has would replace this command.""",
    example="""service-settings --account-id 111111111111 --region us-east-1 \\
    --settings '[{"key": "document-public-sharing/us-east-1"}]'""",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), SETTINGS),
    run=observe,
)

COMMAND: Command[str] = Command(
    name="service-settings",
    summary="Lists the service settings that are not AWS's defaults, in every account and Region.",
    description="""\
Calls ssm:GetServiceSetting, for the settings of modules/account-settings; with --member-role-name also
organizations:ListRoots and ListAccounts, and sts:AssumeRole for every active account. Below each setting is the
command that sets the value again, in that account. Run it with --json before modules/account-settings is applied: that
replaces other values, and in member accounts nothing else keeps them. With --restore and that file, after a destroy, it
lists what no longer has these values, asks for confirmation, and calls ssm:UpdateServiceSetting. Without --restore it
changes nothing. It exits with 0; 1 without confirmation; 3 when something could not be read or set.""",
    example="""service-settings --member-role-name OrganizationAccountAccessRole \\
    --regions us-east-1 --json""",
    options=(
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        READ_REGIONS,
        flag("json", "prints JSON"),
        text_option("restore", "a file with what --json printed: sets its values again", "a file name"),
        YES,
    ),
    cli_handler=show,
)
