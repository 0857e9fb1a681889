"""Checks the use of the provider in the Terraform files against the schema of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.provider.attributes import Attribute, Schemas
    from tools.provider.usage import Setting, Usage


def problems(usage: Usage, schemas: Schemas) -> list[str]:
    """Error messages: removed, renamed, no longer settable, newly required."""
    found = [problem for setting in usage.settings for problem in _setting(setting, schemas)]
    for reading in usage.readings:
        missing = _missing(schemas, reading.address, reading.path)
        if missing:
            found.append(f"{reading.file} reads {missing}, which does not exist.")
    return sorted(set(found))


def deprecated(usage: Usage, schemas: Schemas) -> list[str]:
    """What is used and deprecated according to the schemas."""
    return sorted(name for name in usage.names if _is_deprecated(name, schemas))


def _setting(setting: Setting, schemas: Schemas) -> Iterator[str]:
    missing = _missing(schemas, setting.address, setting.path)
    if missing:
        yield f"{setting.file} has {missing}, which does not exist."
        return
    where = ".".join([setting.address, *setting.path])
    offered = _find(schemas, setting.address, setting.path).inside
    for name in setting.names:
        if name not in offered:
            yield f"{setting.file} sets {where}.{name}, which does not exist."
        elif not offered[name].is_settable:
            yield f"{setting.file} sets {where}.{name}, which can only be read."
    for name, attribute in offered.items():
        if "required" in attribute.flags and name not in setting.names:
            yield f"{setting.file} leaves out {where}.{name}, which is required."


def _missing(schemas: Schemas, address: str, path: tuple[str, ...]) -> str | None:
    """The first part of the path that does not exist, or None."""
    current, walked = schemas.get(address), address
    for name in path:
        if current is None or "map" in current.flags:
            break
        current, walked = current.inside.get(name), f"{walked}.{name}"
    return walked if current is None else None


def _find(schemas: Schemas, address: str, path: tuple[str, ...]) -> Attribute:
    current = schemas[address]
    for name in path:
        current = current.inside[name]
    return current


def _is_deprecated(name: str, schemas: Schemas) -> bool:
    # Addresses of data sources contain a dot.
    address = next((known for known in schemas if name == known or name.startswith(f"{known}.")), None)
    current = schemas[address] if address else None
    for step in name[len(address) + 1 :].split(".") if address and name != address else ():
        if current is None or "deprecated" in current.flags:
            break
        current = current.inside.get(step)
    return current is not None and "deprecated" in current.flags
