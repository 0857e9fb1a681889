"""`make scan`: problems and reports. The policies: tests/policies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from harness import HarnessError
from harness.examples import CHECKOUTS
from harness.workspace import REPOSITORY
from tools.scan import checkov as scan_checkov
from tools.scan.checkov import POLICIES, Result, Scan, checkov
from tools.scan.command import add_plan, evaluate_source
from tools.scan.plans import NOT_PLANNED, ExamplePlan, examples, plan_examples
from tools.scan.policies import coverage_gaps, declared
from tools.scan.reports import write_junit, write_sarif
from tools.scan.skips import Skip, find_skips

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_YAML = "metadata: {id: CKV2_SSMORG_1, name: One}\n"
_STACK = """\
resource "aws_cloudformation_stack" "this" {
  #checkov:skip=CKV_AWS_124:No topic is needed.
  name = "one"
}
"""
_PROVISIONED = """\
resource "terraform_data" "this" {
  provisioner "local-exec" {
    command = "exit 0"
  }
}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "main.tf": 'module "explorer" {\n  source = "./modules/explorer"\n}\n',
        "modules/explorer/main.tf": _STACK,
        "modules/action/main.tf": _PROVISIONED,
        "examples/small/main.tf": 'module "systems_manager" {\n  source = "../.."\n}\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _result(file: Path, **fields: Any) -> Result:
    given = Result(
        status="skipped",
        check_id="CKV_AWS_124",
        check_name="Stacks notify a topic",
        severity="",
        guideline="",
        file=file,
        first_line=1,
        last_line=4,
        resource="module.explorer.aws_cloudformation_stack.this",
    )
    return replace(given, **fields)


def _provisioner(repository: Path) -> Result:
    file = repository / "modules/action/main.tf"
    return _result(
        file, status="passed", check_id="CKV_SSMORG_6", resource='module.action["a.b"].terraform_data.this[0]'
    )


def _plan(*, template: str = '{"Resources": {"Sync": {"Type": "AWS::SSM::ResourceDataSync"}}}') -> ExamplePlan:
    address = 'module.systems_manager["a.b"].module.explorer[0].aws_cloudformation_stack.this[0]'
    stack = {
        "address": address,
        "mode": "managed",
        "type": "aws_cloudformation_stack",
        "values": {"template_body": template},
    }
    explorer = {"source": "./modules/explorer", "module": {}}
    calls = {"systems_manager": {"source": "../..", "module": {"module_calls": {"explorer": explorer}}}}
    return ExamplePlan(
        "examples/small",
        {
            "planned_values": {"root_module": {"child_modules": [{"child_modules": [{"resources": [stack]}]}]}},
            "configuration": {"root_module": {"module_calls": calls}},
        },
    )


_ADDRESS = 'module.systems_manager["a.b"].module.explorer[0].aws_cloudformation_stack.this[0]'


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"one.yaml": "metadata: {id: ["}, "one.yaml cannot be read as a policy"),
        ({"one.yaml": "definition: {}"}, "one.yaml cannot be read as a policy"),
        ({"one.py": "def ("}, "one.py cannot be read as a policy"),
        ({"one.py": "check = None"}, "one.py declares no id"),
        ({"one.yaml": _YAML, "two.yaml": _YAML}, "CKV2_SSMORG_1 is declared by one.yaml and by two.yaml"),
    ],
)
def test_unreadable_policies(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(HarnessError, match=message):
        declared(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken.py", "raise ValueError('broken', dict(id='CKV_SSMORG_99'))"),
        ("broken.yaml", "metadata: {id: CKV2_SSMORG_99, name: Broken, category: IAM}\ndefinition: {cond_type: none}\n"),
    ],
)
def test_policy_that_checkov_cannot_load(tmp_path: Path, name: str, text: str) -> None:
    policies, scanned = tmp_path / "policies", tmp_path / "scanned"
    policies.mkdir()
    scanned.mkdir()
    (policies / "__init__.py").touch()
    (policies / name).write_text(text)
    (scanned / "main.tf").write_text(_STACK)
    with pytest.raises(HarnessError, match="broken"):
        checkov(scanned, "terraform", policies=policies)


def test_without_checkov(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_checkov, "PROGRAM", tmp_path / "checkov")
    with pytest.raises(HarnessError, match="make scan"):
        checkov(tmp_path, "terraform")


def test_every_example_has_variables() -> None:
    assert set(examples(REPOSITORY)) <= {*CHECKOUTS, *NOT_PLANNED}


def test_example_without_variables(workspaces: Workspaces, sandbox: Sandbox, repository: Path) -> None:
    with pytest.raises(HarnessError, match="examples/small"):
        next(plan_examples(workspaces, sandbox, repository))


def test_source(repository: Path) -> None:
    stack = _result(repository / "modules/explorer/main.tf")
    outcome = evaluate_source(Scan((stack, _provisioner(repository)), 2, ()), repository)
    assert outcome.problems == []
    assert [(skip.block, skip.reason) for skip in outcome.skips] == [
        ("aws_cloudformation_stack.this", "No topic is needed.")
    ]


