"""The source `s3`: what resource data syncs collected in one bucket, read on this machine."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.compliance.model.columns import SERVICE_ERROR
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.compliance.sources.bucket_objects import Bucket, show
from systems_manager_organization.compliance.sources.sync_reader import accounts_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope
    from systems_manager_organization.compliance.sources.sync_reader import Places

    Batch: TypeAlias = "list[tuple[AccountWithOu, list[str]]]"

# As many as are read into one set of files, and are in memory at once: with twenty nodes in four Regions some 5,000.
_ACCOUNTS_AT_A_TIME = 64


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
        """See `collecting.Source`. A place without a StackSet's instance was read when there are objects of it."""
        import duckdb

        asked_for, places = accounts_to_read(aws, self.stack_set_name, scope, sink, self.now())
        bucket = Bucket(aws, self.bucket, self.prefix)
        listed = bucket.account_ids()
        departed = set().union(*listed.values())
        with tempfile.TemporaryDirectory(prefix="patch-compliance-") as folder, duckdb.connect() as connection:
            # It would take a buffer for each processor of the machine, and most of its memory.
            connection.execute("SET threads = 2; SET memory_limit = '200MB'")
            for accounts in _in_batches(asked_for):
                departed -= {placed.account.id for placed in accounts}
                batch = [(placed, places.begin(placed)) for placed in accounts]
                wanted = {placed.account.id: regions for placed, regions in batch if regions}
                failures = bucket.fetch(wanted, listed, Path(folder))
                show(connection, Path(folder))
                _tell(connection, batch, failures, places)
        places.departed(departed)


def _tell(connection: DuckDBPyConnection, batch: Batch, failures: dict[str, str], places: Places) -> None:
    malformed = set()
    for table, account_id, region, path, lines in connection.execute(data_layout.load_query("malformed")).fetchall():
        if account_id not in failures:
            malformed.add((account_id, region))
            places.malformed(table, data_layout.key_of(path), lines)
    found = dict(data_layout.by_place(connection.execute(data_layout.load_query("nodes")).fetchall()))
    for placed, regions in batch:
        account_id = placed.account.id
        for region in regions:
            if account_id in failures:
                places.unread(placed, region, SERVICE_ERROR, failures[account_id])
                continue
            where = (account_id, region)
            places.end(placed, region, found.get(where, []), has_malformed=where in malformed)


def _in_batches(accounts: Iterable[AccountWithOu]) -> Iterator[list[AccountWithOu]]:
    left = iter(accounts)
    while batch := list(islice(left, _ACCOUNTS_AT_A_TIME)):
        yield batch
