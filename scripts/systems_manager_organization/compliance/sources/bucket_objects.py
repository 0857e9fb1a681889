"""What resource data syncs wrote to a bucket, fetched and put where DuckDB reads it."""

from __future__ import annotations

import json
import re
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.aws.error_translation import error_message, translate_errors
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.errors import ScriptError, ServiceError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.data_layout import Table

# Of the bucket or its key, and so of every object in it.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_BUCKET_ERRORS = re.compile(r"AccessDenied|NoSuchBucket|KMS\..*|AllAccessDisabled|InvalidBucketName")
_MODULE = "modules/compliance-reporting"
_PARTITION = re.compile(r"accountid=(\d{12})/region=([^/]+)/resourcetype=ManagedInstanceInventory/[^/_.][^/]*")


class Bucket:
    """The objects below a prefix of a bucket."""

    def __init__(self, aws: AwsSession, name: str, prefix: str) -> None:
        """`prefix` as the syncs have it, without a slash at its end; empty: none."""
        self._aws = aws
        self._name = name
        self._prefix = f"{prefix.rstrip('/')}/" if prefix else ""

    def account_ids(self) -> dict[str, set[str]]:
        """The accounts that have objects, by table: one call for a thousand of them. Raises ScriptError."""
        return {table.name: set(self._accounts_below(self._folder(table))) for table in data_layout.tables()}

    def fetch(
        self, requested: Mapping[str, Sequence[str]], listed: Mapping[str, set[str]], into: Path
    ) -> dict[str, str]:
        """Writes all objects of accounts and Regions to `into`, a file for each table.

        Args:
            requested: Regions by account id.
            listed: what `account_ids` says.

        Returns the accounts that could not be fetched, with the reason. Raises ScriptError for what is the matter with
        the whole bucket.
        """
        batch = _Batch(self, requested, into)
        run_tasks(
            partial(batch.list, table, account_id)
            for account_id in requested
            for table in data_layout.tables()
            if account_id in listed[table.name]
        )
        return batch.failures

    def keys(self, table: Table, account_id: str, regions: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Keys with their Region, of these Regions."""
        folder = self._folder(table)
        below = f"{folder}accountid={account_id}/" + (f"region={regions[0]}/" if len(regions) == 1 else "")
        for item in self._list("Contents", Prefix=below):
            found = _PARTITION.fullmatch(item["Key"].removeprefix(folder))
            if found and found[2] in regions:
                yield item["Key"], found[2]

    def body(self, key: str) -> bytes:
        """An object; empty when it was deleted since it was listed. Raises ScriptError."""
        aws = self._aws
        try:
            response = aws.call(aws.s3.get_object, Bucket=self._name, Key=key)
        except ServiceError as error:
            if error.code == "NoSuchKey":
                return b""
            raise
        # The body is a stream, which can fail while it is read.
        with translate_errors("s3:GetObject", account_id="", region=aws.region):
            return bytes(response["Body"].read())

    def key_of(self, table: Table, account_id: str, region: str, node_id: str) -> str:
        """The key of a node's object, which may not exist."""
        partition = f"accountid={account_id}/region={region}/resourcetype=ManagedInstanceInventory"
        return f"{self._folder(table)}{partition}/{node_id}.json"

    def path(self, key: str) -> str:
        return f"s3://{self._name}/{key}"

    def raise_if_general(self, error: ScriptError) -> None:
        """Raises an error of the bucket or its key, with how to resolve it: it is that of every object."""
        if isinstance(error, ServiceError) and _BUCKET_ERRORS.fullmatch(error.code):
            raise self.bucket_error(error) from error

    def bucket_error(self, error: ServiceError) -> ScriptError:
        """How to resolve what concerns all of it."""
        if error.code == "NoSuchBucket":
            return ScriptError(f"{error} There is no bucket {self._name}: the output bucket of {_MODULE} has its name.")
        return ScriptError(
            f"{error} Reading {self._name} takes s3:ListBucket on it, s3:GetObject below "
            f"{self._prefix or 'it'} and kms:Decrypt with its key, in the administrator account."
        )

    def _accounts_below(self, folder: str) -> Iterator[str]:
        try:
            for item in self._list("CommonPrefixes", Prefix=f"{folder}accountid=", Delimiter="/"):
                yield item["Prefix"].removeprefix(f"{folder}accountid=").rstrip("/")
        except ServiceError as error:
            raise self.bucket_error(error) from error

    def _list(self, result_key: str, **parameters: str) -> Iterator[dict[str, Any]]:
        aws = self._aws
        return aws.paginate(aws.s3.list_objects_v2, result_key=result_key, Bucket=self._name, **parameters)

    def _folder(self, table: Table) -> str:
        return f"{self._prefix}{table.folder}/"


class _Batch:
    """Some accounts on their way into files."""

    def __init__(self, bucket: Bucket, requested: Mapping[str, Sequence[str]], into: Path) -> None:
        self.failures: dict[str, str] = {}
        self._bucket = bucket
        self._requested = requested
        self._files = {table.name: file_of(into, table) for table in data_layout.tables()}
        self._lock = Lock()
        for file in self._files.values():
            file.write_text("")

    def list(self, table: Table, account_id: str) -> Iterable[Task]:
        try:
            keys = list(self._bucket.keys(table, account_id, self._requested[account_id]))
        except (ServiceError, UnreachableError) as error:
            self._fail(account_id, error)
            return ()
        return [partial(self._get, table, account_id, region, key) for key, region in keys]

    def _get(self, table: Table, account_id: str, region: str, key: str) -> Iterable[Task]:
        # An account that failed is not reported in part.
        if account_id in self.failures:
            return ()
        try:
            body = self._bucket.body(key)
        except (ServiceError, UnreachableError) as error:
            self._fail(account_id, error)
            return ()
        partition = dict(
            zip(data_layout.partition_keys(), (account_id, region, "ManagedInstanceInventory"), strict=True)
        )
        partition[data_layout.PATH] = self._bucket.path(key)
        text = "".join(json.dumps({**row, **partition}) + "\n" for row in data_layout.rows_in(body, table))
        with self._lock, self._files[table.name].open("a", encoding="utf-8") as file:
            file.write(text)
        return ()

    def _fail(self, account_id: str, error: ServiceError | UnreachableError) -> None:
        self._bucket.raise_if_general(error)
        with self._lock:
            self.failures[account_id] = error_message(error)


def file_of(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.json"


def create_views(connection: DuckDBPyConnection, folder: Path) -> None:
    """Creates the views that the queries read, over files that `Bucket.fetch` writes."""
    for table in data_layout.tables():
        names = (*table.columns, *data_layout.partition_keys(), data_layout.PATH)
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        # DuckDB takes no parameters where it makes a view.
        file = str(file_of(folder, table)).replace("'", "''")
        connection.execute(
            f"CREATE OR REPLACE VIEW {table.name} AS SELECT * FROM "
            f"read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})"
        )
