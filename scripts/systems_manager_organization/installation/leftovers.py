"""`report.py leftovers`: what Quick Setup left behind when its configurations were deleted."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import map_concurrently
from systems_manager_organization.aws.error_translation import DENIED_CODES, error_message
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import MEMBER_ROLE_NAME, REGIONS, split_list
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import OF_EVERY_ACCOUNT, ScriptError, ServiceError
from systems_manager_organization.installation.leftover_rules import rules
from systems_manager_organization.organizations.accounts import list_active_accounts
from systems_manager_organization.organizations.delegated_administrator import QUICK_SETUP, list_administrators
from systems_manager_organization.organizations.service_setting import customized_in
from systems_manager_organization.quick_setup.configuration_managers import Definition, definitions_in
from systems_manager_organization.quick_setup.documents import quick_setup_regions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.installation.leftover_rules import Rule

T = TypeVar("T")

EXIT_OK, EXIT_LEFT, EXIT_UNREADABLE = 0, 1, 3

ACTIONS = (
    "ec2:DescribeTags",
    "iam:GetAccountAuthorizationDetails",
    "iam:ListInstanceProfiles",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "ssm:GetServiceSetting",
    "ssm-quicksetup:GetConfigurationManager",
    "ssm-quicksetup:ListConfigurationManagers",
)
_GLOBAL = ""
# In this order, so that nothing is deleted before what hinders it. {name}, {region} and {resource} are replaced.
_REMOVE = {
    "setting": "aws ssm reset-service-setting --region {region} --setting-id {name}",
    "instance_profile": "aws iam delete-instance-profile --instance-profile-name {name}",
    "role": "aws iam delete-role --role-name {name}",
    "role_policy": "aws iam detach-role-policy --role-name {resource} --policy-arn arn:aws:iam::aws:policy/{name}",
    "role_tag": "aws iam untag-role --role-name {resource} --tag-keys {name}",
    "policy": "aws iam delete-policy --policy-arn {resource}",
    "service_linked_role": "aws iam delete-service-linked-role --role-name {name}",
    # `aws s3 rb --force` leaves versions: https://docs.aws.amazon.com/cli/latest/reference/s3/rb.html
    # With --output text the query is of each page: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html
    "bucket": "aws s3api list-object-versions --bucket {name} --output text "
    "--query '[Versions, DeleteMarkers][].[VersionId, Key]' | while read -r version key; do "
    'aws s3api delete-object --bucket {name} --version-id "$version" --key "$key"; done\n'
    "aws s3api delete-bucket --bucket {name}",
    "log_group": "aws logs delete-log-group --region {region} --log-group-name {name}",
    "tag": "aws ec2 delete-tags --region {region} --resources {resource} --tags Key={name}",
}
_ORDER = list(_REMOVE)
_UNVERIFIED = (
    "The configuration managers that may use them were not read: use credentials of the management account that allow "
    "ssm-quicksetup:ListConfigurationManagers and GetConfigurationManager in every Region, and a role of the others "
    "that allows it too."
)


@dataclass(frozen=True)
class Leftover:
    """`region` is "" for what is of no Region, `configuration_id` where the name does not have it.

    Attributes:
        remove: the commands that remove it, one a line.
    """

    account_id: str
    region: str
    kind: str
    name: str
    types: tuple[str, ...]
    configuration_id: str
    remove: str


@dataclass(frozen=True)
class Reading:
    """What was found in an account; `managers` are its definitions of every Region, `errors` what could not be read.

    `has_managers`: they were read in every Region, `has_managers_where_allowed`: in each that does not deny it.
    """

    account_id: str
    candidates: list[Leftover]
    managers: list[Definition]
    errors: list[str]
    is_read: bool = True
    has_managers: bool = False
    has_managers_where_allowed: bool = False


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Lists what is left.

    Returns 0 when nothing is, 1 when something is, else 3 when something, or all, could not be read.
    """
    with connect() as aws:
        regions = [*split_list(query["regions"])] or quick_setup_regions()
        management, administrators = _owners(aws, query["member_role_name"])
        sessions = AccountSessions(aws, query["member_role_name"], ACTIONS)
        read = partial(_read_account, sessions, regions, rules())
        readings = list(map_concurrently(read, _account_ids(aws, query["member_role_name"])))
    candidates = sorted(
        (item for reading in readings for item in reading.candidates),
        key=lambda item: (item.account_id, _ORDER.index(item.kind), item.region, item.name),
    )
    in_use = [item for item in candidates if _is_used(item, readings)]
    others = [item for item in candidates if item not in in_use]
    known = {reading.account_id for reading in readings if reading.has_managers_where_allowed}
    is_known = management in {reading.account_id for reading in readings if reading.has_managers} and (
        known.issuperset(administrators)
    )
    left = [item for item in others if is_known and item.account_id in known]
    found = Found(
        left=left,
        in_use=in_use,
        unverified=[replace(item, remove="") for item in others if item not in left],
        unreadable=sorted(error for reading in readings for error in reading.errors),
        account_ids=sorted(reading.account_id for reading in readings if reading.is_read),
        regions=regions,
    )
    _show(found, terminal, as_json=bool(query["json"]))
    if found.left:
        return EXIT_LEFT
    return EXIT_UNREADABLE if found.unverified or found.unreadable or not found.account_ids else EXIT_OK


