"""The site has every page, and a link leads to a page, to a file of the site, or to the repository on the web."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization.findings import CATALOGUE
from tools.site.pages import copy_pages, navigation

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = "https://example.com/{kind}/v1"

_FILES = {
    "README.md": "",
    "main.tf": "",
    "docs/page.md": """
[m](../modules/a) [n](../modules/a#notes) [c](../main.tf) [f](../scripts)
[p](policy.json) [w](https://example.com/x) [h](#here)

```mermaid
flowchart LR
```

```sh
echo "[m](../modules/a)"
```
""",
    "docs/policy.json": "{}",
    "modules/a/README.md": "[up](../../docs/page.md#here) [gone](nothing.md)",
    "scripts/observe.py": "",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    repository, target = tmp_path / "repository", tmp_path / "site"
    for name, text in _FILES.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    assert copy_pages(repository, target, _SOURCE) == ["README.md", "docs/page.md", "modules/a/README.md"]
    return target


def test_links_of_a_page(site: Path) -> None:
    links, _, rest = (site / "docs/page.md").read_text(encoding="utf-8").partition("\n\n")
    assert links.split() == [
        "[m](../modules/a/README.md)",
        "[n](../modules/a/README.md#notes)",
        "[c](https://example.com/blob/v1/main.tf)",
        "[f](https://example.com/tree/v1/scripts)",
        "[p](policy.json)",
        "[w](https://example.com/x)",
        "[h](#here)",
    ]
    assert "mermaid" not in rest
    assert 'echo "[m](../modules/a)"' in rest
    assert (site / "docs/policy.json").exists()


def test_a_link_that_leads_nowhere_stays_for_the_check_of_the_site(site: Path) -> None:
    text = (site / "modules/a/README.md").read_text(encoding="utf-8")
    assert text == "[up](../../docs/page.md#here) [gone](nothing.md)"


def test_every_page_is_in_the_navigation_once(tmp_path: Path) -> None:
    pages = copy_pages(REPOSITORY, tmp_path, _SOURCE)
    placed = [page for section in navigation(pages) for found in section.values() for page in found]
    assert sorted(placed) == pages
    modules = {f"modules/{path.parent.name}/README.md" for path in (REPOSITORY / "modules").glob("*/main.tf")}
    assert modules <= set(placed)


def test_every_finding_code_has_an_address() -> None:
    text = (REPOSITORY / "docs/reference/findings.md").read_text(encoding="utf-8")
    assert [
        code for code in json.loads(CATALOGUE.read_text(encoding="utf-8")) if f'<a id="{code}"></a>`{code}`' not in text
    ] == []
