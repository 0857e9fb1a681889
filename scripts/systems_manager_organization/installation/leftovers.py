"""`report.py leftovers`: what Quick Setup left behind when its configurations were deleted."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, list_pattern
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, REGION_PATTERN, Option, flag
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.organizations.accounts import list_active_accounts
from systems_manager_organization.quick_setup.configuration_managers import (
    definitions_in,
    get_descriptions,
    list_managers,
)
from systems_manager_organization.quick_setup.documents import resources, types_that_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

EXIT_OK, EXIT_LEFT, EXIT_UNREADABLE = 0, 1, 2

ACTIONS = (
    "ec2:DescribeTags",
    "iam:ListRoles",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "ssm:GetServiceSetting",
)
_GLOBAL = ""
# Beside the facts of AWS's documents, which have no code.
_MADE_BY_CODE = Path(__file__).parents[1] / "quick_setup" / "documents" / "made_by_code.json"
_RETAINED_KINDS = {"AWS::Logs::LogGroup": "log_group", "AWS::S3::Bucket": "bucket"}

# {name}, {region} and {resource} are replaced. A role is deleted without its policies and instance profiles only.
_REMOVE = {
    "bucket": "aws s3 rb --force s3://{name}",
    "log_group": "aws logs delete-log-group --region {region} --log-group-name {name}",
    "role": "aws iam delete-role --role-name {name}",
    "service_linked_role": "aws iam delete-service-linked-role --role-name {name}",
    "setting": "aws ssm reset-service-setting --region {region} --setting-id {name}",
    "tag": "aws ec2 delete-tags --region {region} --resources {resource} --tags Key={name}",
}


@dataclass(frozen=True)
class Rule:
    """Something that stays.

    Attributes:
        name: regular expression; the group `id` is the configuration's id.
        value: regular expression of a setting's value; "": any that is not the default.
        types: the types that make it.
        source: where AWS shows that it stays.
    """

    kind: str
    name: str
    types: tuple[str, ...]
    source: str
    value: str = ""


@dataclass(frozen=True)
class Leftover:
    """`region` is "" for what is of no Region, `configuration_id` where the name does not have it."""

    account_id: str
    region: str
    kind: str
    name: str
    types: tuple[str, ...]
    configuration_id: str
    remove: str


def rules() -> list[Rule]:
    """What AWS's templates retain, and what functions and automations make that nothing deletes."""
    retained = [
        Rule(_RETAINED_KINDS[item["type"]], _pattern(item["name"]), (type_name,), "DeletionPolicy of its template")
        for type_name, item in resources()
        if item.get("deletion_policy") == "Retain"
    ]
    declared = {rule.name for rule in retained}
    logs = [
        Rule("log_group", name, (type_name,), "Lambda makes the log group of a function that has none")
        for type_name, item in resources()
        if item["type"] == "AWS::Lambda::Function"
        and (name := re.escape("/aws/lambda/") + _pattern(item["name"])) not in declared
    ]
    return list(dict.fromkeys((*retained, *logs, *_made_by_code())))


def _made_by_code() -> Iterator[Rule]:
    """Several codes make the same: its types are those of all."""
    entries = json.loads(_MADE_BY_CODE.read_text(encoding="utf-8"))
    types: dict[str, set[str]] = {}
    sources: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        for item in entry["makes"]:
            # Trusted access makes the shared one too, so that nobody knows whose it is.
            if item["kind"] in _REMOVE and not item.get("deleted") and not item.get("shared"):
                key = f"{item['kind']} {item['name']}"
                types.setdefault(key, set()).update(entry.get("types") or types_that_run(entry["code"]))
                sources.setdefault(key, {**item, "source": entry["code"]})
    for key, item in sources.items():
        is_setting = item["kind"] == "setting"
        yield Rule(
            item["kind"],
            item["name"] if is_setting else _pattern({"Fn::Sub": item["name"]}),
            tuple(sorted(types[key])),
            item["source"],
            f".*{_pattern({'Fn::Sub': item['value']})}" if "value" in item else "",
        )


