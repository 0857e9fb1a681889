"""Which part of the version a change of the interface asks for: https://semver.org."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from tools.interface.read import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Part(IntEnum):
    """A part of a version, the least first."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True)
class Change:
    """A difference, and the part of the version that must rise with it."""

    part: Part
    text: str


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """By name. A new address, and an address that is moved, change nothing for users."""
    for name in sorted({*before, *after}):
        if name not in after:
            # Also what was moved: a state of before may still have it.
            yield Change(Part.MAJOR, f"removed: {name}")
        elif name not in before:
            yield _added(name, after[name], before)
        elif before[name] != after[name]:
            yield _changed(name, before[name], after[name])


def _added(name: str, promise: str, before: Mapping[str, str]) -> Change:
    # What a new module, input or command requires asks nothing of those who do not use it.
    if promise.startswith(REQUIRED) and _parent(name) in before:
        return Change(Part.MAJOR, f"added, and {promise}: {name}")
    # UPGRADING.md: a new finding is a warning.
    if promise == "error":
        return Change(Part.MAJOR, f"added as an error: {name}")
    return Change(Part.PATCH if " address " in name else Part.MINOR, f"added: {name}")


def _changed(name: str, former: str, present: str) -> Change:
    if present == "moved":
        return Change(Part.PATCH, f"moved: {name}")
    is_milder = (former, present) == ("error", "warning")
    return Change(Part.MINOR if is_milder else Part.MAJOR, f"changed from {former} to {present}: {name}")


def _parent(name: str) -> str:
    """What has the input, field or option of this name."""
    kind, _, field = name.rpartition(" ")
    if "." not in field or field.startswith("--"):
        return kind.removesuffix(" input")
    return f"{kind} {field.rpartition('.')[0].rstrip('[]')}"


def needed(found: Iterable[Change]) -> Part:
    """The part that must rise with all of them."""
    return max((change.part for change in found), default=Part.PATCH)


def rises(before: str, after: str) -> Part | None:
    """The part of the version that is higher, None if none is. Both are MAJOR.MINOR.PATCH."""
    old, new = ([int(number) for number in version.split(".")] for version in (before, after))
    for part, former, present in zip(sorted(Part, reverse=True), old, new, strict=True):
        if former != present:
            return part if present > former else None
    return None
