"""Scanning of the objects in the locations of partitions."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from moto.s3.models import FakeKey

from sandbox.policies.evaluation import Permission
from sandbox.services.athena.exceptions import QueryFailed, ScanLimitExceeded
from sandbox.services.athena.query.projection import Partition, folder_of
from sandbox.services.athena.query.serde import Reader
from sandbox.services.s3.access import evaluate
from sandbox.services.s3.models import find_bucket
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.services.athena.query.serde import Row
    from sandbox.services.glue.models import Table

# The hidden column: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-source-file.html
PATH = "$path"


class Scanner:
    """Reads for the queries of an account, and counts bytes up to `limit`, which is the workgroup's."""

    def __init__(self, account_id: str, limit: int | None) -> None:
        self._account_id = account_id
        self._limit = limit
        self._keys: dict[str, list[str]] = {}
        self.scanned = 0

    def rows(self, table: Table, partitions: Iterable[Partition]) -> Iterator[Row]:
        """The rows of a table. Raises QueryFailed, and ScanLimitExceeded once there is more than the limit."""
        reader = Reader(table)
        names = [key["Name"].lower() for key in table.partition_keys]
        for partition in partitions:
            folder = folder_of(table, partition)
            if not folder.startswith("s3://"):
                raise QueryFailed(f"HIVE_UNKNOWN_ERROR: {folder} is no location in Amazon S3")
            bucket_name, _, prefix = folder.removeprefix("s3://").partition("/")
            for key in self._keys_below(bucket_name, prefix):
                path = f"s3://{bucket_name}/{key}"
                for row in reader.rows(self._body(bucket_name, key), path):
                    yield {**row, **dict(zip(names, partition, strict=True)), PATH: path}

    def _keys_below(self, bucket_name: str, prefix: str) -> Iterator[str]:
        if bucket_name not in self._keys:
            self._keys[bucket_name] = sorted(_keys(bucket_name))
        keys = self._keys[bucket_name]
        for index in range(bisect_left(keys, prefix), len(keys)):
            if not keys[index].startswith(prefix):
                return
            # "Athena treats sources that begin with an underscore or a period as hidden":
            # https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
            if not keys[index].rpartition("/")[2].startswith(("_", ".")):
                yield keys[index]

    def _body(self, bucket_name: str, key: str) -> bytes:
        bucket = find_bucket(bucket_name)
        found: Any = bucket.keys.get(key) if bucket else None
        principal = Principal.identity(f"arn:aws:iam::{self._account_id}:root", self._account_id)
        decision = evaluate(bucket_name, principal, Permission("s3:GetObject", f"arn:aws:s3:::{bucket_name}/{key}"))
        is_own = bucket is not None and bucket.account_id == self._account_id
        # ASSUMPTION(athena-caller-in-bucket-policies): of Athena's caller only the account is known to the bucket
        # policy.
        if decision == "explicitDeny" or (decision == "implicitDeny" and not is_own):
            raise QueryFailed(f"PERMISSION_DENIED: Permission denied on S3 path: s3://{bucket_name}/{key}")
        body = bytes(found.value)
        self.scanned += len(body)
        if self._limit is not None and self.scanned > self._limit:
            raise ScanLimitExceeded
        return body


def _keys(bucket_name: str) -> list[str]:
    bucket = find_bucket(bucket_name)
    if bucket is None:
        raise QueryFailed(
            f"HIVE_METASTORE_ERROR: The specified bucket does not exist (Service: Amazon S3; Status Code: 404; "
            f"Error Code: NoSuchBucket): {bucket_name}"
        )
    return [str(name) for name, key in bucket.keys.items() if isinstance(key, FakeKey)]
