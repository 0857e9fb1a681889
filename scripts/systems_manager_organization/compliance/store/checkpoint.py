"""Keeps what a source finds on disk until the report is made: memory stays flat, and an interruption costs little."""

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

from systems_manager_organization.compliance.model.columns import NODES as NODE_COLUMNS
from systems_manager_organization.compliance.model.columns import TABLES
from systems_manager_organization.compliance.store.journal import NODES, PLACES, PROBLEMS, Journal
from systems_manager_organization.compliance.store.tables import create_tables
from systems_manager_organization.errors import QueryError, ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection
    from typing_extensions import Self

    from systems_manager_organization.compliance.model.account_region_result import AccountRegionResult
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.sources.result_sink import Problem, Scope

_DAY = 24 * 60 * 60
_KEY, _LOCK, _DATABASE = "report.json", "lock", "tables.duckdb"

# Enough to load and sort 200,000 nodes; what does not fit DuckDB keeps on disk.
_MEMORY = "96MB"
_THREADS = 2


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where journals are kept: https://specifications.freedesktop.org/basedir-spec/latest/"""
    base = environment.get("XDG_CACHE_HOME", "")
    # "All paths must be absolute. If an implementation encounters a relative path ... it should ... ignore it."
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return home / "systems-manager-organization" / "patch-compliance"


@dataclass(frozen=True)
class ReportKey:
    """What a journal has the answers to.

    Attributes:
        account_id: whose credentials ask.
        source: `api`, `s3` or `athena`, and what else tells one of them from another of its kind.
    """

    account_id: str
    source: str
    scope: Scope

    @property
    def document(self) -> dict[str, Any]:
        # As JSON has it, which knows no tuples.
        document: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return document

    @property
    def directory_name(self) -> str:
        text = json.dumps(self.document, sort_keys=True)
        return f"{self.account_id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class Checkpoint:
    """The ledger of one report; a context, which lets go of the journal and leaves it where it is.

    Attributes:
        done: places told, those of an interrupted run among them.
        expected: places that there will be, as far as is known yet.
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
    ) -> None:
        """Begins a journal, or goes on with that of the same question; none is there: begins one.

        Args:
            warn: shows a line to a person.
            directory: of all journals; None: `cache_directory()`.
            now: the time of day, in seconds since the epoch.

        Raises:
            QueryError: to be resumed, but what was interrupted is another question of this account.
            ScriptError: the directory cannot be written to, or another process makes the same report.
        """
        base = directory or cache_directory()
        self._path = base / key.directory_name
        self._lock = Lock()
        if resume and not (self._path / _KEY).exists():
            _require_same_report(base, key)
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = _acquire_lock(self._path)
            begun_at = self._begin(key, resume=resume, now=now())
            self._journal = Journal(self._path)
        except OSError as error:
            raise ScriptError(f"The journal of the report cannot be kept in {self._path}: {error.strerror}.") from error
        self._done = {entry.account_region for entry in self._journal.entries}
        self.done = self.expected = len(self._done)
        self.nodes = sum(entry.fields["nodes"] for entry in self._journal.entries)
        if self.done:
            warn(_resume_message(self.done, now() - begun_at))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()
        os.close(self._lock_file)

    def is_done(self, account_id: str, region: str) -> bool:
        """As `ResultSink` has it. A place that could not be read is asked again."""
        return (account_id, region) in self._done

    def expect(self, places: int) -> None:
        with self._lock:
            self.expected += places

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        """As `ResultSink` has it. Raises ScriptError when it cannot be kept."""
        with self._lock:
            self._keep(lambda: self._journal.add_result(result, nodes))
            self.done += 1
            self.nodes += len(nodes)

    def add_problem(self, problem: Problem) -> None:
        """Raises ScriptError when it cannot be kept."""
        with self._lock:
            self._keep(lambda: self._journal.add_problem(problem))

    @contextmanager
    def tables(self) -> Iterator[DuckDBPyConnection]:
        """The tables of `tables.create_tables` with everything that was told, on disk for as long as this lasts."""
        import duckdb

        path = self._path / _DATABASE
        path.unlink(missing_ok=True)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "temp_directory": str(self._path / "temporary"),
            # What the journal has is all there is: nothing is fetched, not even extensions.
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(path, config=settings) as connection:
            create_tables(connection)
            _load(connection, self._path)
            yield connection

    def discard(self) -> None:
        """Deletes the journal, once the report is made."""
        shutil.rmtree(self._path)

    def _begin(self, key: ReportKey, *, resume: bool, now: float) -> float:
        """When the journal was begun, in seconds since the epoch: now, unless it is gone on with."""
        path = self._path / _KEY
        if resume and path.exists():
            return float(json.loads(path.read_bytes())["begun_at"])
        for name in (PLACES, NODES, PROBLEMS):
            (self._path / name).unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({**key.document, "begun_at": now}, file)
        return now

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            raise ScriptError(f"The journal of the report cannot be kept in {self._path}: {error.strerror}.") from error


def _load(connection: DuckDBPyConnection, directory: Path) -> None:
    types = {column.name: column.type for column in NODE_COLUMNS}
    # An empty text is no NULL, quoted or not; and a host may have any name.
    connection.execute(
        "INSERT INTO nodes SELECT * FROM read_csv(?, header=false, columns=?, quote='\"', escape='\"', delim=',', "
        "nullstr='\\N', allow_quoted_nulls=false, auto_detect=false, new_line='\\n', parallel=false)",
        [str(directory / NODES), types],
    )
    for table, file in (("places", PLACES), ("problems", PROBLEMS)):
        types = {column.name: column.type for column in TABLES[table]}
        connection.execute(
            f"INSERT INTO {table} SELECT * FROM read_json(?, format='newline_delimited', columns=?)",
            [str(directory / file), types],
        )


def _acquire_lock(path: Path) -> int:
    """A descriptor that holds the lock until it is closed. Raises ScriptError when another process has it."""
    descriptor = os.open(path / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass  # Windows has none: two of the same reports at a time would spoil each other there.
    except BlockingIOError as error:
        os.close(descriptor)
        raise ScriptError(f"Another process is making the same report, in {path}: wait for it.") from error
    return descriptor


def _require_same_report(base: Path, key: ReportKey) -> None:
    """Raises QueryError when reports of this account were interrupted: they are not this one."""
    others = [json.loads(path.read_bytes()) for path in sorted(base.glob(f"{key.account_id}-*/{_KEY}"))]
    if others:
        raise QueryError(
            f"--resume goes on with a report of the same source and scope, and what was interrupted is another: "
            f"{' or '.join(map(_describe_key, others))}. Ask that again, or leave --resume out."
        )


def _describe_key(document: dict[str, Any]) -> str:
    scope = document["scope"]
    parts = {
        "source": document["source"],
        "organizational unit": scope["organizational_unit"],
        "accounts": ", ".join(scope["account_ids"]),
        "Regions": ", ".join(scope["regions"]),
        "stale after days": str(scope["stale_after_days"]),
    }
    return "; ".join(f"{what} {value}" for what, value in parts.items() if value)


def _resume_message(places: int, age: float) -> str:
    text = f"going on where it was interrupted: {places} accounts and Regions are there already"
    days = int(age / _DAY)
    return f"{text}, {days} days old: leave --resume out to ask them again." if days else f"{text}."
