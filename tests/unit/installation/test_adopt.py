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
MODULE = 'module.systems_manager.module.patch_policy["scan.all"].module.configuration["organization"]'
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
    aws.client("organizations").tag_resource(ResourceId=unit, Tags=[{"Key": TAG, "Value": MADE}])
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
    assert (
        f"{ROLE}: AWS-QuickSetup-Execution, created manually or by another tool: will be imported. Nothing of it "
        "changes in AWS. Destroy deletes it, unless it is removed from the state first: terraform state rm "
        f"'{ROLE}'\n"
    ) in outcome.stderr
    assert outcome.stderr.endswith(
        "Checked in account 111111111111 and Region us-east-1: 4 resources that the plan creates.\n"
    )


def test_stack_sets_are_imported_without_their_stacks(aws: Sandbox, run: Run) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.activate_organizations_access()
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    for name, mark in (("ours", MADE), ("theirs", f"{OTHERS}/2026-11-01T00:00:00Z")):
        cloudformation.create_stack_set(
            StackSetName=name,
            TemplateBody=json.dumps(template),
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": False},
            Tags=[{"Key": TAG, "Value": mark}],
        )
    sets = {name: f"module.{name}.aws_cloudformation_stack_set.this" for name in ("ours", "theirs", "absent")}
    stacks = {name: address.replace("_set.", "_instances.") for name, address in sets.items()}
    outcome = adopt(
        run,
        *(change(stacks[name], {"stack_set_name": name, "call_as": "SELF"}) for name in sets),
        *(
            change(
                sets[name],
                {"name": name, "call_as": "SELF", "tags": PLANNED, "template_body": json.dumps({**template, "X": 1})},
            )
            for name in sets
        ),
    )
    assert outcome.status == 1
    assert outcome.stdout == import_block(sets["ours"], "ours")
    assert f"ours, created by installation {OURS}: will be imported. Changes: template." in outcome.stderr
    assert f"theirs was created by installation {OTHERS}" in outcome.stderr


@pytest.mark.usefixtures("scan")
def test_what_the_import_changes(run: Run) -> None:
    planned = manager()
    planned["change"]["after"] |= {
        "description": "Ours",
        "configuration_definition": [
            {
                "type": "AWSQuickSetupType-PatchPolicy",
                "parameters": {"TargetRegions": "eu-west-1"},
                "local_deployment_execution_role_name": "Ours",
            }
        ],
    }
    role = {"name": "AWS-QuickSetup-Execution", "assume_role_policy": "{}", "description": "Ours"}
    settings = change("module.x.aws_iam_role.x", {"name": "Absent"})
    settings |= {"address": "module.settings.terraform_data.changes", "type": "terraform_data"}
    settings["change"]["after"] = {
        "triggers_replace": {
            "trusted-access/ssm.amazonaws.com": "enabled -> enabled (2026-11-28T10:12:48Z)",
            "account-placement/administrator": "r-sbox -> Systems (Manager) (2026-11-28T10:12:48Z)",
        }
    }
    outcome = adopt(run, planned, change(ROLE, role), settings)
    assert outcome.status == 0
    for expected in (
        'Changes: description "" -> "Ours"; ',
        'TargetRegions "us-east-1" -> "eu-west-1"',
        'execution role "AWS-QuickSetup-Execution" -> "Ours". Quick Setup deploys it again to its accounts',
        'Changes: description "" -> "Ours"; trust policy. Destroy deletes it',
        "used as they are, and left so on destroy: trusted-access/ssm.amazonaws.com.",
        "unless retained: account-placement/administrator (r-sbox -> Systems (Manager)).",
    ):
        assert expected in outcome.stderr


@pytest.mark.parametrize("maker", ["", OTHERS])
def test_a_unit_and_an_account_of_others_are_inputs(aws: Sandbox, run: Run, maker: str) -> None:
    """An import would give them to this installation, whose destroy deletes them."""
    unit = unit_id(aws, "SystemsManager")
    if maker:
        tags = [{"Key": TAG, "Value": f"{maker}/2025-01-01T00:00:00Z"}]
        aws.client("organizations").tag_resource(ResourceId=unit, Tags=tags)
    outcome = adopt(
        run,
        change(UNIT, {"name": "SystemsManager", "parent_id": "r-sbox", "tags": PLANNED}),
        change(
            "module.x.aws_organizations_account.this",
            {"name": "A", "email": "administrator@example.com", "tags": PLANNED},
        ),
    )
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f'Set dedicated_organizational_unit = {{ id = "{unit}" }}' in outcome.stderr
    assert 'Set delegated_administrator = { account_id = "222222222222" }' in outcome.stderr
    assert (f'set the input installation = "{OTHERS}"' in outcome.stderr) == bool(maker)


