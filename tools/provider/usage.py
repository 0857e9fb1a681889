"""The arguments and attributes of the AWS provider that the Terraform files use.

Found are the arguments and blocks of every resource, and the attributes in expressions: by address, through indices and
splats, by a local value that is the address alone, and by the variable of a `for` over one of these. Not found are a
whole resource that is passed through an input, an output or a function, a computed key, and values in JSON or a map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hcl2.query import AttributeView, BlockView, DocumentView
from lark.exceptions import LarkError

from tools.docs.declarations import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Root = tuple[str, tuple[str, ...]]
    """An address without a name, and the path within it."""

# https://developer.hashicorp.com/terraform/language/resources/syntax#meta-arguments
_META_ARGUMENTS = {"count", "for_each", "provider", "depends_on"}
_META_BLOCKS = {"lifecycle", "connection", "provisioner"}

_COMMENT = re.compile(r"^\s*(#|//).*$", re.MULTILINE)
_STEP = re.compile(r"\.(?:\*|\d+|(?P<name>[a-zA-Z_][\w-]*))")
_FOR = re.compile(r"\bfor\s+(?:\w+\s*,\s*)?(?P<variable>\w+)\s+in\s+")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True)
class Setting:
    """A resource or data source (`path` is empty), or a nested block, and the names of its arguments."""

    file: str
    address: str
    path: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """An attribute in an expression; with an empty `path`, the whole resource."""

    file: str
    address: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """All uses of the provider."""

    settings: tuple[Setting, ...]
    readings: tuple[Reading, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """Such as `aws_iam_role`, `data.aws_region`."""
        return frozenset(setting.address for setting in self.settings)

    @property
    def names(self) -> frozenset[str]:
        """Such as `data.aws_organizations_organization.accounts.status`: all that is set or read."""
        set_ = {(setting.address, *setting.path, name) for setting in self.settings for name in setting.names}
        read = {(reading.address, *reading.path) for reading in self.readings}
        return self.addresses | {".".join(path) for path in set_ | read}


def read_usage(folders: Iterable[Path], repository: Path) -> Usage:
    """The uses in the Terraform files of `folders`. Raises DeclarationError."""
    settings: list[Setting] = []
    readings: list[Reading] = []
    for folder in folders:
        texts = {str(file.relative_to(repository)): file.read_text() for file in sorted(folder.glob("*.tf"))}
        blocks = [(file, block) for file, text in texts.items() for block in _blocks(file, text)]
        settings += [setting for file, block in blocks for setting in _settings(file, block)]
        roots = _roots([block for _, block in blocks])
        for file, text in texts.items():
            found = dict.fromkeys(_readings(_COMMENT.sub("", text), roots))
            readings += [Reading(file, address, path) for address, path in found]
    return Usage(tuple(settings), tuple(readings))


def _blocks(file: str, text: str) -> list[BlockView]:
    try:
        document = DocumentView.parse(text)
    except LarkError as error:
        raise DeclarationError(f"{file} cannot be read: {error}") from error
    return [block for block in document.blocks() if isinstance(block, BlockView)]


def _address(block: BlockView) -> str | None:
    match block.labels:
        case ["resource", type_, _] if type_.startswith("aws_"):
            return type_
        case ["data", type_, _] if type_.startswith("aws_"):
            return f"data.{type_}"
        case _:
            return None


def _settings(file: str, block: BlockView) -> Iterator[Setting]:
    address = _address(block)
    if address:
        yield from _settings_of(file, address, (), block)


def _settings_of(file: str, address: str, path: tuple[str, ...], block: BlockView) -> Iterator[Setting]:
    nested = [(name, inner) for name, inner in _nested(block) if path or name not in _META_BLOCKS]
    arguments = {found.name for found in block.attributes() if isinstance(found, AttributeView)}
    names = (arguments if path else arguments - _META_ARGUMENTS) | {name for name, _ in nested}
    yield Setting(file, address, path, frozenset(names))
    for name, inner in nested:
        yield from _settings_of(file, address, (*path, name), inner)


def _nested(block: BlockView) -> Iterator[tuple[str, BlockView]]:
    for inner in block.blocks():
        if isinstance(inner, BlockView) and inner.block_type == "dynamic":
            contents = [content for content in inner.blocks("content") if isinstance(content, BlockView)]
            yield from ((inner.name_labels[0], content) for content in contents)
        elif isinstance(inner, BlockView):
            yield inner.block_type, inner


def _roots(blocks: Iterable[BlockView]) -> dict[str, Root]:
    """The possible beginnings of expressions: addresses, and local values that are an address alone."""
    addresses = [(address, block.name_labels[1]) for block in blocks if (address := _address(block))]
    roots: dict[str, Root] = {f"{address}.{name}": (address, ()) for address, name in addresses}
    for block in blocks:
        for local in block.attributes() if block.block_type == "locals" else ():
            if isinstance(local, AttributeView):
                text = local.value_node.to_hcl().strip()
                found = _traversal(text, 0, roots)
                if found and found[1] == len(text):
                    roots[f"local.{local.name}"] = found[0]
    return roots


def _readings(text: str, roots: Mapping[str, Root]) -> Iterator[Root]:
    if not roots:
        return
    for match in _beginning(roots).finditer(text):
        found = _traversal(text, match.start(), roots)
        if found:
            yield found[0]
    for loop in _FOR.finditer(text):
        found = _traversal(text, loop.end(), roots)
        if found and text[found[1] :].lstrip().startswith(":"):
            yield from _readings(text[found[1] : _end(text, found[1])], {loop["variable"]: found[0]})


def _beginning(roots: Mapping[str, Root]) -> re.Pattern[str]:
    # The longest first, and not within a longer name: `data.aws_x.this` ends with `aws_x.this`.
    names = "|".join(re.escape(root) for root in sorted(roots, key=len, reverse=True))
    return re.compile(rf"(?<![\w.-])(?:{names})(?![\w-])")


def _traversal(text: str, start: int, roots: Mapping[str, Root]) -> tuple[Root, int] | None:
    """The root at `start` with its path, and the position of its end."""
    match = _beginning(roots).match(text, start) if roots else None
    if match is None:
        return None
    (address, path), position = roots[match[0]], match.end()
    while True:
        step = _STEP.match(text, position)
        if step:
            path, position = (*path, step["name"]) if step["name"] else path, step.end()
        elif text[position : position + 1] == "[":
            position = _end(text, position + 1) + 1
        else:
            return (address, path), position


def _end(text: str, start: int) -> int:
    """The position of the closing bracket."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] in _OPEN:
            depth += 1
        elif text[position] in _CLOSE:
            if depth == 0:
                return position
            depth -= 1
    return len(text)