@dataclass(frozen=True)
class Found:
    """What is left, what a configuration uses or may use, what could not be read, and where was looked."""

    left: list[Leftover]
    in_use: list[Leftover]
    unverified: list[Leftover]
    unreadable: list[str]
    account_ids: list[str]
    regions: list[str]


def _account_ids(aws: AwsSession, role_name: str) -> list[str]:
    if not role_name:
        return [aws.account_id]
    return [account.id for account in list_active_accounts(aws)]


def _owners(aws: AwsSession, role_name: str) -> tuple[str, list[str]]:
    """The management account, and the delegated administrators of Quick Setup: who deploy to other accounts."""
    get = aws.organizations.describe_organization
    organization = aws.call_or_none("AWSOrganizationsNotInUseException", get)
    if organization is None:
        return aws.account_id, []
    # No configuration of an administrator reaches the management account, which is read alone without a role.
    administrators = list_administrators(aws, QUICK_SETUP) if role_name else []
    return organization["Organization"]["MasterAccountId"], administrators


def _is_used(item: Leftover, readings: Iterable[Reading]) -> bool:
    """Whether a configuration of any Region uses it: its own account's, or one for organizational units."""
    for reading in readings:
        for definition in reading.managers:
            is_for_account = reading.account_id == item.account_id or "TargetAccounts" not in definition.parameters
            if item.configuration_id:
                if item.configuration_id == definition.id:
                    return True
            elif is_for_account and definition.type in item.types:
                return True
    return False


def _definitions(member: AccountSession, region: str) -> list[Definition]:
    """The definitions of the configuration managers of an account in a Region."""
    listed = list(member.paginate("ssm-quicksetup", region, "list_configuration_managers"))
    get = partial(member.call, "ssm-quicksetup", region, "get_configuration_manager")
    return [item for manager in listed for item in definitions_in(get(ManagerArn=manager["ManagerArn"]))]


