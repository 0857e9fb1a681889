"""Owners of nodes, from a file that somebody keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model import scopes
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class OwnerRule:
    """An entry: the owner of the nodes that all of its lists match."""

    owner: str
    lists: Mapping[str, tuple[str, ...]]


def read_owners(name: str) -> tuple[OwnerRule, ...]:
    """The entries of a file in JSON. Raises UsageError, which names the file, the entry, the rule and what to do."""
    try:
        document = json.loads(Path(name).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        text = getattr(error, "strerror", None) or f"it is no JSON: {error}"
        raise UsageError(f'owners is "{name}", but cannot be read: {text}.') from error
    entries = document.get("owners") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f'{name} must be an object with a list "owners": {{"owners": [{{…}}]}}.')
    return tuple(_rule(name, number, entry) for number, entry in enumerate(entries, 1))


def _rule(name: str, number: int, entry: Any) -> OwnerRule:
    def refuse(rule: str) -> UsageError:
        return UsageError(f"{name}, entry {number}: {rule}")

    keys = ("owner", *scopes.KEYS)
    if not isinstance(entry, dict):
        raise refuse("it must be an object, with owner and what it owns.")
    if unknown := [key for key in entry if key not in keys]:
        raise refuse(f"{', '.join(unknown)} is unknown: use {', '.join(keys)}.")
    owner = entry.get("owner")
    if not isinstance(owner, str) or not owner.strip():
        raise refuse(f"owner is {json.dumps(owner)}, but must be a text that is not empty.")
    return OwnerRule(owner, scopes.lists_of(entry, scopes.KEYS, refuse))
