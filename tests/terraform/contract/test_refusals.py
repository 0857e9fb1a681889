"""Bad input is refused at plan, in words that name input, value and way out: the table is `refusals.yaml`.

All cases are one configuration with a module call for each: Terraform reports every refusal of a phase, and starting it
for each case would take minutes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.assertions import assert_no_violations
from harness.examples import create_prerequisites
from harness.results import TerraformError
from sandbox import Scenario

if TYPE_CHECKING:
    from harness.results import Diagnostic
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())
_CASES: list[dict[str, Any]] = _TABLE["cases"]


def _call(case: dict[str, Any]) -> dict[str, Any]:
    source = str(Path("../module") / case["module"])
    return {"source": source, **_TABLE["modules"][case["module"]], **case.get("variables", {})}


@pytest.fixture(scope="module")
def errors(workspaces: Workspaces, sandbox_of_session: Sandbox) -> list[Diagnostic]:
    """What Terraform says to all cases at once."""
    sandbox_of_session.reset(Scenario.named("bare"))
    # Or every call of the root module, which runs without Python here, would ask for these first.
    create_prerequisites(sandbox_of_session)
    environment = sandbox_of_session.environment()
    early = _refusals(workspaces, _CASES, environment)
    # What can be told of the values alone is refused before anything is evaluated, and then nothing else is.
    silent = [case for case in _CASES if not any(words in error.detail for words in case["refuses"] for error in early)]
    late = _refusals(workspaces, silent, environment)
    assert_no_violations(sandbox_of_session)
    return early + late


def _refusals(workspaces: Workspaces, cases: list[dict[str, Any]], environment: dict[str, str]) -> list[Diagnostic]:
    configuration = {
        "provider": {"aws": {"region": "us-east-1"}},
        "module": {f"case_{number:03}": _call(case) for number, case in enumerate(cases)},
    }
    terraform = workspaces.write({"main.tf.json": json.dumps(configuration)}, environment)
    with pytest.raises(TerraformError) as refused:
        terraform.plan()
    return [diagnostic for diagnostic in refused.value.diagnostics if diagnostic.severity == "error"]


def _name(case: dict[str, Any]) -> str:
    return f"{case['module'].removeprefix('./modules/')}: {', '.join(case.get('variables', {'nothing': ''}))}"


@pytest.mark.parametrize("case", _CASES, ids=_name)
def test_refusal(errors: list[Diagnostic], case: dict[str, Any]) -> None:
    unsaid = [words for words in case["refuses"] if not any(words in error.detail for error in errors)]
    assert not unsaid, f"No error says {unsaid}"


def test_nothing_else_is_refused(errors: list[Diagnostic]) -> None:
    expected = [words for case in _CASES for words in case["refuses"]]
    unexpected = [str(error) for error in errors if not any(words in error.detail for words in expected)]
    assert not unexpected, "\n\n".join(unexpected)
    assert len(errors) == len(expected), sorted(
        words for words in set(expected) if expected.count(words) > sum(words in error.detail for error in errors)
    )
