"""Each policy fails its bad twin, alone, in code and in a plan; the good twins fail nowhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.workspace import REPOSITORY
from tools.scan.checkov import OURS, POLICIES, Result, checkov
from tools.scan.fixtures import BAD, GOOD, TWINS
from tools.scan.policies import PROVISIONERS, declared, is_subject, planned, silences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from harness.workspace import Workspaces
    from sandbox import Sandbox

_IDENTIFIERS = sorted(declared(POLICIES))
_GOOD = sorted(folder.name for folder in (TWINS / GOOD).iterdir())


@dataclass(frozen=True)
class Scanned:
    """The results of our policies by twin (`bad/ID`, `good/NAME`); `document` is the plan, if it is one."""

    results: Mapping[str, list[Result]]
    document: Mapping[str, Any]

    def ids(self, twin: str, status: str) -> set[str]:
        return {result.check_id for result in self.results.get(twin, ()) if result.status == status}


@pytest.fixture(scope="module")
def code() -> Scanned:
    """All twins in one run."""
    return Scanned(_by_twin(TWINS, "terraform", lambda result: str(result.file.parent.relative_to(TWINS))), {})


@pytest.fixture(scope="module")
def plan(workspaces: Workspaces, sandbox_of_session: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """All twins in one plan, each as a module."""
    twins = [f"{BAD}/{identifier}" for identifier in _IDENTIFIERS] + [f"{GOOD}/{name}" for name in _GOOD]
    modules = {_module(twin): {"source": f"../module/tests/policies/{twin}"} for twin in twins}
    configuration = {"provider": {"aws": {"region": "us-east-1"}}, "module": modules}
    terraform = workspaces.write({"main.tf.json": json.dumps(configuration)}, sandbox_of_session.environment())
    document = terraform.plan().document
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.json").write_text(json.dumps(document))
    by_module = {_module(twin): twin for twin in twins}
    return Scanned(
        _by_twin(folder, "terraform_plan", lambda result: by_module[result.resource.split(".")[1]]), document
    )


def _by_twin(folder: Path, framework: str, twin_of: Callable[[Result], str]) -> Mapping[str, list[Result]]:
    try:
        found = checkov(folder, framework, checks=OURS)
    except HarnessError as error:
        pytest.fail(str(error), pytrace=False)
    results: dict[str, list[Result]] = {}
    for result in found.results:
        results.setdefault(twin_of(result), []).append(result)
    return results


def _module(twin: str) -> str:
    return twin.replace("/", "-")


@pytest.mark.parametrize("identifier", _IDENTIFIERS)
def test_bad_twin_in_code(code: Scanned, identifier: str) -> None:
    assert code.ids(f"{BAD}/{identifier}", "failed") == {identifier}
    assert identifier not in code.ids(f"{BAD}/{identifier}", "passed")


@pytest.mark.parametrize("identifier", _IDENTIFIERS)
def test_bad_twin_in_a_plan(plan: Scanned, identifier: str) -> None:
    expected = set() if identifier == PROVISIONERS else {identifier}
    assert plan.ids(f"{BAD}/{identifier}", "failed") == expected
    assert identifier not in plan.ids(f"{BAD}/{identifier}", "passed")


@pytest.mark.parametrize("name", _GOOD)
def test_good_twin(code: Scanned, plan: Scanned, name: str) -> None:
    assert code.ids(f"{GOOD}/{name}", "failed") == set()
    assert plan.ids(f"{GOOD}/{name}", "failed") == set()


def test_every_policy_passes_some_good_twin(code: Scanned, plan: Scanned) -> None:
    passed = {
        identifier for name in _GOOD for found in (code, plan) for identifier in found.ids(f"{GOOD}/{name}", "passed")
    }
    # What forbids a type of resource has nothing to pass.
    assert passed == set(_IDENTIFIERS) - {"CKV2_SSMORG_1"}


def test_no_policy_is_silent_about_a_plan(plan: Scanned) -> None:
    results = [result for found in plan.results.values() for result in found]
    assert list(silences(plan.document, results, _IDENTIFIERS)) == []
    resources = list(planned(plan.document))
    for identifier in set(_IDENTIFIERS) - {PROVISIONERS}:
        assert any(is_subject(identifier, kind, values) for _, kind, values in resources), identifier


def test_every_policy_has_severity_and_guideline(code: Scanned) -> None:
    failed = {
        result.check_id: result for found in code.results.values() for result in found if result.status == "failed"
    }
    for identifier in _IDENTIFIERS:
        assert failed[identifier].severity in {"medium", "high", "critical"}
        assert "https://" in failed[identifier].guideline


def test_every_policy_is_on_the_page() -> None:
    page = (REPOSITORY / "docs" / "usage" / "checkov-policies.md").read_text()
    for identifier, file in declared(POLICIES).items():
        assert f"`{identifier}`" in page
        assert f"../policies/{file}" in page
