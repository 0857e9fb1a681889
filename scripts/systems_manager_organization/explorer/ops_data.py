"""`report.py ops-data`: the OpsData that Explorer has of the organization, and the accounts without any."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import SYNC_NAME
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import QueryError, ServiceError
from systems_manager_organization.explorer.resource_data_syncs import list_explorer_syncs
from systems_manager_organization.organizations.accounts import list_active_accounts
from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.explorer.resource_data_syncs import Sync
    from systems_manager_organization.organizations.accounts import Account

EXIT_OK, EXIT_FAILED, EXIT_NO_DATA = 0, 1, 3

# https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
_NO_SYNC = (
    "Only the account that created a resource data sync lists it: use the credentials of the administrator account and "
    "the Region of the sync (--region), or create one with modules/explorer."
)

_INSTANCES = "AWS:EC2InstanceInformation"
_MAX_NAMES = 10


@dataclass(frozen=True)
class Instances:
    """The number of EC2 instances of one account and Region, and of managed nodes among them."""

    account_id: str
    region: str
    number: int
    managed: int


@dataclass
class SyncCoverage:
    """The OpsData of a sync.

    Attributes:
        accounts: the organization's active accounts, by id.
        accounts_error: why they could not be listed.
    """

    sync: Sync
    instances: list[Instances]
    accounts: dict[str, Account] = field(default_factory=dict)
    accounts_error: str = ""

    @property
    def number(self) -> int:
        return sum(row.number for row in self.instances)

    @property
    def managed(self) -> int:
        return sum(row.managed for row in self.instances)

    @property
    def accounts_without_data(self) -> list[str]:
        return sorted(self.accounts.keys() - {row.account_id for row in self.instances})

    def format_account(self, account_id: str) -> str:
        account = self.accounts.get(account_id)
        return f"{account_id} {account.name}" if account else account_id


def show(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Shows the OpsData. Returns 0; 1 when the sync has failed; 3 when there is nothing to show: no sync, or no data.

    Raises ScriptError, also when the sync of this name does not exist.
    """
    with connect() as aws:
        syncs = list_explorer_syncs(aws)
        if not syncs:
            terminal.echo(f"In {aws.description}: no resource data sync of Explorer. {_NO_SYNC}", err=True)
            return EXIT_NO_DATA
        sync = _sync(aws, syncs, query["sync_name"])
        listed = aws.start(_active_accounts, aws) if sync.is_of_organization else None
        coverage = SyncCoverage(sync, _instances(aws, sync.name))
        try:
            coverage.accounts = listed.result() if listed else {}
        except ServiceError as error:
            coverage.accounts_error = f"Which accounts of the organization have no data could not be checked: {error}"
        session = aws.description
    if query["json"]:
        terminal.write(json.dumps(_document(coverage), indent=2))
    else:
        _show(coverage, terminal)
    terminal.echo(f"In {session}: resource data sync {sync.name}.", err=True)
    if sync.is_broken:
        return EXIT_FAILED
    return EXIT_OK if coverage.number else EXIT_NO_DATA


# AWS calls


def _sync(aws: AwsSession, syncs: list[Sync], name: str) -> Sync:
    """The sync with the name, or the organization's only one that is not Quick Setup's. Raises QueryError."""
    if name:
        found = [sync for sync in syncs if sync.name == name]
        problem = f'no sync is named "{name}"'
    else:
        found = [sync for sync in syncs if sync.is_of_organization and not sync.is_quick_setups]
        problem = f"{'several syncs are' if found else 'no sync is'} of the organization"
    if len(found) == 1:
        return found[0]
    names = ", ".join(sync.name for sync in found or syncs)
    raise QueryError(f"{problem} in account {aws.account_id} and Region {aws.region}. Name one of these: {names}.")


def _active_accounts(aws: AwsSession) -> dict[str, Account]:
    return {account.id: account for account in list_active_accounts(aws)}


def _instances(aws: AwsSession, sync_name: str) -> list[Instances]:
    """Counted here and not by AWS, which documents aggregators of OpsItems only.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetOpsSummary.html
    """
    numbers: Counter[AccountRegion] = Counter()
    managed: Counter[AccountRegion] = Counter()
    attributes = [{"TypeName": _INSTANCES}]
    for entity in aws.paginate(aws.ssm.get_ops_summary, SyncName=sync_name, ResultAttributes=attributes, MaxResults=50):
        for instance in entity.get("Data", {}).get(_INSTANCES, {}).get("Content", []):
            # AWS documents none of these attributes; they are what programs read that work with it.
            account_region = (instance.get("SourceAccountId", ""), instance.get("SourceRegion", ""))
            numbers[account_region] += 1
            managed[account_region] += instance.get("IsManaged") == "true"
    return [Instances(*row, number, managed[row]) for row, number in sorted(numbers.items())]


