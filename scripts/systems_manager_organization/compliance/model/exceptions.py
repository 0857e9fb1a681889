"""Exceptions: patches that somebody accepts until a day, from a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from systems_manager_organization.compliance.model import scopes
from systems_manager_organization.errors import UsageError

_WHAT = ("patches", "cves")
_REQUIRED, _OPTIONAL = ("reason", "owner", "expires"), ("ticket",)
_KEYS = (*_WHAT, *scopes.KEYS, *_REQUIRED, *_OPTIONAL)
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
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
    try:
        document = json.loads(Path(name).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        text = getattr(error, "strerror", None) or f"it is no JSON: {error}"
        raise UsageError(f'exceptions is "{name}", but cannot be read: {text}.') from error
    entries = document.get("exceptions") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f'{name} must be an object with a list "exceptions": {{"exceptions": [{{…}}]}}.')
    return tuple(_exception(name, number, entry) for number, entry in enumerate(entries, 1))


def _exception(name: str, number: int, entry: Any) -> PatchException:
    def refuse(rule: str) -> UsageError:
        return UsageError(f"{name}, entry {number}: {rule}")

    if not isinstance(entry, dict):
        raise refuse("it must be an object, with patches or cves, expires, owner and reason.")
    if unknown := [key for key in entry if key not in _KEYS]:
        raise refuse(f"{', '.join(unknown)} is unknown: use {', '.join(_KEYS)}.")
    if not any(key in entry for key in _WHAT):
        raise refuse('it accepts everything: name patches or cves, for example "patches": ["kernel.x86_64*"].')
    lists = scopes.lists_of(entry, (*_WHAT, *scopes.KEYS), refuse)
    if bad := [cve for cve in lists.get("cves", ()) if not _CVE.fullmatch(cve)]:
        raise refuse(f'cves has "{bad[0]}", but must have ids such as CVE-2026-12345, without globs.')
    texts = {}
    for key in (*_REQUIRED, *_OPTIONAL):
        texts[key] = entry.get(key, "")
        if not isinstance(texts[key], str) or (key in _REQUIRED and not texts[key].strip()):
            rule = "a date, so that nothing is accepted for ever" if key == "expires" else "a text that is not empty"
            raise refuse(f"{key} is {json.dumps(entry.get(key))}, but must be {rule}.")
    return PatchException(number, _day(texts["expires"], refuse), texts["owner"], texts["reason"], lists)


def _day(text: str, refuse: Any) -> str:
    try:
        # Python 3.11 takes other forms too, such as 20261231.
        return date(*map(int, _DATE.fullmatch(text).groups())).isoformat()  # type: ignore[union-attr]
    except (AttributeError, ValueError) as error:
        raise refuse(f'expires is "{text}", but must be a day that exists, such as "2026-12-31".') from error
