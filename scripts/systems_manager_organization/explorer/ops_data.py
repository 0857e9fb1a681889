"""`report.py ops-data`: what Explorer sees of the organization, and of whom it sees nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.pagination import paginate
from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import SYNC_NAME
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS, flag
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import QueryError, ServiceError
from systems_manager_organization.explorer.resource_data_syncs import explorer_syncs
from systems_manager_organization.organizations.accounts import accounts_of

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

ARRIVING, NOT_ARRIVING = 0, 1

_INSTANCES = "AWS:EC2InstanceInformation"
_NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Instances:
    """How many EC2 instances of one account and Region arrived, and how many of them are managed nodes."""

    account_id: str
    region: str
    number: int
    managed: int


@dataclass
class Arrived:
    """What a sync brings.

    Attributes:
        accounts: the active ones that could send something, by id.
        unseen: why the organization's accounts could not be listed.
    """

    sync: Sync
    instances: list[Instances]
    accounts: dict[str, Account] = field(default_factory=dict)
    unseen: str = ""

    @property
    def number(self) -> int:
        return sum(place.number for place in self.instances)

    @property
    def managed(self) -> int:
        return sum(place.managed for place in self.instances)

    @property
    def silent(self) -> list[str]:
        return sorted(self.accounts.keys() - {place.account_id for place in self.instances})

    def named(self, account_id: str) -> str:
        account = self.accounts.get(account_id)
        return f"{account_id} {account.name}" if account else account_id


def show(query: Query, connect: Connect, screen: Terminal) -> int:
    """Shows what arrives. Returns 0; 1 when the sync has failed or brings nothing.

    Raises ScriptError, as when there is no such sync.
    """
    with connect() as aws:
        sync = _sync(aws, query["sync_name"])
        listed = aws.start(_accounts, aws) if sync.is_of_organization else None
        arrived = Arrived(sync, _instances(aws, sync.name))
        try:
            arrived.accounts = listed.result() if listed else {}
        except ServiceError as error:
            arrived.unseen = f"Which accounts of the organization send nothing could not be seen: {error}"
    if query["json"]:
        screen.write(json.dumps(_document(arrived), indent=2))
    else:
        _show(arrived, screen)
    return NOT_ARRIVING if sync.is_broken or not arrived.number else ARRIVING


# What AWS is asked


def _sync(aws: AwsSession, name: str) -> Sync:
    """The sync of that name; of no name, the organization's only one that is not Quick Setup's. Raises QueryError."""
    syncs = explorer_syncs(aws)
    if name:
        found = [sync for sync in syncs if sync.name == name]
        problem = f'there is no sync "{name}"'
    else:
        found = [sync for sync in syncs if sync.is_of_organization and not sync.is_quick_setups]
        problem = f"there {'are several syncs' if found else 'is no sync'} of the organization"
    if len(found) == 1:
        return found[0]
    names = ", ".join(sync.name for sync in found or syncs) or "none"
    # They are seen in the account that made them alone:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
    raise QueryError(f"{problem} in account {aws.account_id} and Region {aws.region}. Name one of these: {names}.")


def _accounts(aws: AwsSession) -> dict[str, Account]:
    root_id = aws.call(aws.organizations.list_roots)["Roots"][0]["Id"]
    return {account.id: account for account in accounts_of(aws, [root_id]) if account.is_active}


def _instances(aws: AwsSession, sync_name: str) -> list[Instances]:
    """Counted here and not by AWS, whose pages show aggregators of OpsItems only.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetOpsSummary.html
    """
    numbers: Counter[AccountRegion] = Counter()
    managed: Counter[AccountRegion] = Counter()
    ask: partial[Any] = partial(
        aws.call,
        aws.ssm.get_ops_summary,
        SyncName=sync_name,
        ResultAttributes=[{"TypeName": _INSTANCES}],
        MaxResults=50,
    )
    # AWS need not say Entities where there are none.
    for entity in paginate(lambda **page: {"Entities": [], **ask(**page)}, "Entities"):
        for instance in entity.get("Data", {}).get(_INSTANCES, {}).get("Content", []):
            # AWS documents none of these attributes; they are what programs read that work with it.
            place = (instance.get("SourceAccountId", ""), instance.get("SourceRegion", ""))
            numbers[place] += 1
            managed[place] += instance.get("IsManaged") == "true"
    return [Instances(*place, number, managed[place]) for place, number in sorted(numbers.items())]


# What is shown


def _show(arrived: Arrived, screen: Terminal) -> None:
    for line in _of_sync(arrived.sync):
        screen.write(line)
    if arrived.instances and screen.stdout.isatty():
        screen.console(screen.stdout).print(_table(arrived))
    else:
        for place in arrived.instances:
            instances = pluralize(place.number, "instance")
            screen.write(f"{arrived.named(place.account_id)}, {place.region}: {instances}, {place.managed} managed")
    for line in _totals(arrived):
        screen.write(line)


def _of_sync(sync: Sync) -> Iterator[str]:
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


def _totals(arrived: Arrived) -> Iterator[str]:
    if arrived.number:
        accounts = pluralize(len({place.account_id for place in arrived.instances}), "account")
        yield f"{pluralize(arrived.number, 'EC2 instance')} of {accounts}, {arrived.managed} of them managed nodes."
    else:
        yield "Nothing arrives."
    if arrived.unseen:
        yield arrived.unseen
    elif arrived.silent:
        yield (
            f"{len(arrived.silent)} of {pluralize(len(arrived.accounts), 'active account')} of the organization send "
            f"nothing: {_in_words(arrived, arrived.silent)}. They have no instance in these Regions, AWS has not "
            f"collected from them yet, or they are not in the sync."
        )


def _in_words(arrived: Arrived, account_ids: list[str]) -> str:
    """An organization may have thousands."""
    names = ", ".join(map(arrived.named, account_ids[:_NAMED_AT_MOST]))
    more = len(account_ids) - _NAMED_AT_MOST
    return f"{names} and {more} more, which --json names" if more > 0 else names


def _table(arrived: Arrived) -> Table:
    """One row for each account and Region. Only to be called where there is rich."""
    from rich.table import Table

    table = Table(show_footer=True)
    table.add_column("account", "total", overflow="fold")
    table.add_column("Region", no_wrap=True)
    table.add_column("instances", str(arrived.number), justify="right")
    table.add_column("managed", str(arrived.managed), justify="right")
    for place in arrived.instances:
        table.add_row(arrived.named(place.account_id), place.region, str(place.number), str(place.managed))
    return table


def _document(arrived: Arrived) -> dict[str, Any]:
    return {
        "sync": {**asdict(arrived.sync), "explanation": arrived.sync.explanation},
        "instances": [{**vars(place), "account_name": _name(arrived, place.account_id)} for place in arrived.instances],
        "total": {"number": arrived.number, "managed": arrived.managed},
        "silent_accounts": [
            {"account_id": account_id, "account_name": _name(arrived, account_id)} for account_id in arrived.silent
        ],
        "unseen": arrived.unseen,
    }


def _name(arrived: Arrived, account_id: str) -> str:
    return arrived.accounts[account_id].name if account_id in arrived.accounts else ""


COMMAND: Command[str] = Command(
    name="ops-data",
    summary="What Explorer sees of the organization through a resource data sync, and whom it does not see.",
    description="""\
Calls ssm:ListResourceDataSync, and ssm:GetOpsSummary, which AWS charges for: once for every fifty EC2 instances; of a
sync of the organization organizations:ListRoots and ListAccounts. Changes nothing. To be run in the account that has
the sync: what a delegated administrator's brings the management account does not see.
It exits with 1 when there is no such sync, when it has failed, and when nothing arrives.""",
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
