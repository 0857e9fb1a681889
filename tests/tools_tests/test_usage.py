"""The examples in the READMEs: every argument is an input of the module, and no required input is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hcl2.query import AttributeView, BlockView, DocumentView

from harness.workspace import REPOSITORY
from tools.docs.declarations import read_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SNIPPET = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_META_ARGUMENTS = {"source", "version", "providers", "count", "for_each", "depends_on"}


_PAGES = [
    REPOSITORY / "README.md",
    *sorted(REPOSITORY.glob("docs/**/*.md")),
    *sorted(REPOSITORY.glob("modules/*/README.md")),
]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_usage_fits_the_inputs(page: Path) -> None:
    for call in _calls(page):
        arguments = {found.name for found in call.attributes() if isinstance(found, AttributeView)} - _META_ARGUMENTS
        inputs = read_module(_folder(call)).inputs
        assert arguments <= {found.name for found in inputs}, call.name_labels
        assert arguments >= {found.name for found in inputs if found.default is None}, call.name_labels


def _calls(page: Path) -> Iterator[BlockView]:
    for snippet in _SNIPPET.findall(page.read_text()):
        # A type is not a configuration.
        if not snippet.startswith(("object(", "map(")):
            for block in DocumentView.parse(snippet).blocks("module"):
                if isinstance(block, BlockView):
                    yield block


def _folder(call: BlockView) -> Path:
    source = call.attribute("source")
    assert isinstance(source, AttributeView)
    # "..." is a placeholder for the source of this repository.
    return REPOSITORY / source.value_node.to_hcl().strip('" ').removeprefix("...").lstrip("/")


@pytest.mark.parametrize("folder", sorted(REPOSITORY.glob("modules/*")), ids=lambda folder: folder.name)
def test_each_submodule_shows_its_usage(folder: Path) -> None:
    assert f'source = ".../modules/{folder.name}"' in (folder / "README.md").read_text()
