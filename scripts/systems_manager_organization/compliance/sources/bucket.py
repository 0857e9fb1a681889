"""The source `s3`: what resource data syncs collected in one bucket, read on this machine."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.compliance.model.columns import SERVICE_ERROR
from systems_manager_organization.compliance.sources import bucket_patches, data_layout
from systems_manager_organization.compliance.sources.bucket_objects import Bucket, create_views
from systems_manager_organization.compliance.sources.sync_reader import accounts_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.patches import NodePatches
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import PatchSink, ResultSink, Scope
    from systems_manager_organization.compliance.sources.sync_reader import SyncReader

    Batch: TypeAlias = "list[tuple[AccountWithOu, list[str]]]"

# As many as are read into one set of files, and are in memory at once: with twenty nodes in four Regions some 5,000.
_BATCH = 64


@dataclass(frozen=True)
class BucketSource:
    """Reads the objects below `prefix` of `bucket`, in the administrator account.

    Attributes:
        stack_set_name: the service-managed StackSet that made the syncs.
        now: the time, in epoch seconds.
    """

    bucket: str
    prefix: str
    stack_set_name: str
    now: Callable[[], float] = time.time

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`. A place without a stack instance was read if it has objects."""
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
                _report(connection, batch, failures, reader)
        reader.add_unknown_accounts(unknown_accounts)

    def patch_calls(self) -> tuple[str, int]:
        """See `Source`."""
        return bucket_patches.ACTION, 0

    def read_patches(self, aws: AwsSession, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
        """See `Source`."""
        bucket_patches.read_patches(Bucket(aws, self.bucket, self.prefix), nodes, sink)


def _report(connection: DuckDBPyConnection, batch: Batch, failures: dict[str, str], reader: SyncReader) -> None:
    malformed = set()
    for table, account_id, region, path, lines in connection.execute(data_layout.load_query("malformed")).fetchall():
        if account_id not in failures:
            malformed.add((account_id, region))
            reader.add_malformed(table, data_layout.key_of(path), lines)
    found = dict(data_layout.group_by_account_region(connection.execute(data_layout.load_query("nodes")).fetchall()))
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
