"""Where snapshots are: a folder, or a prefix of a bucket. The layout is the same, and one that Athena can partition.

`TABLE/report_date=2026-01-31/TABLE.parquet`
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from systems_manager_organization.aws.error_translation import translate_errors
from systems_manager_organization.cli.input_file import errors_of_input, input_path
from systems_manager_organization.errors import ScriptError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from systems_manager_organization.aws.session import AwsSession

_S3 = "s3://"
_LOCATION = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/.*)?")
_PARTITION = re.compile(r"report_date=(\d{4}-\d{2}-\d{2})")


class Storage(Protocol):
    """Files by table and date. Its methods raise ScriptError."""

    def dates(self, table: str) -> list[str]:
        """The dates that the table has, the oldest first."""
        ...

    def fetch(self, table: str, date: str, into: Path) -> Path:
        """The file of a date, perhaps copied to below `into`."""
        ...

    def write(self, table: str, date: str, file: Path) -> None:
        """Adds or replaces the file of a date."""
        ...


def location_of(text: str) -> str:
    """The location as it was given. Raises UsageError for what can be none, before anything takes minutes."""
    if text.startswith(_S3):
        if not _LOCATION.fullmatch(text):
            raise UsageError(f'snapshot is "{text}", but must be a folder, or s3://BUCKET/PREFIX.')
        return text
    path = input_path(text, "snapshot")
    with errors_of_input(text, "snapshot"):
        exists, has_parent = path.exists(), path.absolute().parent.is_dir()
    if exists and not path.is_dir():
        raise UsageError(f'snapshot is "{text}", but must be a folder, and that is a file.')
    if not exists and not has_parent:
        raise UsageError(f'snapshot is "{text}", but there is no directory "{path.absolute().parent}": make it first.')
    return text


def storage_of(location: str, aws: AwsSession) -> Storage:
    """The storage at a valid location; of a bucket, with the caller's own credentials."""
    found = _LOCATION.fullmatch(location)
    return (
        BucketStorage(aws, found[1], (found[2] or "").strip("/")) if found else Folder(input_path(location, "snapshot"))
    )


def name_of(table: str, date: str) -> str:
    return f"{table}/report_date={date}/{table}.parquet"


@dataclass(frozen=True)
class Folder:
    """See `Storage`."""

    path: Path

    def dates(self, table: str) -> list[str]:
        found = (_PARTITION.fullmatch(file.parent.name) for file in (self.path / table).glob(f"*/{table}.parquet"))
        return sorted(match[1] for match in found if match)

    def fetch(self, table: str, date: str, into: Path) -> Path:
        del into
        return self.path / name_of(table, date)

    def write(self, table: str, date: str, file: Path) -> None:
        target = self.path / name_of(table, date)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_suffix(".new")
            shutil.copyfile(file, new)
            new.replace(target)
        except OSError as error:
            raise ScriptError(f"The snapshot {target} cannot be written: {error.strerror or error}.") from error


@dataclass(frozen=True)
class BucketStorage:
    """See `Storage`. `prefix` has no slash at its end; empty: none."""

    aws: AwsSession
    bucket: str
    prefix: str

    def dates(self, table: str) -> list[str]:
        folder = self._key(f"{table}/")
        listed = self.aws.paginate(
            self.aws.s3.list_objects_v2, result_key="Contents", Bucket=self.bucket, Prefix=folder
        )
        names = (item["Key"].removeprefix(folder).split("/") for item in listed)
        found = (_PARTITION.fullmatch(name[0]) for name in names if name[1:] == [f"{table}.parquet"])
        return sorted(match[1] for match in found if match)

    def fetch(self, table: str, date: str, into: Path) -> Path:
        path = into / name_of(table, date)
        path.parent.mkdir(parents=True, exist_ok=True)
        response = self.aws.call(self.aws.s3.get_object, Bucket=self.bucket, Key=self._key(name_of(table, date)))
        # The body is a stream, which can fail while it is read.
        with translate_errors("s3:GetObject", account_id="", region=self.aws.region), path.open("wb") as file:
            shutil.copyfileobj(response["Body"], file)
        return path

    def write(self, table: str, date: str, file: Path) -> None:
        with file.open("rb") as body:
            self.aws.call(self.aws.s3.put_object, Bucket=self.bucket, Key=self._key(name_of(table, date)), Body=body)

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name
