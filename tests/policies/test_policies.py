"""Each policy fails for its fixture in fixtures/fail, in code and in a plan; fixtures/pass has no failures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import HarnessError
from harness.workspace import REPOSITORY
from tools.scan.checkov import OURS, POLICIES, Result, checkov
from tools.scan.policies import PROVISIONERS, applies_to, coverage_gaps, declared, planned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from harness.workspace import Workspaces
    from sandbox import Sandbox

FIXTURES = Path(__file__).parent / "fixtures"
FAIL, PASS = "fail", "pass"
_IDENTIFIERS = sorted(declared(POLICIES))
_PASS = sorted(folder.name for folder in (FIXTURES / PASS).iterdir())


@dataclass(frozen=True)
class Scanned:
    """The results of the policies by fixture (`fail/ID`, `pass/NAME`); `document` is the plan, if it is one."""

    results: Mapping[str, list[Result]]
    document: Mapping[str, Any]

    def ids(self, fixture: str, status: str) -> set[str]:
        return {result.check_id for result in self.results.get(fixture, ()) if result.status == status}


@pytest.fixture(scope="module")
def code() -> Scanned:
    """All fixtures in one run."""
    return Scanned(_by_fixture(FIXTURES, "terraform", lambda result: str(result.file.parent.relative_to(FIXTURES))), {})


@pytest.fixture(scope="module")
def plan(workspaces: Workspaces, sandbox_of_session: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """All fixtures in one plan, each as a module."""
    fixtures = [f"{FAIL}/{identifier}" for identifier in _IDENTIFIERS] + [f"{PASS}/{name}" for name in _PASS]
    modules = {_module(fixture): {"source": f"../module/tests/policies/fixtures/{fixture}"} for fixture in fixtures}
    document = workspaces.call_modules(modules, sandbox_of_session.environment()).plan().document
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.json").write_text(json.dumps(document))
    by_module = {_module(fixture): fixture for fixture in fixtures}
    return Scanned(
        _by_fixture(folder, "terraform_plan", lambda result: by_module[result.resource.split(".")[1]]), document
    )


def _by_fixture(folder: Path, framework: str, fixture_of: Callable[[Result], str]) -> Mapping[str, list[Result]]:
    try:
        found = checkov(folder, framework, checks=OURS)
    except HarnessError as error:
        pytest.fail(str(error), pytrace=False)
    results: dict[str, list[Result]] = {}
    for result in found.results:
        results.setdefault(fixture_of(result), []).append(result)
    return results


def _module(fixture: str) -> str:
    return fixture.replace("/", "-")


@pytest.mark.parametrize("identifier", _IDENTIFIERS)
def test_failing_fixture_in_code(code: Scanned, identifier: str) -> None:
    assert code.ids(f"{FAIL}/{identifier}", "failed") == {identifier}
    assert identifier not in code.ids(f"{FAIL}/{identifier}", "passed")


@pytest.mark.parametrize("identifier", _IDENTIFIERS)
def test_failing_fixture_in_a_plan(plan: Scanned, identifier: str) -> None:
    expected = set() if identifier == PROVISIONERS else {identifier}
    assert plan.ids(f"{FAIL}/{identifier}", "failed") == expected
    assert identifier not in plan.ids(f"{FAIL}/{identifier}", "passed")


@pytest.mark.parametrize("name", _PASS)
def test_passing_fixture(code: Scanned, plan: Scanned, name: str) -> None:
    assert code.ids(f"{PASS}/{name}", "failed") == set()
    assert plan.ids(f"{PASS}/{name}", "failed") == set()


def test_every_policy_passes_a_fixture(code: Scanned, plan: Scanned) -> None:
    passed = {
        identifier for name in _PASS for found in (code, plan) for identifier in found.ids(f"{PASS}/{name}", "passed")
    }
    # A policy that forbids a resource type has no passing resource.
    assert passed == set(_IDENTIFIERS) - {"CKV2_SSMORG_1"}


def test_every_policy_has_results_in_a_plan(plan: Scanned) -> None:
    results = [result for found in plan.results.values() for result in found]
    assert list(coverage_gaps(plan.document, results, _IDENTIFIERS)) == []
    resources = list(planned(plan.document))
    for identifier in set(_IDENTIFIERS) - {PROVISIONERS}:
        assert any(applies_to(identifier, kind, values) for _, kind, values in resources), identifier


def test_every_policy_has_severity_and_guideline(code: Scanned) -> None:
    failed = {
        result.check_id: result for found in code.results.values() for result in found if result.status == "failed"
    }
    for identifier in _IDENTIFIERS:
        assert failed[identifier].severity in {"medium", "high", "critical"}
        assert "https://" in failed[identifier].guideline


def test_every_policy_is_documented() -> None:
    page = (REPOSITORY / "docs" / "usage" / "checkov-policies.md").read_text()
    for identifier, file in declared(POLICIES).items():
        assert f"`{identifier}`" in page
        assert f"../policies/{file}" in page