# Output


def _show(coverage: SyncCoverage, terminal: Terminal) -> None:
    for line in _describe_sync(coverage.sync):
        terminal.echo(line)
    if coverage.instances and terminal.stdout.isatty():
        terminal.console(terminal.stdout).print(_table(coverage))
    else:
        for row in coverage.instances:
            instances = pluralize(row.number, "instance")
            terminal.echo(
                f"{coverage.format_account(row.account_id)}, {row.region}: {instances}, {row.managed} managed"
            )
    for line in _totals(coverage):
        terminal.echo(line)


def _describe_sync(sync: Sync) -> Iterator[str]:
    if sync.source:
        units = ", ".join(sync.source.organizational_unit_ids)
        yield f"{sync.name}: of {units or 'the entire organization'}, in {', '.join(sync.source.regions)}."
    else:
        yield f"{sync.name}: of this account."
    succeeded = (
        f"last succeeded at {sync.last_successful_sync}" if sync.last_successful_sync else "has not succeeded yet"
    )
    yield f"Its last status is {sync.status or 'not known yet'}; it {succeeded}."
    if sync.message:
        yield f'AWS says: "{sync.message}"'
    if sync.state:
        yield f"{sync.state}: {sync.explanation}"


def _totals(coverage: SyncCoverage) -> Iterator[str]:
    if coverage.number:
        accounts = pluralize(len({row.account_id for row in coverage.instances}), "account")
        yield f"{pluralize(coverage.number, 'EC2 instance')} of {accounts}, {coverage.managed} of them managed nodes."
    else:
        yield "The sync has no data."
    if coverage.accounts_error:
        yield coverage.accounts_error
    elif coverage.accounts_without_data:
        yield (
            f"{len(coverage.accounts_without_data)} of {pluralize(len(coverage.accounts), 'active account')} of the "
            f"organization have no data: {_list_accounts(coverage, coverage.accounts_without_data)}. They have no "
            "instance in these Regions, AWS has not collected from them yet, or they are not in the sync."
        )


def _list_accounts(coverage: SyncCoverage, account_ids: list[str]) -> str:
    """Not all: an organization may have thousands."""
    names = ", ".join(map(coverage.format_account, account_ids[:_MAX_NAMES]))
    more = len(account_ids) - _MAX_NAMES
    return f"{names} and {more} more, which --json names" if more > 0 else names


def _table(coverage: SyncCoverage) -> Table:
    """One row for each account and Region. Requires rich."""
    from rich.table import Table

    table = Table(show_footer=True)
    table.add_column("account", "total", overflow="fold")
    table.add_column("Region", no_wrap=True)
    table.add_column("instances", str(coverage.number), justify="right")
    table.add_column("managed", str(coverage.managed), justify="right")
    for row in coverage.instances:
        cells = (coverage.format_account(row.account_id), row.region, str(row.number), str(row.managed))
        table.add_row(*map(plain_line, cells))
    return table


def _document(coverage: SyncCoverage) -> dict[str, Any]:
    return {
        "sync": {**asdict(coverage.sync), "explanation": coverage.sync.explanation},
        "instances": [{**vars(row), "account_name": _name(coverage, row.account_id)} for row in coverage.instances],
        "total": {"number": coverage.number, "managed": coverage.managed},
        "silent_accounts": [
            {"account_id": account_id, "account_name": _name(coverage, account_id)}
            for account_id in coverage.accounts_without_data
        ],
        "unseen": coverage.accounts_error,
    }


def _name(coverage: SyncCoverage, account_id: str) -> str:
    return coverage.accounts[account_id].name if account_id in coverage.accounts else ""


COMMAND: Command[str] = Command(
    name="ops-data",
    summary="OpsData of the organization in a resource data sync, and accounts without any.",
    description="""\
Calls ssm:ListResourceDataSync, and ssm:GetOpsSummary, which AWS charges for: one call for every fifty EC2 instances;
for a sync of the organization organizations:ListRoots and ListAccounts. Changes nothing. Run it in the account that has
the sync: the management account does not have the data of a delegated administrator's.
It exits with 0; 1 when the sync has failed, or none has this name; 3 when there is nothing to show: no sync in the
account and Region, or no data.""",
    example="ops-data",
    options=(
        replace(
            SYNC_NAME,
            description="which resource data sync; default: the organization's only one that is not Quick Setup's own",
            required=False,
            cli_only=True,
            positional=True,
        ),
        *OPTIONAL_COMMON_KEYS,
        flag("json", "prints JSON"),
    ),
    cli_handler=show,
)
