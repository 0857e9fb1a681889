"""The assumptions about AWS: what the register says of each, and the marks in the code."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import yaml

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REGISTER = REPOSITORY / "tools" / "assumptions" / "register.yaml"

OPEN, SETTLED, REFUTED = STATES = ("open", "settled", "refuted")

# Pages about marks, and the code and tests of this command, have the word without being one.
_NO_MARKS = ("*.md", "tools/assumptions/", "tests/tools_tests/test_assumptions.py")
_WORD = re.compile(r"\bASSUMPTION\b(?:\(([a-z0-9-]+)\))?")


class RegisterError(Exception):
    """The register cannot be read; the message has the reason."""


@dataclass(frozen=True)
class Assumption:
    """What is assumed about AWS.

    Attributes:
        depends: how much of the project depends on it.
        if_wrong: what a user would notice.
        settle: how an open one can be settled.
        source: what settled or refuted it.
        where: for one that depends on no line that can have a mark.
    """

    id: str
    state: str
    assumed: str
    depends: str
    if_wrong: str
    settle: str = ""
    source: str = ""
    where: str = ""


@dataclass(frozen=True)
class Mark:
    """The word ASSUMPTION in a file. The id is None where none follows it."""

    file: str
    line: int
    id: str | None


def load(register: Path = REGISTER) -> dict[str, Assumption]:
    """The assumptions by id. Raises RegisterError."""
    known = {field.name for field in fields(Assumption)}
    assumptions = {}
    for id_, found in yaml.safe_load(register.read_text(encoding="utf-8")).items():
        unknown = sorted(set(found) - known)
        if unknown:
            raise RegisterError(f"{register.name}: {id_} has the unknown keys {', '.join(unknown)}.")
        try:
            assumptions[id_] = Assumption(id=id_, **found)
        except TypeError as error:
            raise RegisterError(f"{register.name}: {id_} lacks a key: {error}") from error
        _require_complete(assumptions[id_], register)
    return assumptions


def _require_complete(assumption: Assumption, register: Path) -> None:
    if assumption.state not in STATES:
        raise RegisterError(f"{register.name}: the state of {assumption.id} must be one of {', '.join(STATES)}.")
    needed = "settle" if assumption.state == OPEN else "source"
    if not getattr(assumption, needed):
        raise RegisterError(f"{register.name}: {assumption.id} is {assumption.state} and needs the key {needed}.")


def find_marks(repository: Path = REPOSITORY) -> list[Mark]:
    """The marks in all files that Git knows or could add, by file and line."""
    command = ["git", "grep", "--untracked", "-nwI", "ASSUMPTION", "--", ".", *(f":!{path}" for path in _NO_MARKS)]
    found = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    if found.returncode > 1:
        raise RegisterError(f"git grep failed: {found.stderr.strip()}")
    return [mark for line in found.stdout.splitlines() for mark in _marks(line)]


def _marks(line: str) -> Iterator[Mark]:
    file, number, text = line.split(":", 2)
    for match in _WORD.finditer(text):
        yield Mark(file, int(number), match.group(1))


def places(marks: list[Mark]) -> dict[str, Counter[str]]:
    """How many marks each file has, by id."""
    found: dict[str, Counter[str]] = {}
    for mark in marks:
        found.setdefault(mark.id or "", Counter())[mark.file] += 1
    return found


def problems(assumptions: Mapping[str, Assumption], marks: list[Mark]) -> Iterator[str]:
    """What somebody must do about marks without an entry and entries without a mark."""
    for mark in marks:
        place = f"{mark.file}:{mark.line}"
        if mark.id is None:
            yield f"{place} has an ASSUMPTION without an id: write ASSUMPTION(id), with an id of {REGISTER.name}."
        elif mark.id not in assumptions:
            yield f"{place} has ASSUMPTION({mark.id}), which {REGISTER.name} lacks: add the id, or correct it."
    marked = {mark.id for mark in marks}
    for assumption in assumptions.values():
        if assumption.state == OPEN and assumption.id not in marked and not assumption.where:
            yield (
                f"{REGISTER.name} has {assumption.id}, of which no code has the mark: mark what depends on it, "
                "or remove the entry."
            )
