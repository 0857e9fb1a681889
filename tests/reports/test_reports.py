"""What people publicly reported about this job is right here: the cases are in the files of this folder."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.workspace import REPOSITORY
from reports.report_cases import report_cases
from sandbox import Fault, Scenario
from sandbox.scenarios.document import parse_document
from tools.reports.command import main
from unit.quick_setup_cases import MANAGEMENT, WORKLOAD, create, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.report_cases import ReportCase
    from sandbox import Sandbox
    from unit.conftest import Run

_CASES = report_cases()
_BARE = yaml.safe_load((REPOSITORY / "tests/sandbox/scenarios/data/bare.yaml").read_text())


def test_every_report_stands_once_and_is_tried_in_one_way() -> None:
    reports = [case.report for case in _CASES]
    assert not {report for report in reports if reports.count(report) > 1}
    assert len(reports) >= 70
    assert not [case.id for case in _CASES if [bool(case.test), bool(case.module), bool(case.run)].count(True) != 1]
    assert not [case.id for case in _CASES if not case.report.startswith("https://")]


@pytest.mark.parametrize("case", [case for case in _CASES if case.test], ids=lambda case: case.id)
def test_the_test_elsewhere_is_there(case: ReportCase) -> None:
    path, _, name = case.test.partition("::")
    name, _, parameter = name.partition("[")
    module = ast.parse(_source(path))
    assert name in {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    imported = [node.module for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    sources = [_source(path), *(_source(f"{(one or '').replace('.', '/')}.py") for one in imported)]
    assert any(parameter.removesuffix("]") in source for source in sources)


@cache
def _source(path: str) -> str:
    """The text of a file of the tests; "" if it is none of them."""
    file = REPOSITORY / "tests" / path
    return file.read_text() if file.is_file() else ""


@pytest.mark.parametrize("case", [case for case in _CASES if case.run], ids=lambda case: case.id)
def test_what_the_scripts_say(
    aws: Sandbox, run: Run, act_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, case: ReportCase
) -> None:
    aws.reset(replace(Scenario.named("bare"), **parse_document({**_BARE, **case.organization}, case.id)))
    if case.fails:
        prepare(aws)
        aws.fail_deployment("scan", WORKLOAD, "us-east-1", case.fails)
        create(aws)
    act_as(case.account or MANAGEMENT)
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    for fault in case.faults:
        aws.faults.inject(Fault(**fault))
    query = None
    if case.query is not None:
        query = {key: value if isinstance(value, str) else json.dumps(value) for key, value in case.query.items()}
    outcome = run(*case.run, query=query)
    output = outcome.stdout + outcome.stderr
    if query is not None and outcome.status == 0:
        # Each value of the result is JSON in a string, and its texts may have quotation marks.
        output = "\n".join([*outcome.result.values(), outcome.stderr]).replace('\\"', '"')
    assert outcome.status == case.status, output
    assert not [text for text in case.says if text not in output], output
    assert not [text for text in case.never if text in output], output
    assert "Traceback" not in output


def test_the_list_of_the_reports_has_each_with_its_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith("| https://")]
    assert len(rows) == len(_CASES)
    assert all(f"| {case.report} | {case.subject} |" in printed and case.tried_by in printed for case in _CASES)
    assert {case.before for case in _CASES} == {"", "red", "green"}
