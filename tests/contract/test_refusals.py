"""Bad input is refused at plan, in words that name input, value and way out: the table is `refusals.yaml`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from support.results import TestReport
    from support.workspace import Workspaces

_TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())
_CASES: list[dict[str, Any]] = _TABLE["cases"]
_FOLDER = "tests/refusals"


def _file(number: int) -> str:
    return f"{_FOLDER}/case_{number:03}.tftest.json"


def _test_file(case: dict[str, Any]) -> dict[str, Any]:
    """One run in a file of its own: an error in a run keeps Terraform from the runs after it."""
    run = {"command": "plan", "variables": {**_TABLE["modules"][case["module"]], **case.get("variables", {})}}
    if case["module"] != ".":
        run["module"] = {"source": case["module"]}
    mock_data = _with_accounts({**_TABLE["mock_data"], **case.get("mock_data", {})})
    return {"mock_provider": {"aws": {"mock_data": mock_data}, "external": {}}, "run": {"refused": run}}


def _with_accounts(mock_data: dict[str, Any]) -> dict[str, Any]:
    """A number of `accounts` stands for that many accounts: nobody wants to read five thousand."""
    return {
        name: {"defaults": {**mocked["defaults"], "accounts": _accounts(mocked["defaults"]["accounts"])}}
        if "accounts" in mocked["defaults"]
        else mocked
        for name, mocked in mock_data.items()
    }


def _accounts(given: object) -> object:
    if not isinstance(given, int):
        return given
    return [{"id": f"{number:012}", "arn": "", "email": "", "name": "", "status": "ACTIVE"} for number in range(given)]


@pytest.fixture(scope="module")
def report(workspaces: Workspaces) -> TestReport:
    """Every case, in one run of Terraform."""
    terraform = workspaces.checkout(".")
    for number, case in enumerate(_CASES):
        file = terraform.directory / _file(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(_test_file(case)))
    terraform.init(test_directory=_FOLDER)
    return terraform.test(_FOLDER)


def _name(case: dict[str, Any]) -> str:
    return f"{case['module'].removeprefix('./modules/')}: {', '.join(case.get('variables', {'nothing': ''}))}"


@pytest.mark.xdist_group("refusals")
@pytest.mark.parametrize(("number", "case"), [pytest.param(n, case, id=_name(case)) for n, case in enumerate(_CASES)])
def test_refusal(report: TestReport, number: int, case: dict[str, Any]) -> None:
    errors = [error for error in report.diagnostics_of(_file(number), "refused") if error.severity == "error"]
    said = "\n\n".join(map(str, errors))
    unsaid = [words for words in case["refuses"] if not any(words in error.detail for error in errors)]
    assert not unsaid, f"No error says {unsaid}; Terraform said:\n{said}"
    assert len(errors) == len(case["refuses"]), (
        f"{len(case['refuses'])} refusals were expected, Terraform said:\n{said}"
    )
