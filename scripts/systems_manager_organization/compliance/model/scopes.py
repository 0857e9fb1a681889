"""Which nodes an entry of a file is about: lists of globs over their account, unit, Region, name, platform or tags."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from systems_manager_organization.cli.entries import Refuse

# Lists of globs, and the columns of a node or patch that each is about.
COLUMNS = {
    "accounts": ("account_id",),
    "organizational_units": ("organizational_unit",),
    "regions": ("region",),
    "nodes": ("node_id", "computer_name"),
    "platforms": ("platform_type",),
    "patch_groups": ("patch_group",),
}
TAGS = "tags"
KEYS = (*COLUMNS, TAGS)
# A key has no globs, so that it is known which tags to read.
TAG = re.compile(r"[^=*?\[\]]{1,128}=.*")
TAG_RULE = 'must have tags as KEY=VALUE, with globs in the value: "Team=shop-*"'
TAG_LIST = """from_json(coalesce(nullif(tags, ''), '[]'), '["VARCHAR"]')"""


def lists_of(entry: Mapping[str, Any], keys: Iterable[str], refuse: Refuse) -> dict[str, tuple[str, ...]]:
    """The lists of an entry. Raises what `refuse` makes of the rule that one breaks."""
    lists = {}
    for key in keys:
        if key in entry:
            value = entry[key]
            if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
                raise refuse(f'{key} is {json.dumps(value)}, but must be a list of texts: "{key}": ["…"].')
            lists[key] = tuple(value)
    if bad := [tag for tag in lists.get(TAGS, ()) if not TAG.fullmatch(tag)]:
        raise refuse(f'tags has "{bad[0]}", but {TAG_RULE}.')
    return lists


def tag_keys(tags: Iterable[str]) -> set[str]:
    """The keys of `KEY=GLOB`."""
    return {tag.partition("=")[0] for tag in tags}


def condition(
    lists: Mapping[str, tuple[str, ...]], columns: Mapping[str, tuple[str, ...]] = COLUMNS
) -> tuple[str, list[str]]:
    """SQL with its parameters. All lists must match; of one, any of its items."""
    parts: list[str] = []
    parameters: list[str] = []
    for name, items in lists.items():
        if name == TAGS:
            each = f"len(list_filter({TAG_LIST}, lambda tag: tag GLOB ?)) > 0"
            parts.append(f"({' OR '.join(each for _ in items)})")
            parameters += items
            continue
        globs = [(column, item) for column in columns[name] for item in items]
        parts.append(f"({' OR '.join(f'{column} GLOB ?' for column, _ in globs)})")
        parameters += [item for _, item in globs]
    return " AND ".join(parts) or "true", parameters
