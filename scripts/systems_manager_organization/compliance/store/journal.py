"""An append-only journal of results: an interrupted run loses no complete entry.

The rows of an entry, as the nodes of a place, are appended to one file, and then the entry to another, with the offset
at which its rows end. An entry is complete if its line is complete and the file of rows is as long as the offset; the
rest is truncated.
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from systems_manager_organization.compliance.model.columns import READ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from systems_manager_organization.compliance.sources.result_sink import Problem

NODES, PLACES, PROBLEMS = "nodes.csv", "places.json", "problems.json"
PATCHES, PATCHED_NODES = "patches.csv", "patched_nodes.json"
INSTANCES, INSTANCE_PLACES = "instances.csv", "instance_places.json"
FILES = (NODES, PLACES, PROBLEMS, PATCHES, PATCHED_NODES, INSTANCES, INSTANCE_PLACES)


@dataclass(frozen=True)
class Entry:
    """An entry. `end`: the offset in the file of rows at which its rows end."""

    fields: dict[str, Any]
    end: int


class _Names(NamedTuple):
    entries: str
    rows: str


class _RowFile:
    """Entries with rows. Not thread-safe."""

    def __init__(self, directory: Path, names: _Names, keep: Callable[[dict[str, Any]], bool]) -> None:
        """Resumes the existing files, without the entries that are not to be kept."""
        self.entries = [entry for entry in _entries(directory, names) if keep(entry.fields)]
        self._end = self.entries[-1].end if self.entries else 0
        _write(directory / names.entries, b"".join(_line({**one.fields, "end": one.end}) for one in self.entries))
        self._entries, self._rows = (_open(directory / name) for name in names)
        os.ftruncate(self._rows, self._end)

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
        places: the places that were read, with `add` of their fields and their nodes.
        patched_nodes: the nodes whose patches were read, likewise.
        instance_places: the places whose instances were read, likewise.
    """

    def __init__(self, directory: Path) -> None:
        """Resumes the existing files, without the places that could not be read: they are read again."""
        self.places = _RowFile(directory, _Names(PLACES, NODES), lambda fields: bool(fields["state"] == READ))
        self.patched_nodes = _RowFile(directory, _Names(PATCHED_NODES, PATCHES), lambda _fields: True)
        self.instance_places = _RowFile(directory, _Names(INSTANCE_PLACES, INSTANCES), lambda _fields: True)
        # The sources report problems again.
        _write(directory / PROBLEMS, b"")
        self._problems = _open(directory / PROBLEMS)

    def add_problem(self, problem: Problem) -> None:
        """Raises OSError when the disk is full."""
        _append(self._problems, _line(asdict(problem)))

    def close(self) -> None:
        self.places.close()
        self.patched_nodes.close()
        self.instance_places.close()
        os.close(self._problems)
        self._problems = -1


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _entries(directory: Path, names: _Names) -> Iterator[Entry]:
    """The complete entries. After a crash of the machine, the file of rows may be shorter than was written."""
    path, rows = directory / names.entries, directory / names.rows
    if not path.exists() or not rows.exists():
        return
    size = rows.stat().st_size
    with path.open("rb") as file:
        for line in file:
            entry = _entry(line)
            if entry is None or entry.end > size:
                return
            yield entry


def _entry(line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    try:
        fields = json.loads(line)
        return Entry(fields, fields.pop("end"))
    except (ValueError, KeyError):
        return None


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


def _write(path: Path, content: bytes) -> None:
    """Replaces the file atomically, readable by its owner only."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