def _read_account(sessions: AccountSessions, regions: Iterable[str], known: list[Rule], account_id: str) -> Reading:
    try:
        member = sessions.assume_role(account_id)
    except OF_EVERY_ACCOUNT:
        raise
    except ScriptError as error:
        return Reading(account_id, [], [], [f"Account {account_id}: {error_message(error)}"], is_read=False)
    home = next(iter(regions))
    reads = [
        partial(_identities, member, known, home),
        partial(_matches, member, known, ("bucket",), _GLOBAL, partial(_buckets, member, home)),
    ]
    for region in regions:
        reads += [
            partial(_matches, member, known, ("log_group",), region, partial(_log_groups, member, region)),
            partial(_matches, member, known, ("tag",), region, partial(_tags, member, region)),
            partial(_settings, member, known, region),
        ]
    answers = [_read_or_error(read) for read in reads]
    managers = [_read_or_error(partial(_definitions, member, region)) for region in quick_setup_regions()]
    failures = [error for _, error in managers if error]
    return Reading(
        account_id,
        [item for found, _ in answers for item in found],
        [item for found, _ in managers for item in found],
        [error_message(error) for _, error in (*answers, *managers) if error],
        is_read=any(not error for _, error in answers),
        has_managers=not failures,
        # A service control policy may close Regions, but not those of the management account.
        has_managers_where_allowed=len(failures) < len(managers)
        and all(isinstance(error, ServiceError) and error.code in DENIED_CODES for error in failures),
    )


def _read_or_error(read: Callable[[], list[T]]) -> tuple[list[T], ScriptError | None]:
    try:
        return read(), None
    except ScriptError as error:
        return [], error


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


def _identities(member: AccountSession, known: list[Rule], region: str) -> list[Leftover]:
    """What is left in IAM, with the commands for all that has to go before it."""
    match = partial(_matches, member, known, region=_GLOBAL)
    roles, policies = _authorization_details(member, region)
    profiles = list(member.paginate("iam", region, "list_instance_profiles"))
    own = match(kinds=("role", "service_linked_role"), names=lambda: ((role["RoleName"], "") for role in roles))
    names = {item.name for item in own}
    found_profiles = match(
        kinds=("instance_profile",), names=lambda: ((one["InstanceProfileName"], "") for one in profiles)
    )
    others = [role for role in roles if role["RoleName"] not in names]
    used = {policy["PolicyArn"] for role in others for policy in role["AttachedManagedPolicies"]}
    left_policies = [policy for policy in policies if policy["Arn"] not in used]
    hindrances = {
        **{("role", role["RoleName"]): _before_role(role, {item.name for item in found_profiles}) for role in roles},
        **{("instance_profile", one["InstanceProfileName"]): _before_profile(one) for one in profiles},
        **{("policy", _name_of(policy["Arn"])): _before_policy(policy) for policy in policies},
    }
    found = [
        *own,
        *found_profiles,
        *match(kinds=("policy",), names=lambda: ((_name_of(one["Arn"]), one["Arn"]) for one in left_policies)),
        *match(kinds=("role_policy",), names=lambda: _attached_to(others)),
        *match(
            kinds=("role_tag",),
            names=lambda: ((tag["Key"], role["RoleName"]) for role in others for tag in role.get("Tags", [])),
        ),
    ]
    return [
        replace(item, remove="\n".join([*hindrances.get((item.kind, item.name), []), item.remove])) for item in found
    ]


def _authorization_details(member: AccountSession, region: str) -> tuple[list[Any], list[Any]]:
    """The roles of an account and its own policies."""
    roles: list[Any] = []
    policies: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        page = member.call(
            "iam", region, "get_account_authorization_details", Filter=["Role", "LocalManagedPolicy"], **marker
        )
        roles += page["RoleDetailList"]
        policies += [policy for policy in page["Policies"] if f"::{member.account_id}:" in policy["Arn"]]
        if not page["IsTruncated"]:
            return roles, policies
        marker = {"Marker": page["Marker"]}


