"""Exceptions: patches that somebody accepts until a day, from a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.entries import read_entries
from systems_manager_organization.compliance.model import scopes
from systems_manager_organization.compliance.model.patches import CVE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.cli.entries import Refuse

_WHAT = ("patches", "cves")
_REQUIRED, _OPTIONAL = ("reason", "owner", "expires"), ("ticket",)
_KEYS = (*_WHAT, *scopes.KEYS, *_REQUIRED, *_OPTIONAL)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class PatchException:
    """An entry. `number`: its position in the file, from 1; `expires`: the last day on which it counts, in UTC."""

    number: int
    expires: str
    owner: str
    reason: str
    lists: dict[str, tuple[str, ...]]

    def is_expired(self, now: str) -> bool:
        """`now`: as `node.time_text` has it."""
        return self.expires < now[: len(self.expires)]

    @property
    def tag_keys(self) -> set[str]:
        """The tags that have to be read for it."""
        return scopes.tag_keys(self.lists.get(scopes.TAGS, ()))

    @property
    def subject(self) -> str:
        """What it accepts."""
        return ", ".join(item for name in _WHAT for item in self.lists.get(name, ()))

    def condition(self) -> tuple[str, list[Any]]:
        """SQL over a patch and its node, with its parameters. All lists must match; of one, any of its items.

        A patch is accepted by its CVEs when every one of them is: with the others, the node stays vulnerable.
        """
        lists = dict(self.lists)
        cves = lists.pop("cves", ())
        condition, parameters = scopes.condition(lists, {"patches": ("patch_id", "title"), **scopes.COLUMNS})
        if not cves:
            return condition, list(parameters)
        return f"{condition} AND list_has_all(?, string_split(cve_ids, ','))", [*parameters, list(cves)]


def read_exceptions(name: str) -> tuple[PatchException, ...]:
    """The entries of a file in JSON. Raises UsageError, which names the file, the entry, the rule and what to do."""
    entries = read_entries(name, "exceptions", _KEYS, "patches or cves, expires, owner and reason")
    return tuple(_exception(number, entry, refuse) for number, entry, refuse in entries)


def _exception(number: int, entry: Mapping[str, Any], refuse: Refuse) -> PatchException:
    if not any(key in entry for key in _WHAT):
        raise refuse('it accepts everything: name patches or cves, for example "patches": ["kernel.x86_64*"].')
    lists = scopes.lists_of(entry, (*_WHAT, *scopes.KEYS), refuse)
    if bad := [cve for cve in lists.get("cves", ()) if not CVE.fullmatch(cve)]:
        raise refuse(f'cves has "{bad[0]}", but must have ids such as CVE-2026-12345, without globs.')
    texts = {}
    for key in (*_REQUIRED, *_OPTIONAL):
        texts[key] = entry.get(key, "")
        if not isinstance(texts[key], str) or (key in _REQUIRED and not texts[key].strip()):
            rule = "a date, so that nothing is accepted for ever" if key == "expires" else "a text that is not empty"
            raise refuse(f"{key} is {json.dumps(entry.get(key))}, but must be {rule}.")
    return PatchException(number, _day(texts["expires"], refuse), texts["owner"], texts["reason"], lists)


def _day(text: str, refuse: Refuse) -> str:
    try:
        # Python 3.11 takes other forms too, such as 20261231.
        return date(*map(int, _DATE.fullmatch(text).groups())).isoformat()  # type: ignore[union-attr]
    except (AttributeError, ValueError) as error:
        raise refuse(f'expires is "{text}", but must be a day that exists, such as "2026-12-31".') from error
