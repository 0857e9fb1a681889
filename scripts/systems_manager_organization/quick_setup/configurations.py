"""Quick Setup's configurations and their targets, as in a query."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.options import Option
from systems_manager_organization.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

_RULE = (
    "a JSON list of objects with the strings name, type, arn and account_id, the lists organizational_unit_ids "
    "and regions and the object parameters, of which all but name may be left out"
)
_STRINGS = ("name", "type", "arn", "account_id")
_LISTS = ("organizational_unit_ids", "regions")


@dataclass(frozen=True)
class Configuration:
    """A configuration and its targets: organizational units (the root among them), or the account itself.

    Attributes:
        type: for example `AWSQuickSetupType-PatchPolicy`; "" where it does not matter.
        arn: of its configuration manager; "" before there is one.
        parameters: those that Quick Setup gets, as far as they are known.
        creator: of its configuration manager, as part of a sentence; "" where it was not read.
    """

    name: str
    type: str = ""
    organizational_unit_ids: tuple[str, ...] = ()
    account_id: str = ""
    regions: tuple[str, ...] = ()
    arn: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""

    def is_deployed_as(self, deployed: Configuration) -> bool:
        """Whether this is the deployed one, and goes to the same accounts and Regions."""
        return (self.name, self.type, self.account_id) == (deployed.name, deployed.type, deployed.account_id) and (
            (set(self.organizational_unit_ids), set(self.regions))
            == (set(deployed.organizational_unit_ids), set(deployed.regions))
        )


def configurations_key(description: str) -> Option:
    """The key `configurations` of a query."""
    return Option("configurations", description, r"(?s)\[.*\]", _RULE)


def parse_configurations(text: str) -> list[Configuration]:
    """The configurations in the value of `configurations_key`. Raises QueryError."""
    try:
        items = json.loads(text)
    except ValueError as error:
        raise QueryError(f"configurations is not JSON ({error}), but must be {_RULE}.") from error
    if not all(map(_is_configuration, items)):
        raise QueryError(f"configurations must be {_RULE}.")
    return [
        Configuration(
            name=item["name"],
            type=item.get("type") or "",
            organizational_unit_ids=tuple(item.get("organizational_unit_ids") or ()),
            account_id=item.get("account_id") or "",
            regions=tuple(item.get("regions") or ()),
            arn=item.get("arn") or "",
            parameters=item.get("parameters") or {},
        )
        for item in items
    ]


def split(value: str) -> tuple[str, ...]:
    """The items of a comma-separated list of Quick Setup."""
    return tuple(part for part in re.split(r"\s*,\s*", value.strip()) if part)


def _is_configuration(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and bool(item.get("name"))
        and set(item) <= {*_STRINGS, *_LISTS, "parameters"}
        and all(isinstance(item.get(name) or "", str) for name in _STRINGS)
        and all(_is_list_of_strings(item.get(name) or []) for name in _LISTS)
        and _is_map_of_strings(item.get("parameters") or {})
    )


def _is_list_of_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_map_of_strings(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
