"""Checkpoints of a report on disk: memory use stays flat, and an interrupted report can be resumed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import INSTANCES as INSTANCE_COLUMNS
from systems_manager_organization.compliance.model.columns import NODES as NODE_COLUMNS
from systems_manager_organization.compliance.model.columns import TABLES
from systems_manager_organization.compliance.store.journal import (
    ACCOUNT_REGIONS,
    FILES,
    INSTANCES,
    NODES,
    PATCHES,
    PROBLEMS,
    Journal,
)
from systems_manager_organization.compliance.store.tables import PATCHES_READ, ROW_GROUP, WORKED_OUT, create_tables
from systems_manager_organization.errors import QueryError, ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection
    from typing_extensions import Self

    from systems_manager_organization.compliance.model.columns import Column, Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.compliance.model.patches import NodePatches, Patch
    from systems_manager_organization.compliance.sources.result_sink import Problem, Row, Scope

_DAY = 24 * 60 * 60
_KEY, _LOCK, _DATABASE = "report.json", "lock", "tables.duckdb"

# Enough for 200,000 nodes with their patches; DuckDB spills the rest to disk. Each thread would need as much.
# https://duckdb.org/docs/stable/guides/performance/environment
_MEMORY = "96MB"
# It fills it while it loads, and loading needs less.
_MEMORY_TO_LOAD = "32MB"
_THREADS = 1
# Bytes of a file that are in memory at once, of which a line may have half; DuckDB's own defaults are 32 MB.
_BUFFER = 4_000_000


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where journals are kept: https://specifications.freedesktop.org/basedir-spec/latest/"""
    base = environment.get("XDG_CACHE_HOME", "")
    # "All paths must be absolute. If an implementation encounters a relative path ... it should ... ignore it."
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return home / "systems-manager-organization" / "patch-compliance"


@dataclass(frozen=True)
class ReportKey:
    """The account, source and scope of a report.

    Attributes:
        account_id: the account of the credentials.
        source: `catalog.identity` of the source.
    """

    account_id: str
    source: str
    scope: Scope

    @property
    def document(self) -> dict[str, Any]:
        # Normalized: JSON has no tuples.
        document: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return document

    @property
    def directory_name(self) -> str:
        text = json.dumps(self.document, sort_keys=True)
        return f"{self.account_id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class Checkpoint:
    """The result sink of one report; a context, which closes the journal and keeps it.

    Attributes:
        done: accounts and Regions with a result, including those of an interrupted run.
        expected: accounts and Regions in scope that are known yet.
        nodes: nodes found.
    """

    def __init__(
        self,
        key: ReportKey,
        *,
        resume: bool,
        warn: Callable[[str], None],
        directory: Path | None = None,
        now: Callable[[], float] = time.time,
        columns: Sequence[Column] = NODE_COLUMNS,
    ) -> None:
        """Creates a journal, or resumes that of the same report if there is one.

        Args:
            warn: shows a line on standard error.
            directory: of all journals; None: `cache_directory()`.
            now: seconds since the epoch.
            columns: of the nodes.

        Raises:
            QueryError: to be resumed, but the interrupted report of this account is another one.
            ScriptError: the directory cannot be written to, or another process creates the same report.
        """
        base = directory or cache_directory()
        self.key = key
        self._path = base / key.directory_name
        self._lock = Lock()
        self._columns = columns
        if resume and not _read_key(self._path / _KEY):
            _require_same_report(base, key)
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = _acquire_lock(self._path)
            begun_at = self._begin(key, resume=resume, now=now())
            self._journal = Journal(self._path)
        except OSError as error:
            raise ScriptError(f"The report's journal cannot be written in {self._path}: {error.strerror}.") from error
        account_regions = self._journal.account_regions.keys
        self._done = {key[:2] for key in account_regions}
        self._patched = set(self._journal.patched_nodes.keys)
        self._instance_account_regions = set(self._journal.instance_account_regions.keys)
        self.done = self.expected = len(self._done)
        self.nodes = sum(key[2] for key in account_regions)
        if self.done:
            warn(_resume_message(self.done, now() - begun_at))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._journal.close()
        os.close(self._lock_file)

    def is_done(self, account_id: str, region: str) -> bool:
        """See `ResultSink`. What could not be read is read again."""
        return (account_id, region) in self._done

    def expect(self, account_regions: int) -> None:
        with self._lock:
            self.expected += account_regions

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        """See `ResultSink`. Raises ScriptError when it cannot be written."""
        with self._lock:
            self._keep(lambda: self._journal.account_regions.add({**asdict(result), "nodes": len(nodes)}, nodes))
            self.done += 1
            self.nodes += len(nodes)

    def add_instances(self, result: AccountRegionResult, instances: Sequence[Row]) -> None:
        """See `ResultSink`. Raises ScriptError when they cannot be written."""
        account_region = (result.account_id, result.region)
        with self._lock:
            # A run that was interrupted before the nodes were added has the instances.
            if account_region not in self._instance_account_regions:
                self._instance_account_regions.add(account_region)
                fields = {"account_id": result.account_id, "region": result.region}
                self._keep(lambda: self._journal.instance_account_regions.add(fields, instances))

    def has_patches(self, node: NodePatches) -> bool:
        """Whether they were read before an interruption."""
        return node[:3] in self._patched

    def add_patches(self, node: NodePatches, patches: Sequence[Patch]) -> None:
        """Raises ScriptError when they cannot be written."""
        fields = {"account_id": node.account_id, "region": node.region, "node_id": node.node_id}
        with self._lock:
            self._keep(
                lambda: self._journal.patched_nodes.add(fields, [(*fields.values(), *patch) for patch in patches])
            )

    def load_patches(self, connection: DuckDBPyConnection) -> None:
        """Adds the patches to `tables()`."""
        names = [name for name in connection.table(PATCHES_READ).columns if name not in WORKED_OUT]
        into = f"{PATCHES_READ} ({', '.join(names)})"
        _load_rows(connection, into, self._path / PATCHES, dict.fromkeys(names, "varchar"))

    def add_problem(self, problem: Problem) -> None:
        """Raises ScriptError when it cannot be written."""
        with self._lock:
            self._keep(lambda: self._journal.add_problem(problem))

    @contextmanager
    def tables(self) -> Iterator[DuckDBPyConnection]:
        """The tables of `tables.create_tables` with all results, in a temporary database file."""
        import duckdb

        path = self._path / _DATABASE
        path.unlink(missing_ok=True)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": str(self._path / "temporary"),
            # DuckDB must not download extensions.
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=settings) as connection:
            file = str(path).replace("'", "''")
            connection.execute(f"ATTACH '{file}' AS report (ROW_GROUP_SIZE {ROW_GROUP}); USE report")
            create_tables(connection, self._columns)
            _load(connection, self._path, self._columns)
            if self._columns is NODE_COLUMNS:
                types = {column.name: column.type for column in INSTANCE_COLUMNS}
                _load_rows(connection, "instances", self._path / INSTANCES, types)
            yield connection

    def discard(self) -> None:
        """Deletes the journal, once the report is made."""
        shutil.rmtree(self._path)

    def _begin(self, key: ReportKey, *, resume: bool, now: float) -> float:
        """The time at which the journal was created, in seconds since the epoch."""
        path = self._path / _KEY
        if resume and (document := _read_key(path)):
            return float(document["begun_at"])
        for name in FILES:
            (self._path / name).unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({**key.document, "begun_at": now}, file)
        return now

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            raise ScriptError(f"The report's journal cannot be written in {self._path}: {error.strerror}.") from error


