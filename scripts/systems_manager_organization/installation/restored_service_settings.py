"""`report.py service-settings --restore`: sets again what `report.py service-settings --json` has found."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.entries import read_entries
from systems_manager_organization.cli.options import ACCOUNT_ID_PATTERN, REGION_PATTERN
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.organizations.account_regions import read_account_regions
from systems_manager_organization.organizations.service_setting import SETTING_IDS, ServiceSetting, customized_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.entries import Refuse
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.organizations.account_regions import Readings

EXIT_OK, EXIT_DECLINED, EXIT_INCOMPLETE = 0, 1, 3

ACTIONS = ("ssm:GetServiceSetting",)


@dataclass(frozen=True)
class Customized:
    """A setting that does not have AWS's default; `changed_by` is the ARN of who set it."""

    account_id: str
    region: str
    setting_id: str
    value: str
    changed_by: str = ""

    def __str__(self) -> str:
        return f"{self.account_id} {self.region}: {self.setting_id} = {self.value}"


_KEYS = tuple(field.name for field in fields(Customized))
_PATTERNS = {
    "account_id": ACCOUNT_ID_PATTERN,
    "region": REGION_PATTERN,
    "setting_id": "|".join(map(re.escape, SETTING_IDS.values())),
    "value": ServiceSetting.values,
}


def restore(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists the values of the file that are no longer set, asks for confirmation, and sets them.

    Returns 0; 1 without confirmation; 3 when something could not be read or set. Raises UsageError.
    """
    wanted = read_file(query["restore"])
    with connect() as aws:
        found = _differing(aws, query["member_role_name"], wanted)
        for error in found.errors:
            terminal.echo(f"Not read: {error}", err=True)
        for item in found.found:
            terminal.echo(str(item))
        if not found.found:
            terminal.echo("Nothing to set: all other settings of the file have its values.", err=True)
            return EXIT_INCOMPLETE if found.errors else EXIT_OK
        question = f"Set {pluralize(len(found.found), 'setting')}?"
        if not query["yes"] and not terminal.confirm(question):
            return EXIT_DECLINED
        done = _differing(aws, query["member_role_name"], found.found, update=True)
    for error in done.errors:
        terminal.echo(f"Not set: {error}", err=True)
    terminal.echo(f"{pluralize(len(done.found), 'setting')} set.", err=True)
    return EXIT_INCOMPLETE if found.errors or done.errors else EXIT_OK


def read_file(name: str) -> list[Customized]:
    """The settings in a file. Raises UsageError, which names the file, the entry, the rule and what to do."""
    entries = read_entries(name, "customized", _KEYS, ", ".join(_KEYS), option="restore")
    return [_setting(entry, refuse) for _, entry, refuse in entries]


def _setting(entry: Mapping[str, Any], refuse: Refuse) -> Customized:
    for key, pattern in _PATTERNS.items():
        value = entry.get(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise refuse(f"{key} is {json.dumps(value)}, which report.py service-settings never writes.")
    return Customized(**{key: entry[key] for key in _PATTERNS})


def _differing(
    aws: AwsSession, role_name: str, wanted: Sequence[Customized], *, update: bool = False
) -> Readings[Customized]:
    """The settings that do not have the value of the file; `update`: after it was set."""
    by_account_region = defaultdict(list)
    for item in wanted:
        by_account_region[item.account_id, item.region].append(item)

    def of_region(member: AccountSession, region: str) -> list[Customized]:
        differing = [item for item in by_account_region[member.account_id, region] if not _is_set(member, item)]
        for item in differing if update else ():
            member.call("ssm", region, "update_service_setting", SettingId=item.setting_id, SettingValue=item.value)
        return differing

    account_ids = {item.account_id for item in wanted}
    regions = sorted({item.region for item in wanted})
    actions = ACTIONS if not update else (*ACTIONS, "ssm:UpdateServiceSetting")
    readings = read_account_regions(aws, role_name, actions, regions, of_region, only=account_ids)
    why = "is not an active account of the organization" if role_name else "requires --member-role-name"
    missing = sorted(account_ids.difference(readings.account_ids))
    return replace(readings, errors=[*readings.errors, *(f"Account {id_} {why}." for id_ in missing)])


def _is_set(member: AccountSession, item: Customized) -> bool:
    found = customized_in(member, item.region, item.setting_id)
    return found is not None and found["SettingValue"] == item.value
