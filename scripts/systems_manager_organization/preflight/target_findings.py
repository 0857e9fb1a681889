"""Findings for the accounts and Regions that configurations target."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import READ_ACTIONS, AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.errors import OF_EVERY_ACCOUNT, ScriptError, ServiceError
from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.accounts import ACTIVE, Account, is_root
from systems_manager_organization.organizations.unit_tree import nearest_units, suggest_units
from systems_manager_organization.quick_setup.cloud9 import list_environments, may_have_environments

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.findings import Severities
    from systems_manager_organization.organizations.account_directory import AccountDirectory
    from systems_manager_organization.quick_setup.cloud9 import Environment
    from systems_manager_organization.quick_setup.configurations import Configuration

SUSPENDED = "SUSPENDED_ACCOUNT_TARGETED"
NOT_READABLE = "ACCOUNT_NOT_READABLE"
CLOUD9 = "CLOUD9_ENVIRONMENT"
MEMBER_CODES = (CLOUD9,)
TOO_LARGE = "DEPLOYMENT_TOO_LARGE"
NOT_FOUND = "TARGET_NOT_FOUND"
NO_ACCOUNT = "NO_ACCOUNT_TARGETED"
MANAGEMENT_ACCOUNT = "MANAGEMENT_ACCOUNT_TARGETED"
TARGET_CODES = (SUSPENDED, TOO_LARGE, NOT_FOUND, NO_ACCOUNT, MANAGEMENT_ACCOUNT, *MEMBER_CODES)

# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
_MAX_DEPLOYMENTS = 10_000


@dataclass(frozen=True)
class _Target:
    """An account, and the Regions in which configurations are deployed to it."""

    account: Account
    regions: tuple[str, ...]


@dataclass
class AccountScan:
    """The state of one account. `unreadable`: errors, by what could not be read."""

    account_id: str
    environments: dict[str, list[Environment]] = field(default_factory=dict)
    assume_role_error: ScriptError | None = None
    unreadable: dict[str, ScriptError] = field(default_factory=dict)


def target_findings(
    aws: AwsSession,
    configurations: Sequence[Configuration],
    role_name: str,
    severities: Severities,
    directory: AccountDirectory,
    unchanged: Collection[str] = (),
) -> Iterator[Finding]:
    """Findings for every targeted account; with `role_name` it is assumed in them.

    Args:
        unchanged: names of the configurations whose accounts are not read; only whether their organizational units
            exist, and hold any account.

    Raises ScriptError.
    """
    suspended: list[Account] = []
    changed = [configuration for configuration in configurations if configuration.name not in unchanged]
    targets = _active(_targets(aws, changed, directory), suspended)
    if changed and role_name and severities.is_enabled(*MEMBER_CODES):
        scans: list[AccountScan] = []
        scan = partial(_scan_account, AccountSessions(aws, role_name), scans)
        run_tasks(partial(scan, target) for target in targets)
        yield from _member_findings(aws, role_name, scans)
    else:
        deque(targets, maxlen=0)
    if suspended:
        yield Finding(
            SUSPENDED,
            ", ".join(sorted(account.id for account in suspended)),
            f"StackSets does not deploy to accounts that are not active: {_describe_accounts(suspended)}.",
            "Nothing is to be done: AWS removes a closed account from the organization after 90 days. "
            "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html",
        )
    for configuration in changed:
        if not configuration.account_id:
            members = directory.in_units(configuration.organizational_unit_ids)
            yield from _size_findings(configuration, sum(account.id != aws.account_id for account in members))
            has_members = any(account.is_active_member(aws.account_id) for account in members)
            yield from _unit_findings(aws, configuration, directory.missing, has_members=has_members)
    for configuration in configurations:
        if configuration.name in unchanged and not configuration.account_id:
            # Each of them, as one that does not exist is only found when it is read.
            with_members = [unit for unit in configuration.organizational_unit_ids if directory.has_active_member(unit)]
            yield from _unit_findings(aws, configuration, directory.missing, has_members=bool(with_members))
    yield from _management_account_findings(aws, configurations, changed, directory)


def _unit_findings(
    aws: AwsSession, configuration: Configuration, missing: set[str], *, has_members: bool
) -> Iterator[Finding]:
    units = sorted(configuration.organizational_unit_ids)
    unknown = sorted(missing.intersection(units))
    if unknown:
        yield Finding(
            NOT_FOUND,
            configuration.name,
            f"The organization has no organizational unit {', '.join(unknown)}, which this configuration targets."
            + "".join(suggest_units(nearest_units(aws, unit)) for unit in unknown),
            "Correct target_organizational_unit_ids. The units below the root, and their ids: aws organizations "
            'list-organizational-units-for-parent --parent-id "$(aws organizations list-roots --query '
            "'Roots[0].Id' --output text)\"",
        )
    elif not has_members:
        yield Finding(
            NO_ACCOUNT,
            configuration.name,
            f"There is no active member account in {', '.join(units)}, so the configuration is deployed nowhere.",
            "Move accounts there, to which it is then deployed automatically, or target other organizational units.",
        )


def _management_account_findings(
    aws: AwsSession,
    configurations: Iterable[Configuration],
    changed: Iterable[Configuration],
    directory: AccountDirectory,
) -> Iterator[Finding]:
    """Of units alone: that the root does not include the management account is the usual case."""
    covered = {configuration.type for configuration in configurations if configuration.account_id}
    names = [
        configuration.name
        for configuration in changed
        if not configuration.account_id
        and configuration.type not in covered
        and not any(map(is_root, configuration.organizational_unit_ids))
        and any(account.id == aws.account_id for account in directory.in_units(configuration.organizational_unit_ids))
    ]
    if names:
        yield Finding(
            MANAGEMENT_ACCOUNT,
            ", ".join(sorted(names)),
            f"The management account {aws.account_id} is in an organizational unit that is targeted, and a deployment "
            "to organizational units never reaches it.",
            "Cover it by a configuration of its own: include_management_account of a patch policy, management_account "
            "of the others. Or target units without it.",
        )


def _size_findings(configuration: Configuration, accounts: int) -> Iterator[Finding]:
    deployments = accounts * len(configuration.regions)
    if deployments > _MAX_DEPLOYMENTS:
        yield Finding(
            TOO_LARGE,
            configuration.name,
            f"The configuration would be deployed to {accounts} accounts in {len(configuration.regions)} Regions, "
            f"{deployments} in all; Quick Setup fails to deploy to more than {_MAX_DEPLOYMENTS}.",
            "Split it: fewer organizational units or fewer Regions in each.",
        )


def _targets(
    aws: AwsSession, configurations: Iterable[Configuration], directory: AccountDirectory
) -> Iterator[_Target]:
    """Every targeted account, once, with the Regions of all its configurations.

    If all have the same organizational units, the accounts are streamed as AWS lists them.
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
    """The targets whose accounts are active; the other accounts are added to `suspended`."""
    for target in targets:
        if target.account.is_active:
            yield target
        else:
            suspended.append(target.account)


