"""Current settings and their records, with which a plan compares its inputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.options import Option
from systems_manager_organization.errors import QueryError
from systems_manager_organization.installation.setting_kinds import KINDS
from systems_manager_organization.settings.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from systems_manager_organization.settings.records import Record, Records

_RULE = (
    "a JSON list of objects with the string key (KIND/NAME, for example trusted-access/ssm.amazonaws.com) and the "
    "optional strings subject, value and specification"
)
_MEMBERS = frozenset({"key", "subject", "value", "specification"})

SETTINGS = Option("settings", "the settings", r"(?s)\[.*\]", _RULE, default="[]")


def parse_settings(text: str) -> list[Setting]:
    """The settings in the value of SETTINGS. Raises QueryError."""
    try:
        items = json.loads(text)
    except ValueError as error:
        raise QueryError(f"settings is not JSON ({error}), but must be {_RULE}.") from error
    if not all(map(_is_setting, items)):
        raise QueryError(f"settings must be {_RULE}; the kinds are {', '.join(KINDS)}.")
    return [Setting(**item) for item in items]


def _is_setting(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and {"key"} <= set(item) <= _MEMBERS
        and all(isinstance(value, str) for value in item.values())
        and item["key"].partition("/")[0] in KINDS
    )


def observe_settings(
    values: Mapping[str, str], records: Records, settings: Sequence[Setting]
) -> dict[str, dict[str, Any]]:
    """The current state of each setting, by key; `values` are the current ones, by key:

    - `value`: its current value
    - `previous`: its value before any installation of the module changed it
    - `change`: the change that led to `value`, as the plan showed it; "" if it is incomplete or not this installation's
    - `superseded`: the change back of the previous subject, if the installation now has another; else ""
    - `others`: list of `{installation, value}`, of other installations that have the setting as well
    """
    return {setting.key: _observed(records, setting, values[setting.key]) for setting in settings}


def _observed(records: Records, setting: Setting, value: str) -> dict[str, Any]:
    own = records.own.get(setting.key)
    is_own = own is not None and own.subject == setting.subject and not own.reverted
    others = records.records_of_others(setting.key, setting.subject)
    return {
        "value": value,
        "previous": own.previous if own and is_own else _previous(others.values(), value),
        "change": own.change if own and is_own and own.value == value else "",
        "superseded": _superseded(own, setting) if own else "",
        "others": [{"installation": name, "value": record.value} for name, record in sorted(others.items())],
    }


def _previous(others: Iterable[Record], value: str) -> str:
    """The value before another installation set it: the last installation restores it."""
    return next((record.previous for record in others if record.value == value), value)


def _superseded(own: Record, setting: Setting) -> str:
    if own.reverted or own.subject == setting.subject or not own.subject:
        return ""
    return f"{own.subject}: {own.value} -> {own.previous}; {setting.subject}: "


def no_longer_wanted(records: Records, settings: Iterable[Setting]) -> dict[str, dict[str, str]]:
    """Recorded settings that are no longer desired, by key: `{from, to, change}`.

    `change` is "" until it is changed back, and then the change as the plan showed it.
    """
    desired = {setting.key for setting in settings}
    return {
        key: {
            "from": record.value,
            "to": record.value if record.retained else record.previous,
            "change": record.change if record.reverted else "",
        }
        for key, record in records.own.items()
        if key not in desired
    }
