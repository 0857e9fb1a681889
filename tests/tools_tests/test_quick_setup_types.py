"""The page of Quick Setup's types, from the facts."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from harness.workspace import REPOSITORY
from tools.quick_setup_documents.command import FACTS
from tools.quick_setup_documents.extract import EXTRACT
from tools.quick_setup_documents.page import MADE_BY_CODE, PAGE, main, text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with neither file that is written."""
    for file in (PAGE, EXTRACT):
        (tmp_path / file).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / MADE_BY_CODE, tmp_path / MADE_BY_CODE)
    return tmp_path


def test_files_of_this_repository_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_deletion_policy_changes_both_files(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = repository / "facts"
    shutil.copytree(FACTS, facts)
    assert main([], repository=repository, facts=facts) == 0
    row = next(line for line in (repository / PAGE).read_text().splitlines() if line.startswith("| `SSMOpsCenter` | "))
    assert "(Logs::LogGroup)" in row
    file = facts / "AWSQuickSetupType-SSMOpsCenter.json"
    file.write_text(file.read_text().replace('"deletion_policy": "Retain"', '"deletion_policy": "Delete"'))
    assert main(["--check"], repository=repository, facts=facts) == 1
    problems = capsys.readouterr().err.splitlines()
    assert problems == [f"{name} differs from the facts: run make docs." for name in (PAGE, EXTRACT)]


def test_the_scripts_get_what_deployments_leave_and_not_how_they_decide(repository: Path) -> None:
    facts = repository / "facts"
    facts.mkdir()
    template = {
        "parameters": {"Job": {"type": "String"}},
        "mappings": {},
        "conditions": {"HasJob": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Job"}, ""]}]}},
        "resources": {
            "Logs": {
                "type": "AWS::Logs::LogGroup",
                "name": "logs",
                "deletion_policy": "Retain",
                "condition": "HasJob",
                "properties": {"RetentionInDays": 30},
            },
            "Policy": {"type": "AWS::S3::BucketPolicy", "properties": {}},
        },
    }
    deployment = {
        "type": "LOCAL",
        "targets": None,
        "collision": "OU",
        "collision_parameters": ["Job"],
        "regions": ["us-east-1"],
        "steps": [[{"account": "LA", "template": "TA", "administered_service": None}]],
    }
    run = {"AWS-EnableExplorer": {"parameters": {"OpsDataSources": {"default": "EC2"}}}}
    (facts / "AWSQuickSetupType-A.json").write_text(
        json.dumps({"deployments": [deployment], "documents": run, "templates": {"TA": template}})
    )
    (repository / MADE_BY_CODE).write_text("[]")
    assert main([], repository=repository, facts=facts) == 0
    expected = {
        "deployments": [
            {
                "type": "LOCAL",
                "collision": "OU",
                "collision_parameters": ["Job"],
                "regions": ["us-east-1"],
                "templates": ["TA"],
            }
        ],
        "documents": ["AWS-EnableExplorer"],
        "resources": {"TA.Logs": {"type": "AWS::Logs::LogGroup", "name": "logs", "deletion_policy": "Retain"}},
    }
    assert json.loads((repository / EXTRACT).read_text()) == {"AWSQuickSetupType-A": expected}


def test_code_of_an_unknown_type_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], repository=repository, facts=repository) == 1
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
