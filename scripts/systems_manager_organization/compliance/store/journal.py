"""An append-only journal of results: an interrupted run loses no complete entry.

The rows of an entry, as the nodes of an account and Region, are appended to one file, and then the entry to another,
with the offset at which its rows end. An entry is complete if its line is complete and the file of rows is as long as
the offset; the rest is truncated.
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from systems_manager_organization.compliance.model.columns import READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from systems_manager_organization.compliance.sources.result_sink import Problem

NODES, ACCOUNT_REGIONS, PROBLEMS = "nodes.csv", "account_regions.json", "problems.json"
PATCHES, PATCHED_NODES = "patches.csv", "patched_nodes.json"
INSTANCES, INSTANCE_ACCOUNT_REGIONS = "instances.csv", "instance_account_regions.json"
_ACCOUNT_REGION = ("account_id", "region")
FILES = (NODES, ACCOUNT_REGIONS, PROBLEMS, PATCHES, PATCHED_NODES, INSTANCES, INSTANCE_ACCOUNT_REGIONS)


class _Names(NamedTuple):
    entries: str
    rows: str


class _RowFile:
    """Entries with rows. Not thread-safe.

    Attributes:
        keys: of the entries that were there: their other fields may take more memory than a report.
    """

    def __init__(self, directory: Path, names: _Names, key: Sequence[str], state: str = "") -> None:
        """Resumes the existing files: those entries that have this state. `key`: the fields of a key."""
        self.keys: list[tuple[Any, ...]] = []
        self._end = 0
        _write(directory / names.entries, self._resumed(directory, names, key, state))
        self._entries, self._rows = (_open(directory / name) for name in names)
        os.ftruncate(self._rows, self._end)

    def _resumed(self, directory: Path, names: _Names, key: Sequence[str], state: str) -> Iterator[bytes]:
        for fields, end in _entries(directory, names):
            if fields.get("state", "") == state:
                self.keys.append(tuple(fields[name] for name in key))
                self._end = end
                yield _line({**fields, "end": end})

    def add(self, fields: dict[str, Any], rows: Sequence[Sequence[str | int]]) -> None:
        """Raises OSError when the disk is full."""
        content = _rows(rows)
        _append(self._rows, content)
        self._end += len(content)
        _append(self._entries, _line({**fields, "end": self._end}))

    def close(self) -> None:
        for file in (self._rows, self._entries):
            os.close(file)
        # A thread that was left waiting for AWS must not write to what these numbers name next.
        self._rows = self._entries = -1


class Journal:
    """The files of a journal. Not thread-safe.

    Attributes:
        account_regions: the accounts and Regions that were read, with `add` of their fields and their nodes.
        patched_nodes: the nodes whose patches were read, likewise.
        instance_account_regions: the accounts and Regions whose instances were read, likewise.
    """

    def __init__(self, directory: Path) -> None:
        """Resumes the existing files, without what could not be read: it is read again."""
        self.account_regions = _RowFile(directory, _Names(ACCOUNT_REGIONS, NODES), (*_ACCOUNT_REGION, "nodes"), READ)
        self.patched_nodes = _RowFile(directory, _Names(PATCHED_NODES, PATCHES), (*_ACCOUNT_REGION, "node_id"))
        self.instance_account_regions = _RowFile(
            directory, _Names(INSTANCE_ACCOUNT_REGIONS, INSTANCES), _ACCOUNT_REGION
        )
        # The sources report problems again.
        _write(directory / PROBLEMS, ())
        self._problems = _open(directory / PROBLEMS)

    def add_problem(self, problem: Problem) -> None:
        """Raises OSError when the disk is full."""
        _append(self._problems, _line(asdict(problem)))

    def close(self) -> None:
        self.account_regions.close()
        self.patched_nodes.close()
        self.instance_account_regions.close()
        os.close(self._problems)
        self._problems = -1


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _entries(directory: Path, names: _Names) -> Iterator[tuple[dict[str, Any], int]]:
    """The complete entries, each with the offset in the file of rows at which its rows end.

    After a crash of the machine, the file of rows may be shorter than was written.
    """
    path, rows = directory / names.entries, directory / names.rows
    if not path.exists() or not rows.exists():
        return
    size = rows.stat().st_size
    with path.open("rb") as file:
        for line in file:
            try:
                fields = json.loads(line) if line.endswith(b"\n") else {}
                end = fields.pop("end")
            except (ValueError, KeyError):
                return
            if end > size:
                return
            yield fields, end


def _rows(rows: Sequence[Sequence[str | int]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return _encoded(text.getvalue())


def _line(fields: dict[str, Any]) -> bytes:
    return _encoded(json.dumps(fields, ensure_ascii=False) + "\n")


def _encoded(text: str) -> bytes:
    # JSON can have lone surrogates, which UTF-8 cannot encode.
    return text.encode("utf-8", "replace")


def _append(file: int, content: bytes) -> None:
    # A write to a nearly full disk can be partial; the next one raises OSError.
    while content:
        content = content[os.write(file, content) :]


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Replaces the file atomically, readable by its owner only."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(lines)
    new.replace(path)
