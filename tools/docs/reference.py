"""The reference tables of a module's README."""

from __future__ import annotations

import re
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tools.docs.declarations import Input, Module, Part

_OBJECT = re.compile(r"object\(\{.*\}\)", re.DOTALL)


def reference(module: Module, described: Mapping[tuple[str, str, str], str] = MappingProxyType({})) -> str:
    """The tables of `module`, each under a heading, with long descriptions and types below.

    `described`: the pages of inputs that other modules describe, by name, description and type.
    """
    sections = [
        ("Requirements", table(("", "version"), [(name, _code(version)) for name, version in module.requirements])),
        ("Inputs", _inputs(module.inputs, described)),
        (
            "Outputs",
            table(("name", "description"), [(_code(found.name), found.description) for found in module.outputs]),
        ),
        ("Resources", table(("", "type", "name"), _parts(module.parts))),
    ]
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in sections if text)


def is_long(found: Input) -> bool:
    """Whether a table has no place for all of it."""
    return "\n" in found.description or "\n" in found.type


def identity(found: Input) -> tuple[str, str, str]:
    """What an input of another module has in common with it, if one description is enough."""
    return found.name, found.description, found.type


def _inputs(inputs: Sequence[Input], described: Mapping[tuple[str, str, str], str]) -> str:
    rows = [
        (
            f"[{_code(found.name)}]({described.get(identity(found), '')}#{found.name})"
            if is_long(found)
            else _code(found.name),
            _summary(found.description),
            _code(_OBJECT.sub("object", found.type) if "\n" in found.type else found.type),
            "" if found.default is None else _code(" ".join(found.default.split())),
            "yes" if found.default is None else "no",
        )
        for found in inputs
    ]
    header = ("name", "description", "type", "default", "required")
    return "\n\n".join(
        [
            table(header, rows),
            *(_details(found) for found in inputs if is_long(found) and identity(found) not in described),
        ]
    )


def _summary(description: str) -> str:
    first, _, more = description.partition("\n")
    return f"{first.removesuffix(':')} …" if more and first.endswith(":") else first


def _details(found: Input) -> str:
    parts = [f"#### {found.name}"]
    if "\n" in found.description:
        parts.append(_paragraphs(found.description))
    if "\n" in found.type:
        parts.append(f"```hcl\n{found.type}\n```")
    return "\n\n".join(parts)


def _paragraphs(description: str) -> str:
    """The description with blank lines around lists: otherwise Markdown adds the text after a list to its last item."""
    blocks = groupby(description.splitlines(), key=lambda line: line.startswith("- "))
    return "\n\n".join("\n".join(lines) for _, lines in blocks)


def _parts(parts: Iterable[Part]) -> Iterator[tuple[str, str, str]]:
    for (kind, type_), found in groupby(parts, key=lambda part: (part.kind, part.type)):
        shown = f"[{_code(type_)}]({type_})" if kind == "module" and type_.startswith(".") else _code(type_)
        yield kind, shown, ", ".join(_code(part.name) for part in found)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; "" without rows."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(header), "|" + "---|" * len(header), *lines]) if lines else ""


def _row(cells: Iterable[str]) -> str:
    # GitHub requires an escaped bar also in code.
    shown = (cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
