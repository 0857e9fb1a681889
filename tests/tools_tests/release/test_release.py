"""`make release`: what keeps a commit from being released, what a release consists of, and the workflows."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization import __version__
from tools.release.command import dirty_files, notes, problems_of, write

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yaml"))
CHANGELOG = "# Changelog\n\n## 2.0.0 - 2026-02-28\n\n### Removed\n\n- Much.\n\n## 1.0.0 - 2026-01-01\n\n- All.\n"


def test_a_commit_that_can_be_released() -> None:
    assert [*problems_of("v2.0.0", "2.0.0", CHANGELOG)] == []
    assert notes("2.0.0", CHANGELOG) == "### Removed\n\n- Much.\n"
    assert notes("1.0.0", CHANGELOG) == "- All.\n"


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "expected"),
    [
        ("v2.0.1", "2.0.0", CHANGELOG, "The tag is v2.0.1, but the version is 2.0.0"),
        ("2.0.0", "2.0.0", CHANGELOG, "The tag is 2.0.0"),
        ("v3.0.0", "3.0.0", CHANGELOG, "CHANGELOG.md has no section of 3.0.0"),
        ("v2.0.0", "2.0.0", CHANGELOG.replace(" - 2026-02-28", ""), "has no section of 2.0.0"),
        ("v2.0.0", "2.0.0", CHANGELOG.replace("02-28", "02-30"), "is 2026-02-30: day"),
        ("v2.0.0", "2.0.0", CHANGELOG.replace("## 2", "## Unreleased\n\n- More.\n\n## 2"), "that are unreleased"),
    ],
)
def test_a_commit_that_cannot(tag: str, version: str, changelog: str, expected: str) -> None:
    (problem,) = problems_of(tag, version, changelog)
    assert expected in problem


def test_what_it_consists_of(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    assert "SHA256SUMS, notes.md" in write(folder, f"## {__version__} - 2026-01-01\n\n- All.\n")
    subprocess.run(["sha256sum", "--check", "--status", "SHA256SUMS"], cwd=folder, check=True)
    (archive,) = folder.glob("*.tar.gz")
    assert archive.name.endswith(f"-{__version__}.tar.gz")
    # As the workflow unpacks it.
    (folder / "content").mkdir()
    subprocess.run(["tar", "-xzf", archive, "-C", folder / "content"], check=True)
    (content,) = (folder / "content").iterdir()
    assert (content / "main.tf").exists()
    assert not (content / "tests").exists()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflow(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)", text)
    assert used
    assert not [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", action)]
    targets = set(re.findall(r"make ([a-z-]+)", text))
    assert targets
    assert targets <= set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))


def test_what_is_not_as_in_the_commit_is_no_release(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "CHANGELOG.md").write_text("one\n")
    git("init")
    git("add", "--all")
    git("commit", "--message", "one")
    # What no commit has is not in the archive either.
    (tmp_path / "notes.txt").write_text("new\n")
    assert [*dirty_files(tmp_path)] == []
    (tmp_path / "CHANGELOG.md").write_text("two\n")
    assert [*dirty_files(tmp_path)] == ["CHANGELOG.md is not as in the commit: commit it, or restore it."]
