"""An append-only journal of results: an interrupted run loses no complete place.

A place's nodes are appended to one file, and then the place to another, with the offset at which its nodes end. A place
is complete if its line is complete and the file of nodes is as long as the offset; the rest is truncated.
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.columns import READ

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.compliance.sources.result_sink import Problem

NODES, PLACES, PROBLEMS = "nodes.csv", "places.json", "problems.json"


@dataclass(frozen=True)
class Entry:
    """A place of the journal. `end`: the offset in the file of nodes at which its nodes end."""

    fields: dict[str, Any]
    end: int

    @property
    def account_region(self) -> tuple[str, str]:
        return self.fields["account_id"], self.fields["region"]


class Journal:
    """The files of a journal. Not thread-safe."""

    def __init__(self, directory: Path) -> None:
        """Resumes the existing files, without the places that could not be read: they are read again."""
        self.entries = [entry for entry in _entries(directory) if entry.fields["state"] == READ]
        self._end = self.entries[-1].end if self.entries else 0
        _write(directory / PLACES, b"".join(_line({**entry.fields, "end": entry.end}) for entry in self.entries))
        # The sources report problems again.
        _write(directory / PROBLEMS, b"")
        self._nodes, self._places, self._problems = (
            os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for name in (NODES, PLACES, PROBLEMS)
        )
        os.ftruncate(self._nodes, self._end)

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node]) -> None:
        """Raises OSError when the disk is full."""
        rows = _rows(nodes)
        _append(self._nodes, rows)
        self._end += len(rows)
        _append(self._places, _line({**asdict(result), "nodes": len(nodes), "end": self._end}))

    def add_problem(self, problem: Problem) -> None:
        """Raises OSError when the disk is full."""
        _append(self._problems, _line(asdict(problem)))

    def close(self) -> None:
        for file in (self._nodes, self._places, self._problems):
            os.close(file)
        # A thread that was left waiting for AWS must not write to what these numbers name next.
        self._nodes = self._places = self._problems = -1


def _entries(directory: Path) -> Iterator[Entry]:
    """The complete places. After a crash of the machine, the file of nodes may be shorter than was written."""
    path, nodes = directory / PLACES, directory / NODES
    if not path.exists() or not nodes.exists():
        return
    size = nodes.stat().st_size
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


def _rows(nodes: Sequence[Node]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(nodes)
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
