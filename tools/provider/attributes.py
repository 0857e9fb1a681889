"""The schema of a version of the AWS provider: resources and data sources, with their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

_FLAGS = ("required", "optional", "computed", "map", "deprecated")


@dataclass(frozen=True)
class Attribute:
    """An argument, an attribute or a nested block, or a whole resource.

    `flags`: some of required, optional, computed, map (of any key) and deprecated. `inside`: nested attributes by name;
    empty for a primitive value.
    """

    flags: frozenset[str]
    inside: Mapping[str, Attribute] = field(default_factory=dict)

    @property
    def is_settable(self) -> bool:
        return bool(self.flags & {"required", "optional"})


Schemas: TypeAlias = Mapping[str, Attribute]
"""By address without a name: `aws_iam_role`, `data.aws_region`."""


def from_document(document: Mapping[str, Any]) -> dict[str, Attribute]:
    """Schemas from the JSON of `to_document`."""
    return {name: _attribute(value) for name, value in document.items()}


def to_document(schemas: Schemas) -> dict[str, Any]:
    """Schemas as JSON: a string of flags, or a list of flags and nested attributes."""
    return {name: _value(attribute) for name, attribute in sorted(schemas.items())}


def from_terraform(provider: Mapping[str, Any]) -> dict[str, Attribute]:
    """Schemas from one provider of `terraform providers schema -json`.

    https://developer.hashicorp.com/terraform/cli/commands/providers/schema#providers-schema-representation
    """
    resources = {name: _block(schema["block"]) for name, schema in provider["resource_schemas"].items()}
    data_sources = {f"data.{name}": _block(schema["block"]) for name, schema in provider["data_source_schemas"].items()}
    return resources | data_sources


def _attribute(value: Any) -> Attribute:
    flags, inside = (value, {}) if isinstance(value, str) else value
    return Attribute(frozenset(flags.split()), from_document(inside))


def _value(attribute: Attribute) -> Any:
    flags = " ".join(flag for flag in _FLAGS if flag in attribute.flags)
    return [flags, to_document(attribute.inside)] if attribute.inside else flags


def _block(block: Mapping[str, Any]) -> Attribute:
    attributes = {name: _described(definition) for name, definition in block.get("attributes", {}).items()}
    nested = {name: _nested(definition) for name, definition in block.get("block_types", {}).items()}
    return Attribute(_flags(block), attributes | nested)


def _nested(definition: Mapping[str, Any]) -> Attribute:
    block = _block(definition["block"])
    return replace(block, flags=block.flags | {"required" if definition.get("min_items") else "optional"})


def _described(definition: Mapping[str, Any]) -> Attribute:
    if "nested_type" in definition:
        return replace(_block(definition["nested_type"]), flags=_flags(definition))
    return _typed(definition["type"], _flags(definition))


def _typed(type_: Any, flags: frozenset[str]) -> Attribute:
    match type_:
        case ["map", _]:
            return Attribute(flags | {"map"})
        case ["list" | "set", element]:
            return _typed(element, flags)
        case ["object", fields, *_]:
            return Attribute(flags, {name: _typed(element, flags) for name, element in fields.items()})
        case _:
            return Attribute(flags)


def _flags(definition: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(flag for flag in _FLAGS if definition.get(flag))
