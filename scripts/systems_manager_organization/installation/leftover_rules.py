"""What stays of Quick Setup's configurations when they are deleted, by the facts of AWS's documents."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from systems_manager_organization.quick_setup.documents import resources, types_that_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Beside the facts of AWS's documents, which have no code.
_MADE_BY_CODE = Path(__file__).parents[1] / "quick_setup" / "made_by_code.json"
_RETAINED_KINDS = {"AWS::Logs::LogGroup": "log_group", "AWS::S3::Bucket": "bucket"}


@dataclass(frozen=True)
class Rule:
    """Something that stays.

    Attributes:
        name: regular expression; the group `id` is the configuration's id.
        value: regular expression of a setting's value; "": any that is not the default.
        types: the types that make it.
        source: where AWS shows that it stays.
    """

    kind: str
    name: str
    types: tuple[str, ...]
    source: str
    value: str = ""


def rules() -> list[Rule]:
    """What AWS's templates retain, and what functions and automations make that nothing deletes."""
    retained = [
        Rule(_RETAINED_KINDS[item["type"]], _pattern(item["name"]), (type_name,), "DeletionPolicy of its template")
        for type_name, item in resources()
        if item.get("deletion_policy") == "Retain"
    ]
    declared = {rule.name for rule in retained}
    logs = [
        Rule("log_group", name, (type_name,), "Lambda makes the log group of a function that has none")
        for type_name, item in resources()
        if item["type"] == "AWS::Lambda::Function"
        and (name := re.escape("/aws/lambda/") + _pattern(item["name"])) not in declared
    ]
    return list(dict.fromkeys((*retained, *logs, *_made_by_code())))


def _made_by_code() -> Iterator[Rule]:
    """Several codes make the same: its types are those of all."""
    entries = json.loads(_MADE_BY_CODE.read_text(encoding="utf-8"))
    types: dict[str, set[str]] = {}
    sources: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        for item in entry["makes"]:
            # Trusted access makes the shared one too, so that nobody knows whose it is.
            if not item.get("deleted") and not item.get("shared"):
                key = f"{item['kind']} {item['name']}"
                types.setdefault(key, set()).update(entry.get("types") or types_that_run(entry["code"]))
                sources.setdefault(key, {**item, "source": entry["code"]})
    for key, item in sources.items():
        is_setting = item["kind"] == "setting"
        yield Rule(
            item["kind"],
            item["name"] if is_setting else _pattern({"Fn::Sub": item["name"]}),
            tuple(sorted(types[key])),
            item["source"],
            f".*{_pattern({'Fn::Sub': item['value']})}" if "value" in item else "",
        )


def _pattern(expression: Any) -> str:
    """The regular expression of a name in a template."""
    if isinstance(expression, str):
        return re.escape(expression)
    ((function, value),) = expression.items()
    if function == "Fn::Sub":
        parts = re.split(r"\$\{(.+?)\}", value)
        return "".join(_variable(part) if number % 2 else re.escape(part) for number, part in enumerate(parts))
    if function == "Fn::Join":
        separator, parts = value
        return re.escape(str(separator)).join(map(_pattern, parts))
    return _variable(value) if function == "Ref" else "[a-z0-9]+"


def _variable(name: str) -> str:
    return "(?P<id>[a-z0-9]+)" if name == "QSConfigurationId" else "[A-Za-z0-9-]+?"
