"""Files in JSON that somebody keeps: an object with one list, whose entries have known keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.input_file import errors_of_input, input_path
from systems_manager_organization.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import TypeAlias

    Refuse: TypeAlias = Callable[[str], UsageError]
    """Makes the error for an entry, from the rule that it breaks."""


def read_entries(
    name: str, key: str, keys: Collection[str], what: str, *, option: str = ""
) -> Iterator[tuple[int, Mapping[str, Any], Refuse]]:
    """The entries of the list `key`, each with its number, from 1.

    Args:
        name: the file.
        keys: those that an entry may have.
        what: which of them it has, for the message.
        option: that names the file; default: `key`.

    Raises UsageError, which names the file, the entry, the rule and what to do.
    """
    option = option or key
    with errors_of_input(name, option):
        text = input_path(name, option).read_text(encoding="utf-8")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f'{option} is "{name}", but cannot be read: it is no JSON: {error}.') from error
    entries = document.get(key) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f'{name} must be an object with a list "{key}": {{"{key}": [{{…}}]}}.')
    for number, entry in enumerate(entries, 1):
        refuse = _refusal(name, number)
        if not isinstance(entry, dict):
            raise refuse(f"it must be an object, with {what}.")
        if unknown := [found for found in entry if found not in keys]:
            raise refuse(f"{', '.join(unknown)} is unknown: use {', '.join(keys)}.")
        yield number, entry, refuse


def _refusal(name: str, number: int) -> Refuse:
    return lambda rule: UsageError(f"{name}, entry {number}: {rule}")
