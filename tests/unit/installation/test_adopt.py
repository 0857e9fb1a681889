"""`report.py adopt`: blocks for what a plan would create although AWS has it, from the plan alone and from AWS."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import PATCH_POLICY
from unit.cases import unit_id
from unit.conftest import TerminalText
from unit.quick_setup_cases import create, prepare

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

TAG = "systems-manager-organization:created"
OURS, OTHERS = "20261128T101248Z-a1b2c3", "20250101T000000Z-ffffff"
MADE = f"{OURS}/2026-11-01T00:00:00Z"
PLANNED = {TAG: f"{OURS}/2026-11-28T10:12:48Z"}
MODULE = 'module.systems_manager.module.patch_policy["scan.all"].module.organization'
MANAGER = f"{MODULE}.aws_ssmquicksetup_configuration_manager.this"
ROLE = "module.systems_manager.module.quick_setup.aws_iam_role.execution"
UNIT = "module.systems_manager.module.dedicated_organizational_unit[0].aws_organizations_organizational_unit.this[0]"


def change(address: str, after: dict[str, Any] | None, *actions: str, **members: Any) -> dict[str, Any]:
    kind = (address.rpartition("]")[0] and address.split("[")[-2]) or address
    resource = next(word for word in address.split(".") if word.startswith("aws_"))
    assert kind
    return {
        "address": address,
        "type": resource,
        "change": {"actions": list(actions or ("create",)), "after": after, "before": members.pop("before", None)},
        **members,
    }


def manager(**members: Any) -> dict[str, Any]:
    planned = {"name": "scan", "tags": PLANNED, "configuration_definition": [{"type": "AWSQuickSetupType-PatchPolicy"}]}
    return change(MANAGER, planned, **members)


def adopt(run: Run, *changes: dict[str, Any]) -> Outcome:
    plan = io.StringIO(json.dumps({"errored": True, "resource_changes": list(changes)}))
    return run("report", "adopt", stdin=plan)


def import_block(address: str, resource_id: str) -> str:
    return f'import {{\n  to = {address}\n  id = "{resource_id}"\n}}\n'


@pytest.fixture
def scan(aws: Sandbox) -> str:
    prepare(aws)
    return create(aws, "scan", mark=MADE)


def test_lost_resources_are_imported(aws: Sandbox, run: Run, scan: str) -> None:
    unit = unit_id(aws, "SystemsManager")
    outcome = adopt(
        run,
        manager(),
        change(ROLE, {"name": "AWS-QuickSetup-Execution", "tags": PLANNED}),
        change(UNIT, {"name": "SystemsManager", "parent_id": "r-sbox", "tags": PLANNED}),
        change("module.x.aws_iam_role.absent", {"name": "Absent", "tags": PLANNED}),
        change("module.x.aws_iam_role_policy_attachment.this", {"role": "AWS-QuickSetup-Execution"}),
    )
    assert outcome.status == 0
    assert outcome.stdout == "".join(
        (import_block(MANAGER, scan), import_block(ROLE, "AWS-QuickSetup-Execution"), import_block(UNIT, unit))
    )
    assert f"{MANAGER}: {scan}, created by installation {OURS}: will be imported." in outcome.stderr
    assert f"{ROLE}: AWS-QuickSetup-Execution, created manually or by another tool: will be imported." in outcome.stderr


def test_resources_of_another_installation_are_ignored(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, "scan", mark=f"{OTHERS}/2025-01-01T00:00:00Z")
    outcome = adopt(run, manager())
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"{arn} was created by installation {OTHERS}" in outcome.stderr
    assert f'If its state is lost, set the input installation = "{OTHERS}"' in outcome.stderr


@pytest.mark.parametrize(
    ("previous", "block"),
    [
        (
            MANAGER.replace("module.systems_manager", "module.ssm"),
            "moved {\n  from = module.ssm\n  to   = module.systems_manager\n}\n",
        ),
        (
            MANAGER.replace("scan.all", "scan"),
            (
                'moved {\n  from = module.systems_manager.module.patch_policy["scan"]\n'
                '  to   = module.systems_manager.module.patch_policy["scan.all"]\n}\n'
            ),
        ),
        (MANAGER.replace(".this", ".that"), f"moved {{\n  from = {MANAGER[:-4]}that\n  to   = {MANAGER}\n}}\n"),
    ],
    ids=["module call renamed", "key renamed", "resource renamed"],
)
def test_resources_deleted_at_another_address_are_moved(run: Run, scan: str, previous: str, block: str) -> None:
    """An import in the same plan as the deletion would delete it."""
    deleted = change(previous, None, "delete", before={"manager_arn": scan, "name": "scan"})
    outcome = adopt(run, manager(), deleted)
    assert (outcome.status, outcome.stdout) == (0, block)
    assert f"{scan} is in the state as {previous}, which the same plan deletes" in outcome.stderr


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("replace_because_tainted", f"To keep it: terraform untaint '{MANAGER}'"),
        ("replace_by_request", "plan without -replace, or delete it in AWS first"),
    ],
)
def test_replaced_resources_have_no_block(run: Run, scan: str, reason: str, expected: str) -> None:
    replaced = manager(action_reason=reason)
    replaced["change"]["actions"] = ["delete", "create"]
    outcome = adopt(run, replaced)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert scan in outcome.stderr
    assert expected in outcome.stderr


def test_duplicate_names_have_no_block(aws: Sandbox, run: Run, scan: str) -> None:
    second = create(aws, "scan", mark=MADE)
    create(
        aws,
        "scan",
        definition={
            **PATCH_POLICY,
            "Type": "AWSQuickSetupType-DHMC",
            "Parameters": {"TargetOrganizationalUnits": "r-sbox", "TargetRegions": "us-east-1"},
        },
    )
    outcome = adopt(run, manager())
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "2 have this name" in outcome.stderr, "of another type are others"
    assert scan in outcome.stderr
    assert second in outcome.stderr


@pytest.mark.usefixtures("scan")
def test_nothing_to_adopt(run: Run) -> None:
    in_state = manager()
    in_state["change"]["actions"] = ["no-op"]
    outcome = adopt(run, in_state)
    assert (outcome.status, outcome.stdout) == (0, "")
    assert outcome.stderr == "The plan creates no existing resource.\n"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "Terraform used the selected providers"])
def test_invalid_plans_are_an_error_with_the_command(run: Run, text: str) -> None:
    outcome = run("report", "adopt", stdin=io.StringIO(text))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "terraform show -json PLANFILE | report.py adopt" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_terminal_as_standard_input_is_an_error(run: Run) -> None:
    outcome = run("report", "adopt", stdin=TerminalText())
    assert outcome.status == 1
    assert "standard input has no plan" in outcome.stderr
