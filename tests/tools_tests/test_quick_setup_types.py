"""The page of Quick Setup's types, from the facts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tools.quick_setup_documents.command import FACTS
from tools.quick_setup_documents.page import MADE_BY_CODE, PAGE, main, text

if TYPE_CHECKING:
    from pathlib import Path


def test_page_of_this_repository_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_deletion_policy_changes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = tmp_path / "facts"
    shutil.copytree(FACTS, facts)
    (tmp_path / PAGE).parent.mkdir(parents=True)
    assert main([], repository=tmp_path, facts=facts) == 0
    row = next(line for line in (tmp_path / PAGE).read_text().splitlines() if line.startswith("| `SSMOpsCenter` | "))
    assert "(Logs::LogGroup)" in row
    file = facts / "AWSQuickSetupType-SSMOpsCenter.json"
    file.write_text(file.read_text().replace('"deletion_policy": "Retain"', '"deletion_policy": "Delete"'))
    assert main(["--check"], repository=tmp_path, facts=facts) == 1
    assert capsys.readouterr().err == f"{PAGE} differs from the facts: run make docs.\n"


def test_code_of_an_unknown_type_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(FACTS / MADE_BY_CODE, tmp_path)
    assert main([], repository=tmp_path, facts=tmp_path) == 1
    assert "made_by_code.json has AWSQuickSetupType-PatchPolicy, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fixed", "Fixed"),
        ({"Fn::Sub": "Role-${AWS::Region}"}, "Role-<Region>"),
        ({"Fn::Sub": ["${Name}-x", {"Name": "a"}]}, "<Name>-x"),
        ({"Fn::Join": ["-", ["a", {"Ref": "QSType"}, {"Fn::Select": [0, []]}]]}, "a-<QSType>-<…>"),
        ({"Fn::If": ["IsOrg", "a", {"Ref": "AWS::Region"}]}, "a or <Region>"),
    ],
)
def test_names_as_text(name: Any, expected: str) -> None:
    assert text(name) == expected
