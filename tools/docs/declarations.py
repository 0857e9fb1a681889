"""The declarations of a Terraform module: inputs, outputs, resources and module calls."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hcl2.query import AttributeView, BlockView, DocumentView
from hcl2.utils import SerializationOptions
from lark.exceptions import LarkError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VALUES = SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)


class DeclarationError(Exception):
    """A file that cannot be parsed as Terraform configuration."""


@dataclass(frozen=True)
class Input:
    """A variable. `type` and `default` are formatted as in its file; `default` is None for a required input."""

    name: str
    description: str
    type: str
    default: str | None


@dataclass(frozen=True)
class Output:
    """An output."""

    name: str
    description: str


KINDS = ("resource", "data source", "module")


@dataclass(frozen=True)
class Part:
    """One of KINDS. The `type` of a module is its source."""

    kind: str
    type: str
    name: str


@dataclass(frozen=True)
class Module:
    """The declarations in the files of one folder, in the order of the documentation.

    `left`: the addresses of `moved` and `removed` blocks, where a state of before may have something.
    """

    requirements: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    parts: tuple[Part, ...]
    left: tuple[str, ...]


def read_module(folder: Path) -> Module:
    """The module in `folder`. Raises DeclarationError."""
    blocks = [block for file in sorted(folder.glob("*.tf")) for block in _blocks(file)]
    inputs = [_input(block) for block in blocks if block.block_type == "variable"]
    outputs = [
        Output(block.name_labels[0], _string(block, "description")) for block in blocks if block.block_type == "output"
    ]
    parts = [part for block in blocks for part in _parts(block)]
    return Module(
        requirements=tuple(
            requirement for block in blocks if block.block_type == "terraform" for requirement in _requirements(block)
        ),
        inputs=tuple(sorted(inputs, key=lambda found: (found.default is not None, found.name))),
        outputs=tuple(sorted(outputs, key=lambda found: found.name)),
        parts=tuple(sorted(parts, key=lambda part: (KINDS.index(part.kind), part.type, part.name))),
        left=tuple(_source(block, "from") or "" for block in blocks if block.block_type in {"moved", "removed"}),
    )


def _blocks(file: Path) -> list[BlockView]:
    try:
        document = DocumentView.parse(file.read_text())
    except LarkError as error:
        raise DeclarationError(f"{file} cannot be read: {error}") from error
    return [block for block in document.blocks() if isinstance(block, BlockView)]


def _input(block: BlockView) -> Input:
    return Input(
        name=block.name_labels[0],
        description=_string(block, "description"),
        type=_source(block, "type") or "any",
        default=_source(block, "default"),
    )


def _requirements(block: BlockView) -> Iterator[tuple[str, str]]:
    yield "Terraform", _string(block, "required_version")
    for providers in block.blocks("required_providers"):
        if isinstance(providers, BlockView):
            for provider in providers.attributes():
                if isinstance(provider, AttributeView):
                    requirement = provider.value_node.to_dict(_VALUES)
                    yield requirement["source"], requirement["version"]


def _parts(block: BlockView) -> Iterator[Part]:
    match block.labels:
        case ["resource", type_, name]:
            yield Part("resource", type_, name)
        case ["data", type_, name]:
            yield Part("data source", type_, name)
        case ["module", name]:
            yield Part("module", _string(block, "source"), name)
        case _:
            return


def _source(block: BlockView, attribute: str) -> str | None:
    """The source text of an argument, without the indentation of the block; None if it is missing."""
    found = block.attribute(attribute)
    if not isinstance(found, AttributeView):
        return None
    first, *others = found.value_node.to_hcl().strip().splitlines()
    return "\n".join([first, *textwrap.dedent("\n".join(others)).splitlines()])


def _string(block: BlockView, attribute: str) -> str:
    """The value of a string argument; "" if it is missing."""
    found = block.attribute(attribute)
    if not isinstance(found, AttributeView):
        return ""
    text = found.value_node.to_hcl()
    # hcl2 would escape a heredoc, which has no escape sequences.
    if text.startswith("<<"):
        return textwrap.dedent("\n".join(text.strip().splitlines()[1:-1]))
    return str(found.value_node.to_dict(_VALUES))
