"""The address and the version of the module, as every page shows them in a call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from systems_manager_organization import __version__, documentation
from tools.docs.markers import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The one place: `make docs` writes it into the pages.
REGISTRY = "systems-manager-organization/systems-manager/aws"
REPOSITORY = documentation.REPOSITORY

_PAGES = ("README*.md", "docs/**/*.md", "modules/*/README.md", "examples/**/README.md")

_MODULE = r"(?P<module>//modules/[a-z-]+)?"
# The name of the module stays when the namespace changes.
FROM_REGISTRY = re.compile(rf'"[a-z0-9-]+/{REGISTRY.split("/", 1)[1]}{_MODULE}"')
_FROM_GIT = re.compile(rf'"git::https://[^"/]+/[^"]+?/{REPOSITORY.rsplit("/", 1)[1]}\.git{_MODULE}\?ref=[^"]*"')
_CALL = re.compile(rf"^(?P<source> +source +=) {FROM_REGISTRY.pattern}(?:\n +version +=[^\n]*)?$", re.MULTILINE)
_SOURCE = re.compile(r"^ +source +=.*$", re.MULTILINE)
HCL_BLOCK = re.compile(r"^```hcl\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pages(repository: Path) -> list[Path]:
    """The pages that may call the module, sorted."""
    return sorted(found for pattern in _PAGES for found in repository.glob(pattern))


def update(repository: Path, *, check: bool) -> Iterator[str]:
    """Write address and version into the pages, or only compare them. Yields errors."""
    for page in pages(repository):
        text = page.read_text(encoding="utf-8")
        yield from put(page, with_address(text), repository, check=check, problem="has another address or version")
        for block in HCL_BLOCK.findall(with_address(text)):
            for line in _SOURCE.findall(block):
                if not any(
                    (FROM_REGISTRY.search(line), _FROM_GIT.search(line), "/" not in line, '"./' in line, '"../' in line)
                ):
                    yield (
                        f"{page.relative_to(repository)} has {line.strip()}: write {REGISTRY}, "
                        "//modules/NAME behind it, or a path that begins with ./ or ../."
                    )


def with_address(text: str) -> str:
    """The page with the present address and version in every call."""
    text = _CALL.sub(rf'  source  = "{REGISTRY}\g<module>"\n  version = "{__version__}"', text)
    return _FROM_GIT.sub(rf'"git::https://{REPOSITORY}.git\g<module>?ref=v{__version__}"', text)
