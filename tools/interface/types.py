"""The fields of a type constraint: https://developer.hashicorp.com/terraform/language/expressions/type-constraints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"(?:#|//)[^\n]*")
_SPACE = re.compile(r"\s+")


def fields(type_: str) -> Iterator[tuple[str, str]]:
    """Each field below a type, as path and constraint: `(".name", "string")`, `("[].days", "optional(number, 7)")`.

    The first is the type itself, with the path "". The fields of an object are not part of its own constraint: it is
    `object`, and for example `map(object)`.
    """
    yield from _fields("", _COMMENT.sub("", type_).strip())


def _fields(path: str, type_: str) -> Iterator[tuple[str, str]]:
    prefix, inner, suffix, inner_path = "", type_, "", path
    while match := re.fullmatch(r"(optional|list|set|map)\((.*)\)", inner, re.DOTALL):
        arguments = [*_parts(match[2])]
        prefix += f"{match[1]}("
        suffix = "".join(f", {argument}" for argument in arguments[1:]) + ")" + suffix
        inner = arguments[0]
        if match[1] != "optional":
            inner_path += "[]"
    match = re.fullmatch(r"object\(\{(.*)\}\)", inner, re.DOTALL)
    if not match:
        yield path, _SPACE.sub(" ", type_)
        return
    yield path, f"{prefix}object{suffix}"
    for part in _parts(match[1]):
        name, _, constraint = part.partition("=")
        yield from _fields(f"{inner_path}.{name.strip()}", constraint.strip())


def _parts(text: str) -> Iterator[str]:
    """What commas and ends of lines separate on the outermost level."""
    depth, quoted, part = 0, False, ""
    for character in text:
        if character == '"':
            quoted = not quoted
        if not quoted:
            depth += (character in "([{") - (character in ")]}")
            if character in ",\n" and depth == 0:
                if part.strip():
                    yield part.strip()
                part = ""
                continue
        part += character
    if part.strip():
        yield part.strip()