def _scan_account(members: AccountSessions, scans: list[AccountScan], target: _Target) -> list[Task]:
    """Assumes the role in the account; returns a task for each Region that may have an environment."""
    scan = AccountScan(target.account.id)
    scans.append(scan)
    try:
        member = members.assume_role(target.account.id)
    except OF_EVERY_ACCOUNT:
        raise
    except ScriptError as error:
        scan.assume_role_error = error
        return []
    # Some types have no Regions among their parameters.
    if not target.regions or not may_have_environments(member, target.regions[0]):
        return []
    return [partial(_find_environments, member, region, scan) for region in target.regions]


def _find_environments(member: AccountSession, region: str, scan: AccountScan) -> tuple[()]:
    try:
        found = list_environments(member, region)
    except ScriptError as error:
        scan.unreadable[region] = error
    else:
        if found:
            scan.environments[region] = found
    return ()


def _member_findings(aws: AwsSession, role_name: str, scans: list[AccountScan]) -> Iterator[Finding]:
    scans.sort(key=lambda scan: scan.account_id)
    yield from _assume_role_findings(aws, role_name, scans)
    yield from _unreadable_findings(scans)
    for scan in scans:
        for region, environments in sorted(scan.environments.items()):
            yield Finding(
                CLOUD9,
                f"{scan.account_id} {region}",
                f"AWS Cloud9 has {', '.join(map(str, environments))} there. What a configuration runs on the "
                "nodes may fail on the instance of an environment, which is stopped most of the time.",
                "Delete environments that are not needed, in that account: aws cloud9 delete-environment "
                f"--region {region} --environment-id {environments[0].id}. "
                "Or remove the account or the Region from the targets.",
            )


def _assume_role_findings(aws: AwsSession, role_name: str, scans: Iterable[AccountScan]) -> Iterator[Finding]:
    by_code: defaultdict[str, list[AccountScan]] = defaultdict(list)
    for scan in scans:
        if scan.assume_role_error:
            by_code[_error_code(scan.assume_role_error)].append(scan)
    for _, group in sorted(by_code.items()):
        yield Finding(
            NOT_READABLE,
            ", ".join(scan.account_id for scan in group),
            f"The role {role_name} could not be assumed there, so {'it was' if len(group) == 1 else 'they were'} not "
            "checked. "
            f"{error_message(group[0].assume_role_error)}",
            f"Create the role there (invited accounts have none) with {aws.identity.arn} in its trust policy, or use "
            "another role in preflight.member_role_name.",
        )


def _unreadable_findings(scans: Iterable[AccountScan]) -> Iterator[Finding]:
    by_code: defaultdict[str, list[tuple[str, ScriptError]]] = defaultdict(list)
    for scan in scans:
        for what, error in sorted(scan.unreadable.items(), key=lambda item: item[0]):
            by_code[_error_code(error)].append((f"{scan.account_id} {what}", error))
    for _, group in sorted(by_code.items()):
        yield Finding(
            NOT_READABLE,
            ", ".join(subject for subject, _ in group),
            f"These were not checked. {error_message(group[0][1])}",
            f"Allow the role {', '.join(READ_ACTIONS)} there.",
        )


def _error_code(error: ScriptError) -> str:
    return error.code if isinstance(error, ServiceError) else type(error).__name__


def _describe_accounts(accounts: Iterable[Account]) -> str:
    return ", ".join(sorted(f"{account.name} ({account.id}, {account.state})" for account in accounts))
