"""The snapshots of one scope: what is written of a report, and what is read of earlier ones."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.history.storage import name_of
from systems_manager_organization.compliance.model.columns import ACCOUNT_REGIONS, NODES, PATCHES
from systems_manager_organization.compliance.store.tables import ROW_GROUP
from systems_manager_organization.errors import ScriptError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.history.storage import Storage
    from systems_manager_organization.compliance.model.patches import State

REPORTS, SNAPSHOT_ACCOUNT_REGIONS, SNAPSHOT_NODES, SNAPSHOT_PATCHES = "reports", "account_regions", "nodes", "patches"
# Of each node, the last snapshot that has its patches: so long may an account be unreadable, or a node be silent.
_MEMORY = 30
_DATES = 4000


@dataclass(frozen=True)
class Snapshots:
    """The snapshots at a location.

    Attributes:
        scope: what the reports are of, as text: snapshots of another scope are no history of this one.
        today: the date of this report, in UTC.
    """

    storage: Storage
    location: str
    scope: str
    today: str

    def require_same_scope(self) -> None:
        """Raises UsageError when the latest snapshot is of another scope, and ScriptError when there is no reading."""
        dates = self.storage.dates(REPORTS)
        if not dates:
            return
        import duckdb

        with (
            tempfile.TemporaryDirectory(prefix="patch-compliance-") as folder,
            duckdb.connect() as connection,
            self._file(REPORTS, dates[-1], Path(folder)) as file,
        ):
            ((scope,),) = connection.execute("SELECT scope FROM read_parquet(?)", [file]).fetchall()
        if _unordered(scope) != _unordered(self.scope):
            raise UsageError(
                f"The snapshots in {self.location} are of another scope: {scope}, and this one is {self.scope}. Name "
                "another folder, or use the same options."
            )

    def load(self, tables: DuckDBPyConnection, since: str = "") -> str:
        """Creates `past_reports` of all earlier days; `past_account_regions`, `past_nodes`, `past_patches` of some.

        Returns the day that the report is compared with: the last snapshot on that day or before it, otherwise the
        first after it; empty without any, or without `since`, which may be a number of days, such as `7d`.
        """
        dates = [day for day in self.storage.dates(REPORTS) if day < self.today]
        base = _base(dates, _day(since, self.today)) if since else ""
        needed = sorted({*dates[-_MEMORY:], *([base] if base else [])})
        _create(tables)
        wanted_by_table = dict.fromkeys(_LOADED, needed) | {REPORTS: dates[-_DATES:]}
        for table, wanted in wanted_by_table.items():
            have = set(self.storage.dates(table)) if table != REPORTS else set(dates)
            with tempfile.TemporaryDirectory(prefix="patch-compliance-") as folder:
                for day in wanted:
                    if day in have:
                        columns = ", ".join(_LOADED[table])
                        with self._file(table, day, Path(folder)) as file:
                            tables.execute(
                                f"INSERT INTO past_{table} BY NAME SELECT ? AS report_date, {columns} FROM "
                                "read_parquet(?, hive_partitioning = false)",
                                [day, file],
                            )
        return base

    def write(self, tables: DuckDBPyConnection, states: Sequence[State], report: Mapping[str, Any]) -> None:
        """Writes this report's tables; `report`: its row of `reports`, which comes last, so that it is complete."""
        total = " + ".join(state.column for state in states) or "0"
        read = f"""
        operation_ended_at <> '' AND {bool(states)} AND (
          {total} = 0 OR (account_id, region, node_id) IN (SELECT (account_id, region, node_id) FROM patches)
        )
        """
        names = ", ".join(column.name for column in ACCOUNT_REGIONS)
        self._write(tables, SNAPSHOT_ACCOUNT_REGIONS, f"SELECT {names} FROM account_regions ORDER BY ALL")
        names = ", ".join(column.name for column in NODES)
        self._write(tables, SNAPSHOT_NODES, f"SELECT {names}, {read} AS has_patches FROM nodes ORDER BY ALL")
        if states:
            columns = ", ".join(column.name for column in PATCHES)
            self._write(tables, SNAPSHOT_PATCHES, f"SELECT {columns} FROM patches ORDER BY ALL")
        row = {"scope": self.scope, **report}
        values = ", ".join(f"?::{REPORT_COLUMNS.get(name, 'VARCHAR')} AS {name}" for name, value in row.items())
        self._write(tables, REPORTS, f"SELECT {values}", list(row.values()))

    def _write(self, tables: DuckDBPyConnection, table: str, query: str, parameters: Sequence[Any] = ()) -> None:
        with tempfile.TemporaryDirectory(prefix="patch-compliance-") as folder:
            file = Path(folder) / f"{table}.parquet"
            found = tables.sql(query, params=list(parameters) or None)
            found.write_parquet(str(file), compression="zstd", row_group_size=ROW_GROUP)
            self.storage.write(table, self.today, file)

    @contextmanager
    def _file(self, table: str, day: str, folder: Path) -> Iterator[str]:
        """The file of a day, as DuckDB takes it. Raises ScriptError for what DuckDB says of it: that it is damaged."""
        import duckdb

        try:
            # What DuckDB takes for a pattern may be in the name of a folder.
            yield re.sub(r"[*?\[]", r"[\g<0>]", str(self.storage.fetch(table, day, folder)))
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            name = f"{self.location.rstrip('/')}/{name_of(table, day)}"
            raise ScriptError(
                f"The snapshot {name} cannot be read: {' '.join(str(error).split())} Restore the file, or delete this "
                f"day: report_date={day} of every table."
            ) from error


REPORT_COLUMNS = {
    "nodes": "BIGINT",
    "managed": "BIGINT",
    "scanned": "BIGINT",
    "unmanaged": "BIGINT",
    "compliant": "BIGINT",
    "noncompliant": "BIGINT",
    "not_reporting": "BIGINT",
    "compliant_percent": "DOUBLE",
    "patches": "BIGINT",
    "overdue_patches": "BIGINT",
    "exploited_patches": "BIGINT",
}
_LOADED = {
    REPORTS: ("generated_at", *REPORT_COLUMNS),
    SNAPSHOT_ACCOUNT_REGIONS: ("account_id", "region", "state"),
    SNAPSHOT_NODES: ("account_id", "region", "node_id", "status", "has_patches"),
    SNAPSHOT_PATCHES: ("account_id", "region", "node_id", "platform_type", "patch_id", "title", "first_seen"),
}


def _create(tables: DuckDBPyConnection) -> None:
    kinds: dict[str, str] = {**REPORT_COLUMNS, "has_patches": "BOOLEAN"}
    for table, columns in _LOADED.items():
        fields = ", ".join(f"{name} {kinds.get(name, 'VARCHAR')}" for name in columns)
        tables.execute(f"CREATE TEMP TABLE past_{table} (report_date VARCHAR, {fields})")


def _unordered(scope: str) -> dict[str, Any]:
    """1.0.0 has kept accounts and Regions in the order in which they were given."""
    found: dict[str, Any] = json.loads(scope)
    return {key: sorted(value) if isinstance(value, list) else value for key, value in found.items()}


def _day(since: str, today: str) -> str:
    return str(date.fromisoformat(today) - timedelta(int(since[:-1]))) if since.endswith("d") else since


def _base(dates: Sequence[str], since: str) -> str:
    before = [day for day in dates if day <= since]
    return before[-1] if before else next(iter(dates), "")