def _pattern(expression: Any) -> str:
    """The regular expression of a name in a template."""
    if isinstance(expression, str):
        return re.escape(expression)
    ((function, value),) = expression.items()
    if function == "Fn::Sub":
        parts = re.split(r"\$\{(.+?)\}", value)
        return "".join(_variable(part) if number % 2 else re.escape(part) for number, part in enumerate(parts))
    if function == "Fn::Join":
        separator, parts = value
        return re.escape(str(separator)).join(map(_pattern, parts))
    return _variable(value) if function == "Ref" else "[a-z0-9]+"


def _variable(name: str) -> str:
    return "(?P<id>[a-z0-9]+)" if name == "QSConfigurationId" else "[A-Za-z0-9-]+?"


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists what is left. Returns 0 when nothing is, 1 when something is, else 2 when something could not be read."""
    left: list[Leftover] = []
    unreadable: list[str] = []
    with connect() as aws:
        regions = json.loads(query["regions"]) if query["regions"] else [aws.region]
        sessions = AccountSessions(aws, query["member_role_name"], ACTIONS)
        read = partial(_read_account, sessions, regions, rules())
        for found, errors in map_concurrently(read, _account_ids(aws, query["member_role_name"])):
            left += found
            unreadable += errors
        left = sorted(
            _without_existing(aws, left), key=lambda item: (item.account_id, item.region, item.kind, item.name)
        )
    _show(left, sorted(unreadable), terminal, as_json=bool(query["json"]))
    if left:
        return EXIT_LEFT
    return EXIT_UNREADABLE if unreadable else EXIT_OK


def _account_ids(aws: AwsSession, role_name: str) -> list[str]:
    if not role_name:
        return [aws.account_id]
    return [account.id for account in list_active_accounts(aws)]


def _without_existing(aws: AwsSession, left: Iterable[Leftover]) -> Iterator[Leftover]:
    """Without what a configuration that is still there uses."""
    descriptions = get_descriptions(aws, [manager.arn for manager in list_managers(aws)])
    definitions = [item for description in descriptions.values() for item in definitions_in(description)]
    ids, types = {item.id for item in definitions}, {item.type for item in definitions}
    for item in left:
        if item.configuration_id in ids or (not item.configuration_id and types & set(item.types)):
            continue
        yield item


def _read_account(
    sessions: AccountSessions, regions: Iterable[str], known: list[Rule], account_id: str
) -> tuple[list[Leftover], list[str]]:
    try:
        member = sessions.assume_role(account_id)
    except ServiceError as error:
        return [], [f"Account {account_id}: {error_message(error)}"]
    home = next(iter(regions))
    reads = [
        partial(_matches, member, known, ("role", "service_linked_role"), _GLOBAL, partial(_roles, member, home)),
        partial(_matches, member, known, ("bucket",), _GLOBAL, partial(_buckets, member, home)),
    ]
    for region in regions:
        reads += [
            partial(_matches, member, known, ("log_group",), region, partial(_log_groups, member, region)),
            partial(_matches, member, known, ("tag",), region, partial(_tags, member, region)),
            partial(_settings, member, known, region),
        ]
    answers = [_found_or_error(read) for read in reads]
    return [item for found, _ in answers for item in found], [error for _, error in answers if error]


def _found_or_error(read: Callable[[], list[Leftover]]) -> tuple[list[Leftover], str]:
    try:
        return read(), ""
    except ScriptError as error:
        return [], error_message(error)


def _matches(
    member: AccountSession,
    known: Iterable[Rule],
    kinds: tuple[str, ...],
    region: str,
    names: Callable[[], Iterable[tuple[str, str]]],
) -> list[Leftover]:
    """What matches a rule of these kinds; `names` lists names, and the resource that has a tag."""
    candidates = [rule for rule in known if rule.kind in kinds]
    found = []
    for name, resource in names():
        for rule in candidates:
            match = re.fullmatch(rule.name, name)
            if match:
                found.append(_leftover(member, rule, region, name, match.groupdict().get("id", ""), resource))
                break
    return found


def _leftover(
    member: AccountSession, rule: Rule, region: str, name: str, configuration_id: str = "", resource: str = ""
) -> Leftover:
    remove = _REMOVE[rule.kind].format(name=name, region=region, resource=resource)
    return Leftover(member.account_id, region, rule.kind, name, rule.types, configuration_id, remove)


def _roles(member: AccountSession, region: str) -> Iterator[tuple[str, str]]:
    return ((role["RoleName"], "") for role in member.paginate("iam", region, "list_roles"))


def _buckets(member: AccountSession, region: str) -> Iterator[tuple[str, str]]:
    return ((bucket["Name"], "") for bucket in member.call("s3", region, "list_buckets")["Buckets"])


def _log_groups(member: AccountSession, region: str) -> Iterator[tuple[str, str]]:
    listed = member.paginate("logs", region, "describe_log_groups", logGroupNamePrefix="/aws/lambda/")
    return ((group["logGroupName"], "") for group in listed)


def _tags(member: AccountSession, region: str) -> Iterator[tuple[str, str]]:
    filters = [{"Name": "key", "Values": ["QSConfigName-*"]}]
    return ((tag["Key"], tag["ResourceId"]) for tag in member.paginate("ec2", region, "describe_tags", Filters=filters))


def _settings(member: AccountSession, known: Iterable[Rule], region: str) -> list[Leftover]:
    found = []
    for rule in known:
        if rule.kind != "setting":
            continue
        try:
            setting: Mapping[str, str] = member.call("ssm", region, "get_service_setting", SettingId=rule.name)[
                "ServiceSetting"
            ]
        except ServiceError as error:
            if error.code != "ServiceSettingNotFound":
                raise
            continue
        if setting["Status"] != "Default" and re.fullmatch(rule.value or ".*", setting["SettingValue"]):
            found.append(_leftover(member, rule, region, rule.name))
    return found


def _show(left: list[Leftover], unreadable: list[str], terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        terminal.echo(json.dumps({"leftovers": [asdict(item) for item in left], "unreadable": unreadable}, indent=2))
        return
    for item in left:
        maker = item.configuration_id or " or ".join(name.partition("-")[2] for name in item.types)
        place = f"{item.account_id} {item.region}".strip()
        terminal.echo(f"{place}: {item.kind.replace('_', ' ')} {item.name}, of {maker}\n  {item.remove}")
    terminal.echo(f"{pluralize(len(left), 'leftover')}.", err=True)
    for error in unreadable:
        terminal.echo(f"Not read: {error}", err=True)


COMMAND: Command[str] = Command(
    name="leftovers",
    summary="Lists what Quick Setup left behind in the accounts, and the commands that remove it.",
    description=f"""\
Calls ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager, and {", ".join(ACTIONS)}; with
--member-role-name also organizations:ListRoots and ListAccounts, and sts:AssumeRole for every active account. Changes
nothing. What a configuration of this account and Region still uses is not listed; before a removal check that nobody
else uses it: detach the policies of a role, and its instance profiles, first.
It exits with 0 when nothing is left, 1 when something is, 2 when nothing was found and something could not be read.""",
    example="leftovers --member-role-name OrganizationAccountAccessRole",
    options=(
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        Option(
            "regions",
            "the Regions to read, as a JSON list; default: that of the credentials",
            list_pattern(REGION_PATTERN, empty=False),
            'a JSON list of Regions, for example ["us-east-1"]',
            cli_only=True,
        ),
        flag("json", "prints JSON"),
    ),
    cli_handler=show,
)
