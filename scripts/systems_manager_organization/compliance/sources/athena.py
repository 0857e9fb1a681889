"""The source `athena`: what resource data syncs collected in one bucket, read by AWS's own engine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from systems_manager_organization.compliance.model.columns import PARTITION_MISSING
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.compliance.sources.athena_query import Query
from systems_manager_organization.compliance.sources.bucket_patches import patch_of
from systems_manager_organization.compliance.sources.sync_reader import MODULE, accounts_to_read
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.patches import NodePatches
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import PatchSink, ResultSink, Scope
    from systems_manager_organization.compliance.sources.sync_reader import SyncReader

# What patches.sql has after account, Region and node.
_PATCH_COLUMNS = (
    "id",
    "title",
    "patchstate",
    "classification",
    "patchseverity",
    "severity",
    "cveids",
    "installedtime",
)


@dataclass(frozen=True)
class AthenaSource:
    """Queries the tables of Glue's `database` in `workgroup`, in the administrator account.

    It runs its own SQL and not the named query, which may have been edited.

    Attributes:
        stack_set_name: the service-managed StackSet that made the syncs.
        now: the time, in epoch seconds.
    """

    workgroup: str
    database: str
    stack_set_name: str
    now: Callable[[], float] = time.time

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`. The query has no scope: Athena charges for what it scans."""
        accounts_in_scope, reader = accounts_to_read(aws, self.stack_set_name, scope, sink, self.now())
        projection = _Projection.of(aws, self.database)
        nodes = self._start(aws, "nodes")
        malformed = self._start(aws, "malformed")
        accounts: dict[str, AccountWithOu] = {}
        remaining: dict[AccountRegion, AccountWithOu] = {}
        for account_with_ou in accounts_in_scope:
            accounts[account_with_ou.account.id] = account_with_ou
            remaining |= {
                (account_with_ou.account.id, region): account_with_ou
                for region in self._readable(account_with_ou, reader, projection)
            }
        malformed_regions = _malformed(malformed, remaining, reader)
        unknown_accounts = set()
        for account_region, found in data_layout.group_by_account_region(nodes.rows()):
            if account_region in remaining:
                reader.finish(remaining.pop(account_region), account_region[1], found)
            elif account_region[0] not in accounts:
                unknown_accounts.add(account_region[0])
        for account_region, account_with_ou in remaining.items():
            reader.finish(account_with_ou, account_region[1], [], has_malformed=account_region in malformed_regions)
        reader.add_unknown_accounts(unknown_accounts)

    def patch_calls(self) -> tuple[str, int | None]:
        """See `PatchSource`."""
        return "athena:StartQueryExecution, which scans every patch of every node", None

    def read_patches(self, aws: AwsSession, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
        """See `PatchSource`. One query for all: Athena cannot tell the objects of nodes that comply from others."""
        asked = {node[:3]: node for node in nodes}
        rows = self._start(aws, "patches").rows()
        for key, found in groupby(rows, key=lambda row: (row[0], row[1], row[2])):
            if node := asked.pop(key, None):
                items = (dict(zip(_PATCH_COLUMNS, row[3:], strict=True)) for row in found)
                sink.add_patches(node, [patch for item in items if (patch := patch_of(item, node))])
        for node in asked.values():
            sink.add_patches(node, [])

    def _start(self, aws: AwsSession, name: str) -> Query:
        return Query(aws, self.workgroup, self.database, data_layout.load_query(name))

    def _readable(self, account_with_ou: AccountWithOu, reader: SyncReader, projection: _Projection) -> list[str]:
        regions = reader.start(account_with_ou)
        readable = [region for region in regions if projection.has(account_with_ou.account.id, region)]
        for region in regions:
            if region not in readable:
                reason = (
                    f"The tables of database {self.database} have no partition of this account and Region: apply "
                    f"{MODULE} again. What was collected meanwhile is in the bucket."
                )
                reader.add_unread(account_with_ou, region, PARTITION_MISSING, reason)
        return readable


@dataclass(frozen=True)
class _Projection:
    """The values of projected partitions; None: any.

    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
    """

    account_ids: frozenset[str] | None
    regions: frozenset[str] | None

    @classmethod
    def of(cls, aws: AwsSession, database: str) -> _Projection:
        """Raises ScriptError when the tables do not exist."""
        name = data_layout.tables()[0].name
        try:
            table = aws.call(aws.glue.get_table, DatabaseName=database, Name=name)["Table"]
        except ServiceError as error:
            raise ScriptError(
                f"{error} The table {name} must be in database {database} of the Region {aws.region}: use the "
                f"output database of {MODULE}."
            ) from error
        parameters = table.get("Parameters", {})
        return cls(_values(parameters, "accountid"), _values(parameters, "region"))

    def has(self, account_id: str, region: str) -> bool:
        return _is_in(account_id, self.account_ids) and _is_in(region, self.regions)


def _values(parameters: Mapping[str, str], key: str) -> frozenset[str] | None:
    values = parameters.get(f"projection.{key}.values")
    return None if values is None else frozenset(value.strip() for value in values.split(","))


def _is_in(value: str, values: frozenset[str] | None) -> bool:
    return values is None or value in values


def _malformed(
    query: Query, requested: Mapping[AccountRegion, AccountWithOu], reader: SyncReader
) -> set[AccountRegion]:
    """Reports the malformed objects of these accounts and Regions; returns those that have some."""
    found = set()
    for table, account_id, region, path, lines in query.rows():
        if (account_id, region) in requested:
            found.add((account_id, region))
            reader.add_malformed(table, data_layout.key_of(path), int(lines))
    return found
