"""What is wrong in the accounts and Regions that configurations go to."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import READ_ACTIONS, AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.accounts import ACTIVE, Account
from systems_manager_organization.quick_setup.cloud9 import environments_in, has_ever_been_used_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.findings import Severities
    from systems_manager_organization.organizations.account_directory import AccountDirectory
    from systems_manager_organization.quick_setup.cloud9 import Environment
    from systems_manager_organization.quick_setup.configurations import Configuration

SUSPENDED = "SUSPENDED_ACCOUNT_TARGETED"
NOT_READABLE = "ACCOUNT_NOT_READABLE"
NOT_ENABLED = "REGION_NOT_ENABLED_IN_ACCOUNT"
CLOUD9 = "CLOUD9_ENVIRONMENT"
MEMBER_CODES = (CLOUD9, NOT_ENABLED)
TOO_LARGE = "DEPLOYMENT_TOO_LARGE"
TARGET_CODES = (SUSPENDED, TOO_LARGE, *MEMBER_CODES)

# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
_LARGEST_DEPLOYMENT = 10_000

# https://docs.aws.amazon.com/accounts/latest/reference/API_Region.html
_ENABLED = frozenset({"ENABLED", "ENABLED_BY_DEFAULT"})
# Account Management has one endpoint for all: https://docs.aws.amazon.com/general/latest/gr/account-management.html
_ACCOUNT_MANAGEMENT_REGION = "us-east-1"


@dataclass(frozen=True)
class _Target:
    """An account, and the Regions in which configurations are deployed to it."""

    account: Account
    regions: tuple[str, ...]


@dataclass
class _Seen:
    """What there is in one account. `unreadable`: what could not be read, by the reason."""

    account_id: str
    regions_off: list[str] = field(default_factory=list)
    environments: dict[str, list[Environment]] = field(default_factory=dict)
    not_entered: ScriptError | None = None
    unreadable: dict[str, ScriptError] = field(default_factory=dict)


def target_findings(
    aws: AwsSession,
    configurations: Sequence[Configuration],
    role_name: str,
    severities: Severities,
    directory: AccountDirectory,
) -> Iterator[Finding]:
    """Looks at every targeted account, and with `role_name` into it. Raises ScriptError when they cannot be listed."""
    suspended: list[Account] = []
    targets = _active(_targets(aws, configurations, directory), suspended)
    if role_name and severities.wanted(*MEMBER_CODES):
        looks: list[_Seen] = []
        look = partial(_look, AccountSessions(aws, role_name), severities, looks)
        run_tasks(partial(look, target) for target in targets)
        yield from _in_members(aws, role_name, looks)
    else:
        deque(targets, maxlen=0)
    if suspended:
        yield Finding(
            SUSPENDED,
            ", ".join(sorted(account.id for account in suspended)),
            f"StackSets leaves out accounts that are not active: {_names(suspended)}.",
            "Nothing is deployed there until they are active again; close what is to go, or move it elsewhere.",
        )
    yield from _too_large(aws, configurations, directory)


def _too_large(
    aws: AwsSession, configurations: Iterable[Configuration], directory: AccountDirectory
) -> Iterator[Finding]:
    for configuration in configurations:
        if configuration.account_id:
            continue
        accounts = sum(
            account.id != aws.account_id for account in directory.in_units(configuration.organizational_unit_ids)
        )
        deployments = accounts * len(configuration.regions)
        if deployments > _LARGEST_DEPLOYMENT:
            yield Finding(
                TOO_LARGE,
                configuration.name,
                f"The configuration would be deployed to {accounts} accounts in {len(configuration.regions)} Regions, "
                f"{deployments} in all; Quick Setup fails to deploy to more than {_LARGEST_DEPLOYMENT}.",
                "Split it: fewer organizational units or fewer Regions in each.",
            )


def _targets(
    aws: AwsSession, configurations: Iterable[Configuration], directory: AccountDirectory
) -> Iterator[_Target]:
    """Every account that a configuration goes to, once, with the Regions of all of them.

    Where all go to the same organizational units, accounts come as AWS tells them, and none is waited for.
    """
    regions_by_units: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    own_regions: set[str] = set()
    for configuration in configurations:
        if configuration.account_id:
            own_regions.update(configuration.regions)
        else:
            regions_by_units[frozenset(configuration.organizational_unit_ids)].update(configuration.regions)
    if own_regions:
        yield _Target(Account(aws.account_id, "", ACTIVE), tuple(sorted(own_regions)))
    if len(regions_by_units) == 1:
        ((units, regions),) = regions_by_units.items()
        yield from (_Target(account, tuple(sorted(regions))) for account in _members_of(aws, directory, units))
        return
    regions_by_account: defaultdict[Account, set[str]] = defaultdict(set)
    for units, regions in regions_by_units.items():
        for account in _members_of(aws, directory, units):
            regions_by_account[account].update(regions)
    yield from (_Target(account, tuple(sorted(regions))) for account, regions in regions_by_account.items())


def _members_of(aws: AwsSession, directory: AccountDirectory, units: Iterable[str]) -> Iterator[Account]:
    # Deployments to organizational units never reach the management account.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
    return (account for account in directory.stream(units) if account.id != aws.account_id)


def _active(targets: Iterable[_Target], suspended: list[Account]) -> Iterator[_Target]:
    """The targets whose accounts are active; the others are put into `suspended`."""
    for target in targets:
        if target.account.is_active:
            yield target
        else:
            suspended.append(target.account)


def _look(members: AccountSessions, severities: Severities, looks: list[_Seen], target: _Target) -> list[Task]:
    """Enters the account; what follows is a look into each Region that may have an environment."""
    seen = _Seen(target.account.id)
    looks.append(seen)
    try:
        member = members.assume_role(target.account.id)
    except ServiceError as error:
        seen.not_entered = error
        return []
    _look_for_regions(member, target, seen)
    if not severities.wanted(CLOUD9) or not has_ever_been_used_in(member, target.regions[0]):
        return []
    regions = [region for region in target.regions if region not in seen.regions_off]
    return [partial(_look_for_environments, member, region, seen) for region in regions]


def _look_for_regions(member: AccountSession, target: _Target, seen: _Seen) -> None:
    try:
        listed = member.paginate("account", _ACCOUNT_MANAGEMENT_REGION, "list_regions", "Regions", MaxResults=50)
        states = {region["RegionName"]: region["RegionOptStatus"] for region in listed}
    except ScriptError as error:
        seen.unreadable["its Regions"] = error
        return
    seen.regions_off += [region for region in target.regions if states.get(region) not in _ENABLED]


def _look_for_environments(member: AccountSession, region: str, seen: _Seen) -> tuple[()]:
    try:
        found = environments_in(member, region)
    except ScriptError as error:
        seen.unreadable[region] = error
    else:
        if found:
            seen.environments[region] = found
    return ()


def _in_members(aws: AwsSession, role_name: str, looks: list[_Seen]) -> Iterator[Finding]:
    looks.sort(key=lambda seen: seen.account_id)
    yield from _not_entered(aws, role_name, looks)
    yield from _unreadable(looks)
    yield from _regions_off(looks)
    for seen in looks:
        for region, environments in sorted(seen.environments.items()):
            yield Finding(
                CLOUD9,
                f"{seen.account_id} {region}",
                f"AWS Cloud9 has {', '.join(map(str, environments))} there. Quick Setup has been seen to fail where an "
                "environment was, without saying why; AWS documents nothing of it.",
                f"Delete what nobody needs, in that account: aws cloud9 delete-environment --region {region} "
                f"--environment-id {environments[0].id}. Or take the account or the Region out of the targets.",
            )


def _not_entered(aws: AwsSession, role_name: str, looks: Iterable[_Seen]) -> Iterator[Finding]:
    by_kind: defaultdict[str, list[_Seen]] = defaultdict(list)
    for seen in looks:
        if seen.not_entered:
            by_kind[_kind(seen.not_entered)].append(seen)
    for _, group in sorted(by_kind.items()):
        yield Finding(
            NOT_READABLE,
            ", ".join(seen.account_id for seen in group),
            f"The role {role_name} could not be assumed there, so {'it was' if len(group) == 1 else 'they were'} not "
            "checked. "
            f"{_told(group[0].not_entered)}",
            f"Create the role there (invited accounts have none) and let it trust {aws.identity.arn}, or name another "
            "role in preflight.member_role_name.",
        )


def _unreadable(looks: Iterable[_Seen]) -> Iterator[Finding]:
    by_kind: defaultdict[str, list[tuple[str, ScriptError]]] = defaultdict(list)
    for seen in looks:
        for what, error in sorted(seen.unreadable.items(), key=lambda item: item[0]):
            by_kind[_kind(error)].append((f"{seen.account_id} {what}", error))
    for _, group in sorted(by_kind.items()):
        yield Finding(
            NOT_READABLE,
            ", ".join(place for place, _ in group),
            f"Nobody could look there. {_told(group[0][1])}",
            f"Let the role do {', '.join(READ_ACTIONS)} there.",
        )


def _regions_off(looks: Iterable[_Seen]) -> Iterator[Finding]:
    accounts: defaultdict[str, list[str]] = defaultdict(list)
    for seen in looks:
        for region in seen.regions_off:
            accounts[region].append(seen.account_id)
    for region, ids in sorted(accounts.items()):
        yield Finding(
            NOT_ENABLED,
            f"{region} in {', '.join(ids)}",
            f"The Region is not enabled in {'this account' if len(ids) == 1 else 'these accounts'}: StackSets cannot "
            "deploy there.",
            f"Enable it in each: aws account enable-region --region-name {region}. Or take the Region out.",
        )


def _kind(error: ScriptError) -> str:
    return error.code if isinstance(error, ServiceError) else type(error).__name__


def _told(error: ScriptError | None) -> str:
    """Without its advice: findings have a remedy of their own."""
    return error.message if isinstance(error, ServiceError) else str(error)


def _names(accounts: Iterable[Account]) -> str:
    return ", ".join(sorted(f"{account.name} ({account.id}, {account.state})" for account in accounts))
