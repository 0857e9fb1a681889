"""The source `s3`: what resource data syncs collected in one bucket, read on this machine."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.compliance.model.columns import INSTANCES_NOT_READ, READ, SERVICE_ERROR
from systems_manager_organization.compliance.sources import bucket_patches, data_layout
from systems_manager_organization.compliance.sources.bucket_objects import Bucket, create_views
from systems_manager_organization.compliance.sources.result_sink import Problem
from systems_manager_organization.compliance.sources.sync_reader import accounts_to_read, result_of
from systems_manager_organization.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.node import AccountRegionResult, NodeRecord
    from systems_manager_organization.compliance.model.patches import NodePatches
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import PatchSink, ResultSink, Row, Scope
    from systems_manager_organization.compliance.sources.sync_reader import SyncReader

    Batch: TypeAlias = "list[tuple[AccountWithOu, list[str]]]"
    Nodes: TypeAlias = dict[AccountRegion, list[NodeRecord]]

# As many as are read into one set of files, and are in memory at once: with twenty nodes in four Regions some 5,000.
_BATCH = 64
# Of `columns.INSTANCES`.
_MANAGED = "MANAGED"


@dataclass(frozen=True)
class BucketSource:
    """Reads the objects below `prefix` of `bucket`, in the administrator account.

    Attributes:
        stack_set_name: the service-managed StackSet that made the syncs.
        now: the time, in epoch seconds.
        tag_keys: the tags of nodes that are read, an object for each node; empty: none.
    """

    bucket: str
    prefix: str
    stack_set_name: str
    now: Callable[[], float] = time.time
    tag_keys: frozenset[str] = frozenset()

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`. An account and Region without a stack instance was read if it has objects."""
        import duckdb

        accounts_in_scope, reader = accounts_to_read(aws, self.stack_set_name, scope, sink, self.now())
        bucket = Bucket(aws, self.bucket, self.prefix)
        listed = bucket.account_ids()
        unknown_accounts = set().union(*listed.values())
        with tempfile.TemporaryDirectory(prefix="patch-compliance-") as folder, duckdb.connect() as connection:
            # It would take a buffer for each processor of the machine, and most of its memory.
            connection.execute("SET threads = 2; SET memory_limit = '200MB'")
            for accounts in _in_batches(accounts_in_scope):
                unknown_accounts -= {account_with_ou.account.id for account_with_ou in accounts}
                batch = [(account_with_ou, reader.start(account_with_ou)) for account_with_ou in accounts]
                requested = {account_with_ou.account.id: regions for account_with_ou, regions in batch if regions}
                failures = bucket.fetch(requested, listed, Path(folder))
                create_views(connection, Path(folder))
                nodes = _nodes(connection)
                if self.tag_keys:
                    # First: what was read there is not read again after an interruption.
                    _add_tags(bucket, batch, failures, nodes, self.tag_keys, sink)
                _report(connection, batch, failures, nodes, reader)
        reader.add_unknown_accounts(unknown_accounts)

    def patch_calls(self) -> tuple[str, int]:
        """See `Source`."""
        return bucket_patches.ACTION, 0

    def read_patches(self, aws: AwsSession, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
        """See `Source`."""
        bucket_patches.read_patches(Bucket(aws, self.bucket, self.prefix), nodes, sink)


def _nodes(connection: DuckDBPyConnection) -> Nodes:
    return dict(data_layout.group_by_account_region(connection.execute(data_layout.load_query("nodes")).fetchall()))


def _add_tags(
    bucket: Bucket, batch: Batch, failures: dict[str, str], nodes: Nodes, keys: frozenset[str], sink: ResultSink
) -> None:
    """Adds an instance with its tags for each node; what could not be read is a problem of its account and Region."""
    unread: dict[AccountRegion, str] = {}
    tags: dict[tuple[str, str, str], str] = {}

    def read(account_id: str, region: str, node_id: str) -> tuple[()]:
        try:
            body = bucket.body(bucket.key_of(data_layout.tag_table(), account_id, region, node_id))
        except ScriptError as error:
            bucket.raise_if_general(error)
            unread[account_id, region] = error_message(error)
        else:
            tags[account_id, region, node_id] = _tags_of(body, keys)
        return ()

    account_regions = [
        (account_with_ou, (account_with_ou.account.id, region))
        for account_with_ou, regions in batch
        for region in regions
        if account_with_ou.account.id not in failures
    ]
    run_tasks(
        partial(read, *account_region, node.node_id)
        for _, account_region in account_regions
        for node in nodes.get(account_region, ())
    )
    for account_with_ou, account_region in account_regions:
        if account_region in unread:
            message = f"The tags of nodes could not be read there: {unread[account_region]}"
            sink.add_problem(Problem(INSTANCES_NOT_READ, " ".join(account_region), message))
            continue
        result = result_of(account_with_ou, account_region[1], READ)
        found = nodes.get(account_region, ())
        sink.add_instances(result, [_instance(result, node, tags[(*account_region, node.node_id)]) for node in found])


def _tags_of(body: bytes, keys: frozenset[str]) -> str:
    rows = data_layout.rows_in(body, data_layout.tag_table())
    return json.dumps(sorted(f"{row['key']}={row['value'] or ''}" for row in rows if row["key"] in keys))


def _instance(result: AccountRegionResult, node: NodeRecord, tags: str) -> Row:
    """The row of `columns.INSTANCES` of a managed node; of an instance itself the bucket knows nothing."""
    columns = (result.account_id, result.account_name, result.organizational_unit, result.region)
    return (*columns, node.node_id, "", node.platform_type, "", "", _MANAGED, "", "", "", tags)


def _report(
    connection: DuckDBPyConnection, batch: Batch, failures: dict[str, str], found: Nodes, reader: SyncReader
) -> None:
    malformed = set()
    for table, account_id, region, path, lines in connection.execute(data_layout.load_query("malformed")).fetchall():
        if account_id not in failures:
            malformed.add((account_id, region))
            reader.add_malformed(table, data_layout.key_of(path), lines)
    for account_with_ou, regions in batch:
        account_id = account_with_ou.account.id
        for region in regions:
            if account_id in failures:
                reader.add_unread(account_with_ou, region, SERVICE_ERROR, failures[account_id])
                continue
            account_region = (account_id, region)
            reader.finish(
                account_with_ou, region, found.get(account_region, []), has_malformed=account_region in malformed
            )


def _in_batches(accounts: Iterable[AccountWithOu]) -> Iterator[list[AccountWithOu]]:
    iterator = iter(accounts)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