def _attached_to(roles: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for role in roles:
        for policy in role["AttachedManagedPolicies"]:
            if policy["PolicyArn"].startswith("arn:aws:iam::aws:policy/"):
                yield _name_of(policy["PolicyArn"]), role["RoleName"]


def _before_role(role: Mapping[str, Any], left_profiles: Collection[str]) -> list[str]:
    """A role is deleted without policies and outside of instance profiles only; those left are deleted before it."""
    name = role["RoleName"]
    profiles = [one["InstanceProfileName"] for one in role["InstanceProfileList"]]
    return [
        *(
            f"aws iam remove-role-from-instance-profile --instance-profile-name {profile} --role-name {name}"
            for profile in profiles
            if profile not in left_profiles
        ),
        *(
            f"aws iam detach-role-policy --role-name {name} --policy-arn {policy['PolicyArn']}"
            for policy in role["AttachedManagedPolicies"]
        ),
        *(
            f"aws iam delete-role-policy --role-name {name} --policy-name {policy['PolicyName']}"
            for policy in role["RolePolicyList"]
        ),
    ]


def _before_profile(profile: Mapping[str, Any]) -> list[str]:
    name = profile["InstanceProfileName"]
    return [
        f"aws iam remove-role-from-instance-profile --instance-profile-name {name} --role-name {role['RoleName']}"
        for role in profile["Roles"]
    ]


def _before_policy(policy: Mapping[str, Any]) -> list[str]:
    return [
        f"aws iam delete-policy-version --policy-arn {policy['Arn']} --version-id {version['VersionId']}"
        for version in policy["PolicyVersionList"]
        if not version["IsDefaultVersion"]
    ]


def _name_of(policy_arn: str) -> str:
    return policy_arn.rpartition("/")[2]


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
        setting = customized_in(member, region, rule.name)
        if setting and re.fullmatch(rule.value or ".*", setting["SettingValue"]):
            found.append(_leftover(member, rule, region, rule.name))
    return found


def _show(found: Found, terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        document = {
            "leftovers": [asdict(item) for item in found.left],
            "in_use": [asdict(item) for item in found.in_use],
            "unverified": [asdict(item) for item in found.unverified],
            "unreadable": found.unreadable,
            "account_ids": found.account_ids,
            "regions": found.regions,
        }
        terminal.write(json.dumps(document, indent=2))
        return
    for item in found.left:
        maker = item.configuration_id or " or ".join(name.partition("-")[2] for name in item.types)
        where = f"{item.account_id} {item.region}".strip()
        terminal.echo(f"{where}: {item.kind.replace('_', ' ')} {item.name}, of {maker}")
        for command in item.remove.split("\n"):
            terminal.echo(f"  {command}")
    used = f" {len(found.in_use)} in use by a configuration, not listed." if found.in_use else ""
    terminal.echo(f"{pluralize(len(found.left), 'leftover')}.{used}", err=True)
    if found.unverified:
        terminal.echo(f"{len(found.unverified)} may be in use, not listed. {_UNVERIFIED}", err=True)
    accounts = ", ".join(found.account_ids) or "none"
    terminal.echo(f"Accounts read: {accounts}. Regions: {', '.join(found.regions)}.", err=True)
    for error in found.unreadable:
        terminal.echo(f"Not read: {error}", err=True)


COMMAND: Command[str] = Command(
    name="leftovers",
    summary="Lists what Quick Setup left behind in the accounts, and the commands that remove it.",
    description=f"""\
Calls {", ".join(ACTIONS)} and
organizations:DescribeOrganization; with --member-role-name also organizations:ListRoots, ListAccounts and
ListDelegatedAdministrators, and sts:AssumeRole for every active account. Changes nothing. What a configuration still
uses, in any Region, is not listed, nor what one may use that could not be read: the management account's always, those
of Quick Setup's delegated administrators with --member-role-name, and those of the account itself. Before a removal
check that nobody else uses it: instances lose the credentials of a profile that is deleted. Run the commands in order;
to empty a bucket with many objects, the console is faster. It exits with 0 when nothing is left, 1 when something is, 3
when nothing was found and something could not be read, or no account could be.""",
    example="leftovers --member-role-name OrganizationAccountAccessRole",
    options=(
        *OPTIONAL_COMMON_KEYS,
        MEMBER_ROLE_NAME,
        replace(REGIONS, description="the Regions to read; default: all of Quick Setup's"),
        flag("json", "prints JSON"),
    ),
    cli_handler=show,
)