@pytest.mark.usefixtures("aws")
def test_a_name_that_only_the_apply_knows_is_not_looked_up(run: Run) -> None:
    outcome = adopt(run, change("module.x.aws_cloudformation_stack_set.this", {"call_as": "SELF", "tags": PLANNED}))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Nothing was checked" in outcome.stderr


def test_a_role_with_another_path_is_not_imported(aws: Sandbox, run: Run) -> None:
    """Terraform would replace it."""
    prepare(aws)
    outcome = adopt(run, change(ROLE, {"name": "AWS-QuickSetup-Execution", "path": "/service-role/"}))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "cannot be adopted: its path is /, and the plan has /service-role/" in outcome.stderr


@pytest.mark.usefixtures("aws")
def test_a_plan_of_another_account_is_an_error(run: Run) -> None:
    caller = {"type": "aws_caller_identity", "values": {"account_id": "222222222222"}}
    prior = {"values": {"root_module": {"child_modules": [{"resources": [caller]}]}}}
    plan = {"resource_changes": [manager()], "prior_state": prior}
    outcome = run("report", "adopt", stdin=io.StringIO(json.dumps(plan)))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "the plan is of account 222222222222, but the credentials belong to account 111111111111" in outcome.stderr


def test_resources_of_another_installation_are_ignored(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws, "scan", mark=f"{OTHERS}/2025-01-01T00:00:00Z")
    outcome = adopt(run, manager())
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"{arn} was created by installation {OTHERS}" in outcome.stderr
    assert f'If the state of installation {OTHERS} is lost, set the input installation = "{OTHERS}"' in outcome.stderr


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


def test_a_resource_whose_id_is_not_its_name_is_moved(aws: Sandbox, run: Run) -> None:
    aws.client("cloudformation").create_stack(
        StackName="deny-access",
        TemplateBody="Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
        Tags=[{"Key": TAG, "Value": MADE}],
    )
    planned = {"name": "deny-access", "tags": PLANNED}
    created = change("module.renamed.aws_cloudformation_stack.this", planned)
    before = {"id": "arn:aws:cloudformation:us-east-1:111111111111:stack/deny-access/1", "name": "deny-access"}
    deleted = change("module.called.aws_cloudformation_stack.this", None, "delete", before=before)
    # Of another type, whose name is the same.
    role = change("module.called.aws_iam_role.this", None, "delete", before={"name": "deny-access"})
    outcome = adopt(run, created, role, deleted)
    assert outcome.stdout == "moved {\n  from = module.called\n  to   = module.renamed\n}\n", outcome.stderr


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("replace_because_tainted", f"To keep it: terraform untaint '{MANAGER}'"),
        ("replace_by_request", "plan without -replace, or delete it in AWS first"),
        ("replace_because_cannot_update", "wants (configuration_definition.0.type). Give it another name too, or undo"),
    ],
)
def test_replaced_resources_have_no_block(run: Run, scan: str, reason: str, expected: str) -> None:
    replaced = manager(action_reason=reason)
    replaced["change"]["actions"] = ["delete", "create"]
    replaced["change"]["replace_paths"] = [["configuration_definition", 0, "type"]]
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
    outcome = adopt(run, change(ROLE, {"name": "Absent", "tags": PLANNED}))
    assert (outcome.status, outcome.stdout) == (0, "")
    assert outcome.stderr == (
        "Checked in account 111111111111 and Region us-east-1: 1 resource that the plan creates. None of them exists.\n"
    )


@pytest.mark.usefixtures("scan")
def test_a_plan_that_creates_nothing_is_no_success(run: Run) -> None:
    in_state = manager()
    in_state["change"]["actions"] = ["no-op"]
    outcome = adopt(run, in_state)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Nothing was checked in account 111111111111 and Region us-east-1" in outcome.stderr


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
