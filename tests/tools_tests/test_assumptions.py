"""The register of assumptions and its page, and that no mark stands without an entry."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tools.assumptions.command import PAGE, main
from tools.assumptions.register import Mark, RegisterError, find_marks, load, places, problems

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = """
sync-life:
  state: open
  assumed: A sync takes a minute.
  depends: The plan.
  if_wrong: A plan shows another status.
  settle: Create a sync.
names:
  state: settled
  assumed: Names | ids are unique.
  depends: Nothing.
  if_wrong: Nothing.
  source: The API reference.
"""
CODE = "# ASSUMPTION(sync-life): a minute; (ASSUMPTION(sync-life)).\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in {"register.yaml": REGISTER, "sandbox/sync.py": CODE, "README.md": "`ASSUMPTION`\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / PAGE).parent.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def run(repository: Path, *arguments: str, checks: dict[str, list[str]] | None = None) -> int:
    return main(arguments, repository=repository, register=repository / "register.yaml", checks=checks or {})


def test_every_mark_of_this_repository_has_an_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_page_names_the_places(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(repository) == 0
    assert capsys.readouterr().out == f"{PAGE} written.\n"
    text = (repository / PAGE).read_text()
    assert "| open | 1 | 0 |\n| settled | 1 | 0 |\n| refuted | 0 | 0 |" in text
    assert "Create a sync. | [sync.py](../../sandbox/sync.py) (2) |" in text
    assert "Names \\| ids are unique. | Nothing. | The API reference. |  |" in text
    assert run(repository, "--check") == 0


def test_page_names_the_checks(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(repository, checks={"sync-life": ["syncs"]}) == 0
    assert "Create a sync.<br>`make probe`: `syncs` |" in (repository / PAGE).read_text()
    assert run(repository, checks={"absent": ["syncs"]}) == 1
    assert "make probe settles absent, which register.yaml lacks: " in capsys.readouterr().err


def test_check_refuses_a_page_that_is_not_current(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(repository)
    (repository / "sandbox/other.py").write_text(CODE)
    assert run(repository, "--check") == 1
    assert capsys.readouterr().err == f"{PAGE} differs from the register and the marks: run make docs.\n"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("# ASSUMPTION: a minute.\n", "sandbox/more.py:1 has an ASSUMPTION without an id: "),
        ("#\n# ASSUMPTION(unknown)\n", "sandbox/more.py:2 has ASSUMPTION(unknown), which register.yaml lacks: "),
    ],
)
def test_marks_without_an_entry_are_named(
    repository: Path, code: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "sandbox/more.py").write_text(code)
    assert run(repository) == 1
    assert problem in capsys.readouterr().err


def test_an_open_entry_needs_a_mark_or_a_place(repository: Path) -> None:
    assumptions = load(repository / "register.yaml")
    (problem,) = problems(assumptions, [])
    assert problem.startswith("register.yaml has sync-life, of which no code has the mark: ")
    register = repository / "register.yaml"
    register.write_text(REGISTER.replace("settle: Create", "where: types.json\n  settle: Create"))
    assert not list(problems(load(register), []))


@pytest.mark.parametrize(
    ("text", "replacement", "message"),
    [
        ("  settle: Create a sync.\n", "", "sync-life is open and needs the key settle"),
        ("  source: The API reference.\n", "", "names is settled and needs the key source"),
        ("state: open", "state: perhaps", "the state of sync-life must be one of open, settled, refuted"),
        ("  depends: The plan.\n", "", "sync-life lacks a key: .*depends"),
        ("settle:", "settled_by:", "sync-life has the unknown keys settled_by"),
    ],
)
def test_incomplete_entries_are_named(repository: Path, text: str, replacement: str, message: str) -> None:
    register = repository / "register.yaml"
    register.write_text(REGISTER.replace(text, replacement))
    with pytest.raises(RegisterError, match=message):
        load(register)


def test_pages_have_the_word_without_a_mark(repository: Path) -> None:
    marks = find_marks(repository)
    assert marks == [Mark("sandbox/sync.py", 1, "sync-life")] * 2
    assert places(marks) == {"sync-life": {"sandbox/sync.py": 2}}