def _load(connection: DuckDBPyConnection, directory: Path, columns: Sequence[Column]) -> None:
    _load_rows(connection, "nodes", directory / NODES, {column.name: column.type for column in columns})
    for table, file in (("account_regions", ACCOUNT_REGIONS), ("problems", PROBLEMS)):
        types = {column.name: column.type for column in TABLES[table]}
        connection.execute(
            f"INSERT INTO {table} SELECT * FROM read_json(?, format='newline_delimited', columns=?, "
            f"maximum_object_size={_BUFFER // 2})",
            [str(directory / file), types],
        )


def _load_rows(connection: DuckDBPyConnection, table: str, file: Path, types: Mapping[str, str]) -> None:
    import duckdb

    # An empty text is not NULL, quoted or not; a host name may contain any character.
    query = (
        f"INSERT INTO {table} SELECT * FROM read_csv(?, header=false, columns=?, quote='\"', escape='\"', delim=',', "
        "nullstr='\\N', allow_quoted_nulls=false, auto_detect=false, new_line='\\n', parallel=false, "
        f"buffer_size={_BUFFER}, max_line_size={_BUFFER // 2})"
    )
    try:
        connection.execute(f"SET memory_limit = '{_MEMORY_TO_LOAD}'").execute(query, [str(file), types])
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
    except duckdb.OutOfMemoryException:
        # Rows of many kilobytes, as all patches with hundreds of CVEs.
        connection.execute(f"SET memory_limit = '{_MEMORY}'").execute(query, [str(file), types])


def _acquire_lock(path: Path) -> int:
    """A descriptor that holds the lock until it is closed. Raises ScriptError when another process has it."""
    descriptor = os.open(path / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass  # Windows has no fcntl: concurrent runs of the same report are not detected there.
    except BlockingIOError as error:
        os.close(descriptor)
        raise ScriptError(f"Another process is creating the same report, in {path}: wait for it.") from error
    return descriptor


def _require_same_report(base: Path, key: ReportKey) -> None:
    """Raises QueryError when the interrupted reports of this account are others."""
    others = [*filter(None, map(_read_key, sorted(base.glob(f"{key.account_id}-*/{_KEY}"))))]
    if others:
        raise QueryError(
            f"--resume continues a report of the same source and scope, and the interrupted report is another: "
            f"{' or '.join(map(_describe_key, others))}. Use the same options, or omit --resume."
        )


def _read_key(path: Path) -> dict[str, Any]:
    """The key and the time of a report; empty if it has not come so far: a full disk, a crash of the machine."""
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _describe_key(document: dict[str, Any]) -> str:
    scope = document["scope"]
    parts = {
        "source": document["source"],
        "organizational unit": scope["organizational_unit"],
        "accounts": ", ".join(scope["account_ids"]),
        "Regions": ", ".join(scope["regions"]),
        "stale after days": str(scope["stale_after_days"] or ""),
    }
    return "; ".join(f"{what} {value}" for what, value in parts.items() if value)


def _resume_message(account_regions: int, age: float) -> str:
    text = f"resuming the interrupted report: {account_regions} accounts and Regions were read"
    days = int(age / _DAY)
    return f"{text}, {days} days old: omit --resume to read them again." if days else f"{text}."
