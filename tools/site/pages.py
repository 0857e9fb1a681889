"""The pages of the site: the repository's Markdown, laid out as in the repository.

A link to a folder leads to its README, and one to a file that is no page leads to the repository on the web.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FENCE = re.compile(r"^(?P<fence>```+)(?P<language>\w*)\n.*?^(?P=fence)$\n?", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?P<target>[^)\s]+)")
_SCHEME = re.compile(r"[a-z]+:|#|//")
_WITHOUT_DIAGRAM = "mermaid"
# Pictures, and the IAM policies that pages tell to download.
_STATIC = (".png", ".svg", ".json")


@dataclass(frozen=True)
class Links:
    """What a link of a page leads to.

    Attributes:
        pages: paths of all pages in the repository.
        static: paths of the other files that the site has.
        source: address of the repository's files on the web, without a slash at its end.
    """

    repository: Path
    pages: frozenset[str]
    static: frozenset[str]
    source: str

    def rewrite(self, page: str, text: str) -> str:
        """The text of the page with the site's links, and without diagrams, whose script would come from elsewhere."""
        parts = list(_outside_of_fences(text))
        return "".join(
            _LINK.sub(lambda found: self._target(page, found["target"]), part) if is_prose else part
            for part, is_prose in parts
        )

    def _target(self, page: str, target: str) -> str:
        if _SCHEME.match(target):
            return target
        path, hash_, anchor = target.partition("#")
        found = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        readme = posixpath.normpath(f"{found}/README.md")
        if readme in self.pages:
            return posixpath.relpath(readme, posixpath.dirname(page) or ".") + hash_ + anchor
        if found in self.pages or found in self.static or not (self.repository / found).exists():
            return target
        kind = "tree" if (self.repository / found).is_dir() else "blob"
        return self.source.format(kind=kind) + f"/{found}{hash_}{anchor}"


def copy_pages(repository: Path, target: Path, source: str) -> list[str]:
    """Copies the pages, and what they show, into `target`. Returns the paths of the pages.

    Args:
        source: address of the repository's files on the web; `{kind}` stands for `tree` or `blob`.
    """
    files = _files(repository)
    pages = sorted(file for file in files if file.endswith(".md"))
    static = frozenset(file for file in files if file.startswith("docs/") and file.endswith(_STATIC))
    links = Links(repository, frozenset(pages), static, source)
    for page in pages:
        (target / page).parent.mkdir(parents=True, exist_ok=True)
        text = (repository / page).read_text(encoding="utf-8")
        (target / page).write_text(links.rewrite(page, text), encoding="utf-8")
    for file in static:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository / file, target / file)
    return pages


def navigation(pages: Iterable[str]) -> list[dict[str, list[str]]]:
    """MkDocs's `nav`: the pages of users first, then modules and examples, then those of developers."""
    known = list(pages)

    def under(*folders: str) -> list[str]:
        return [page for page in known if page.startswith(folders)]

    sections: list[tuple[str, list[str]]] = [
        ("Home", ["README.md", "README.ja.md"]),
        ("Usage", under("docs/usage/")),
        ("Operations", under("docs/operations/")),
        ("Modules", under("modules/")),
        ("Examples", under("examples/")),
        ("Reference", under("docs/reference/")),
        (
            "Project",
            ["CHANGELOG.md", "UPGRADING.md", "SECURITY.md", "CONTRIBUTING.md", *under("docs/development/", "tests/")],
        ),
    ]
    placed = {page for _, found in sections for page in found}
    sections.append(("More", [page for page in known if page not in placed]))
    return [{title: [page for page in found if page in known]} for title, found in sections if found]


def _outside_of_fences(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a page, and whether each is prose."""
    end = 0
    for fence in _FENCE.finditer(text):
        yield text[end : fence.start()], True
        if fence["language"] != _WITHOUT_DIAGRAM:
            yield fence[0], False
        end = fence.end()
    yield text[end:], True


def _files(repository: Path) -> list[str]:
    command = ["git", "-C", str(repository), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [file for file in listed if (repository / file).is_file()]
