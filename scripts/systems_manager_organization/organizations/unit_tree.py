"""Organizational units with their paths, and those that are nearest to one that does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.aws.session import AwsSession

# AWS allows five calls of ListOrganizationalUnitsForParent a second, and one lists the children of one unit.
_MAX_LISTED = 50
_MAX_MATCHES = 3
_NAME_CUTOFF = 0.75
# Ids of one organization have their first half in common.
_ID_CUTOFF = 0.85


@dataclass(frozen=True)
class Unit:
    """A root or organizational unit. `path` begins with the root's name: `Root/Workloads/Production`."""

    id: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def __str__(self) -> str:
        return f'"{self.path}" ({self.id})'


def get_root(aws: AwsSession) -> Unit:
    """The organization's only root. Raises ScriptError."""
    # "Currently, you can have only one root": https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
    # A page of it may be empty, and another one follow.
    root = next(aws.paginate(aws.organizations.list_roots))
    return Unit(root["Id"], root["Name"])


def list_children(aws: AwsSession, parent: Unit) -> list[Unit]:
    """The organizational units directly below. Raises ScriptError."""
    listed = aws.paginate(aws.organizations.list_organizational_units_for_parent, ParentId=parent.id)
    return [Unit(child["Id"], f"{parent.path}/{child['Name']}") for child in listed]


def nearest_units(aws: AwsSession, requested: str) -> list[Unit]:
    """At most three units whose id, path or name is like this one, the most alike first.

    In a large organization, the first fifty units, level by level, and their children are compared. Raises ScriptError.
    """
    units = [get_root(aws)]
    # The list grows while it is read.
    for unit in islice(units, _MAX_LISTED):
        units += list_children(aws, unit)
    return nearest_of(requested, units)


def nearest_of(requested: str, units: Iterable[Unit]) -> list[Unit]:
    """At most three of these units whose id or name is like this one or the last of this path, the most alike first."""
    by_name: dict[str, list[Unit]] = {}
    for unit in units:
        for name in (unit.id, unit.name.casefold()):
            by_name.setdefault(name, []).append(unit)
    path = requested.casefold()
    cutoff = _ID_CUTOFF if path.startswith("ou-") else _NAME_CUTOFF
    matches = get_close_matches(path.rpartition("/")[2], by_name, _MAX_MATCHES, cutoff)
    found = [unit for match in matches for unit in by_name[match]]
    if "/" in path:
        found.sort(key=lambda unit: SequenceMatcher(None, path, unit.path.casefold()).ratio(), reverse=True)
    return found[:_MAX_MATCHES]


def suggest_units(units: Iterable[Unit]) -> str:
    """` Did you mean "Root/Workloads" (ou-ab12-34cd56ef)?`, or nothing."""
    names = " or ".join(map(str, units))
    return f" Did you mean {names}?" if names else ""
