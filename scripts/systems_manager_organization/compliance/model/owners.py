"""Owners of nodes, from a file that somebody keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.entries import read_entries
from systems_manager_organization.compliance.model import scopes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.cli.entries import Refuse


@dataclass(frozen=True)
class OwnerRule:
    """An entry: the owner of the nodes that all of its lists match."""

    owner: str
    lists: Mapping[str, tuple[str, ...]]


def read_owners(name: str) -> tuple[OwnerRule, ...]:
    """The entries of a file in JSON. Raises UsageError, which names the file, the entry, the rule and what to do."""
    entries = read_entries(name, "owners", ("owner", *scopes.KEYS), "owner and what it owns")
    return tuple(_rule(entry, refuse) for _, entry, refuse in entries)


def _rule(entry: Mapping[str, Any], refuse: Refuse) -> OwnerRule:
    owner = entry.get("owner")
    if not isinstance(owner, str) or not owner.strip():
        raise refuse(f"owner is {json.dumps(owner)}, but must be a text that is not empty.")
    return OwnerRule(owner, scopes.lists_of(entry, scopes.KEYS, refuse))
