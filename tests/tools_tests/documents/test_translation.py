"""README.ja.md has the sections, code, links, inputs and outputs of README.md, and the check names what it has not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from tools.docs import translation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for file in (*REPOSITORY.glob("*.tf"), *REPOSITORY.glob("README*.md")):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_the_translation_is_complete() -> None:
    assert not list(translation.check(REPOSITORY))


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("make demo\n", "make Demo\n", 'the code of "クイックスタート" differs from that of "Quick start".'),
        ("`make sandbox`", "`make box`", '"クイックスタート", code in the text: make sandbox is missing.'),
        ("](docs/usage/nodes.md)", "](docs/nodes.md)", "links: docs/usage/nodes.md is missing."),
        ("### 変更\n", "変更\n", '"例" is not a heading of the level of "Changes".'),
        ("## ライセンス\n", "", 'the section "License" is in one of the two pages only.'),
        ("| `role_path` |", "| `roles_path` |", "inputs and outputs: role_path is missing."),
        ("| `role_path` |", "| `roles_path` |", "inputs and outputs: roles_path is not in README.md."),
    ],
)
def test_what_the_translation_lacks_is_named(repository: Path, before: str, after: str, problem: str) -> None:
    page = repository / translation.TRANSLATION
    text = page.read_text(encoding="utf-8")
    assert before in text
    page.write_text(text.replace(before, after), encoding="utf-8")
    assert any(problem in found for found in translation.check(repository))


def test_a_comment_may_be_translated(repository: Path) -> None:
    page = repository / translation.TRANSLATION
    text = page.read_text(encoding="utf-8")
    comment = "# Quick Setup の設定を保存するリージョン"
    assert comment in text
    page.write_text(text.replace(comment, "# リージョン"), encoding="utf-8")
    assert not list(translation.check(repository))
