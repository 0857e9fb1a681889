"""Invalid inputs fail the plan, with a message that names input, value and resolution.

The table is `refusals.yaml`, and public reports of such inputs (tests/reports) are further rows.

All cases are module calls of one configuration: Terraform reports every error of a phase, and one plan for each case
would take minutes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.assertions import assert_no_violations
from harness.examples import create_prerequisites
from harness.results import TerraformError
from reports.report_cases import report_cases
from sandbox import Scenario

if TYPE_CHECKING:
    from harness.results import Diagnostic
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_TABLE: dict[str, Any] = yaml.load((Path(__file__).parent / "refusals.yaml").read_text(), yaml.CSafeLoader)
_CASES: list[dict[str, Any]] = [
    *_TABLE["cases"],
    *(
        {"module": case.module, "variables": case.variables, "refuses": case.refuses}
        for case in report_cases()
        if case.module
    ),
]


def _call(case: dict[str, Any]) -> dict[str, Any]:
    source = str(Path("../module") / case["module"])
    return {"source": source, **_TABLE["modules"][case["module"]], **case.get("variables", {})}


@pytest.fixture(scope="module")
def errors(workspaces: Workspaces, sandbox_of_session: Sandbox) -> list[Diagnostic]:
    """The errors of all cases."""
    sandbox_of_session.reset(Scenario.named("bare"))
    # Otherwise every call of the root module, here without Python, would fail for these first.
    create_prerequisites(sandbox_of_session)
    environment = sandbox_of_session.environment()
    early = _errors(workspaces, _CASES, environment)
    # Errors in the values alone end the plan before anything is evaluated.
    remaining = [
        case for case in _CASES if not any(text in error.detail for text in case["refuses"] for error in early)
    ]
    late = _errors(workspaces, remaining, environment)
    assert_no_violations(sandbox_of_session)
    return early + late


def _errors(workspaces: Workspaces, cases: list[dict[str, Any]], environment: dict[str, str]) -> list[Diagnostic]:
    calls = {f"case_{number:03}": _call(case) for number, case in enumerate(cases)}
    with pytest.raises(TerraformError) as failed:
        workspaces.call_modules(calls, environment).plan()
    return list(failed.value.report.errors)


def _name(case: dict[str, Any]) -> str:
    return f"{case['module'].removeprefix('./modules/')}: {', '.join(case.get('variables', {'nothing': ''}))}"


@pytest.mark.parametrize("case", _CASES, ids=_name)
def test_refusal(errors: list[Diagnostic], case: dict[str, Any]) -> None:
    missing = [text for text in case["refuses"] if not any(text in error.detail for error in errors)]
    assert not missing, f"No error has {missing}"


def test_no_other_errors(errors: list[Diagnostic]) -> None:
    expected = [text for case in _CASES for text in case["refuses"]]
    unexpected = [str(error) for error in errors if not any(text in error.detail for text in expected)]
    assert not unexpected, "\n\n".join(unexpected)
    assert len(errors) == len(expected), sorted(
        text for text in set(expected) if expected.count(text) > sum(text in error.detail for error in errors)
    )