def test_parsing_error(repository: Path) -> None:
    unread = str(repository / "modules/explorer/variables.tf")
    outcome = evaluate_source(Scan((_provisioner(repository),), 1, (unread,)), repository)
    assert outcome.problems == ["Checkov cannot parse modules/explorer/variables.tf"]


def test_provisioner_without_result(repository: Path) -> None:
    outcome = evaluate_source(Scan((), 0, ()), repository)
    assert outcome.problems == ["CKV_SSMORG_6 has no result for terraform_data.this of modules/action/main.tf"]


@pytest.mark.parametrize(
    "text",
    [
        _STACK.replace(":No topic is needed.", ""),
        _STACK.replace("No topic is needed.", " "),
        _STACK.replace("  #checkov:skip=CKV_AWS_124:No topic is needed.\n", ""),
        _STACK.replace("CKV_AWS_124", "CKV_AWS_1245"),
    ],
)
def test_skip_without_reason(repository: Path, text: str) -> None:
    file = repository / "modules/explorer/main.tf"
    file.write_text(text)
    skips, problems = find_skips([_result(file)])
    assert skips == []
    assert problems == [
        "CKV_AWS_124 is skipped for module.explorer.aws_cloudformation_stack.this without a reason there"
    ]


def test_plan_has_the_skips_of_the_code(repository: Path) -> None:
    outcome = evaluate_source(
        Scan((_result(repository / "modules/explorer/main.tf"), _provisioner(repository)), 2, ()), repository
    )
    failed = _result(Path("0.json"), status="failed", resource=_ADDRESS, first_line=0, last_line=0)
    results = [failed, replace(failed, check_id="CKV_AWS_125"), replace(failed, check_id="CKV_SSMORG_5")]
    add_plan(outcome, _plan(), results, {"CKV_SSMORG_5": "x.py"}, repository)
    assert outcome.problems == []
    assert outcome.resources["examples/small"] == 1
    file = repository / "modules/explorer/main.tf"
    assert [
        (found.check_id, found.status, found.file, found.first_line) for found in outcome.results["examples/small"]
    ] == [
        ("CKV_AWS_124", "skipped", file, 1),
        ("CKV_AWS_125", "failed", file, 1),
        ("CKV_SSMORG_5", "failed", file, 1),
    ]


def test_missing_result() -> None:
    assert list(coverage_gaps(_plan().document, [], ["CKV_SSMORG_5"])) == [f"CKV_SSMORG_5 has no result for {_ADDRESS}"]


def test_unexpected_result() -> None:
    result = _result(Path("0.json"), check_id="CKV_SSMORG_5", resource=_ADDRESS)
    assert list(coverage_gaps(_plan(template="{}").document, [result], ["CKV_SSMORG_5"])) == [
        f"CKV_SSMORG_5 has an unexpected result for {_ADDRESS}"
    ]


def test_resource_of_which_nothing_is_known() -> None:
    stack = {"mode": "managed", "address": "aws_cloudformation_stack.this", "type": "aws_cloudformation_stack"}
    document = {"planned_values": {"root_module": {"resources": [stack]}}}
    assert list(coverage_gaps(document, [], ["CKV_SSMORG_5"])) == [f"CKV_SSMORG_5 has no result for {stack['address']}"]


def test_unknown_policy() -> None:
    with pytest.raises(HarnessError, match="CKV_SSMORG_99"):
        list(coverage_gaps(_plan().document, [], ["CKV_SSMORG_99"]))


def test_sarif(tmp_path: Path, repository: Path) -> None:
    file = repository / "modules/explorer/main.tf"
    skipped = _result(file)
    failed = _result(file, status="failed", check_id="CKV_SSMORG_5", severity="high", guideline="Set it.")
    passed = _result(file, status="passed", check_id="CKV_AWS_1")
    skip = Skip("CKV_AWS_124", file, "aws_cloudformation_stack.this", "No topic is needed.")
    write_sarif(tmp_path / "scan.sarif", [skipped, failed, failed, passed], [skip], repository)
    (run,) = json.loads((tmp_path / "scan.sarif").read_text())["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CKV_AWS_124", "CKV_SSMORG_5"]
    first, second = run["results"]
    assert first["suppressions"] == [{"kind": "inSource", "justification": "No topic is needed."}]
    assert "suppressions" not in second
    assert second["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "modules/explorer/main.tf"},
        "region": {"startLine": 1, "endLine": 4},
    }


def test_junit(tmp_path: Path) -> None:
    results = [_result(Path("main.tf"), status=status) for status in ("passed", "failed", "skipped")]
    write_junit(tmp_path / "scan.xml", {"source": results}, ["CKV_SSMORG_5 has no result"])
    source, itself = ET.parse(tmp_path / "scan.xml").getroot()  # noqa: S314 (written above)
    assert (source.get("tests"), source.get("failures"), source.get("skipped")) == ("3", "1", "1")
    assert [case.get("name") for case in itself] == ["CKV_SSMORG_5 has no result"]
    assert itself.get("failures") == "1"


def test_policies_of_this_repository_are_known() -> None:
    """Each has an id of this module, and the resources that it applies to are known."""
    identifiers = declared(POLICIES)
    assert all(identifier.startswith(("CKV_SSMORG_", "CKV2_SSMORG_")) for identifier in identifiers)
    list(coverage_gaps(_plan().document, [], identifiers))
