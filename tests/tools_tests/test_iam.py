"""Policies from recorded permissions, and files from policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness import HarnessError
from sandbox.policies.evaluation import Permission
from tools.docs.markers import markers
from tools.iam.command import differences, read_policies
from tools.iam.documented import DOCUMENTED_POLICIES
from tools.iam.policies import TRUST_NAME, UncoveredNeedError, policies
from tools.iam.roles import (
    ADMINISTRATION,
    ADMINISTRATOR_PLAN,
    APPLY,
    AUTOMATION,
    COMPLIANCE,
    COMPLIANCE_PLAN,
    CONSOLE,
    DELIVERY,
    MEMBER,
    MEMBER_SECURITY_HUB,
    NODE_ACCESS,
    PLAN,
    PREFERENCES,
    REPORT,
    SCHEDULE,
    SETTINGS,
)
from tools.iam.runs.compliance import run_compliance_report
from tools.iam.runs.nodes import run_nodes
from tools.iam.runs.recorder import PermissionRecorder
from tools.iam.sweep import Case, Outcome, cases_of, ending_of, without

if TYPE_CHECKING:
    from pathlib import Path

    from harness.workspace import Workspaces
    from sandbox import Sandbox

ROLE = "arn:aws:iam::111111111111:role/AWS-QuickSetup-Some"
# The management account, and the member account whose nodes are read.
ACCOUNTS = ("111111111111", "222222222222")
NEEDS: dict[str, set[Permission]] = {
    PLAN: {Permission("organizations:ListRoots")},
    APPLY: {
        Permission("organizations:ListRoots"),
        Permission("iam:AttachRolePolicy", ROLE, {"iam:PolicyARN": "arn:aws:iam::aws:policy/B"}),
        Permission("iam:AttachRolePolicy", ROLE, {"iam:PolicyARN": "arn:aws:iam::aws:policy/A"}),
    },
    ADMINISTRATOR_PLAN: set(),
    COMPLIANCE_PLAN: set(),
    ADMINISTRATION: set(),
    COMPLIANCE: {Permission("athena:StartQueryExecution", "arn:aws:athena:us-east-1:1:workgroup/patch-compliance")},
    SCHEDULE: set(),
    SETTINGS: set(),
    CONSOLE: set(),
    AUTOMATION: set(),
    PREFERENCES: set(),
    NODE_ACCESS: set(),
    REPORT: {Permission("ssm:DescribeInstancePatchStates")},
    DELIVERY: {
        Permission("ssm:DescribeInstancePatchStates"),
        Permission("s3:ListBucket", "arn:aws:s3:::compliance-report-snapshots-1"),
    },
    MEMBER_SECURITY_HUB: {
        Permission("securityhub:BatchImportFindings", "arn:aws:securityhub:us-east-1:1:product/1/default")
    },
    MEMBER: {Permission("ssm:ListResourceDataSync", "*", {"ssm:SyncType": "SyncFromSource"})},
}


def test_policy_has_the_recorded_permissions() -> None:
    documents = policies(NEEDS)
    assert documents[PLAN]["Statement"] == [
        {
            "Sid": "ReadOrganization",
            "Effect": "Allow",
            "Action": ["organizations:ListRoots"],
            "Resource": ["*"],
        },
    ]
    assert documents[APPLY]["Statement"] == [
        {
            "Sid": "AttachManagedPolicies",
            "Effect": "Allow",
            "Action": ["iam:AttachRolePolicy"],
            "Resource": ["arn:aws:iam::*:role/AWS-QuickSetup-*"],
            "Condition": {"ArnEquals": {"iam:PolicyARN": ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"]}},
        },
    ]
    assert documents[ADMINISTRATION]["Statement"] == []
    assert [statement["Sid"] for statement in documents[COMPLIANCE]["Statement"]] == ["QueryAthena"]
    assert [statement["Sid"] for statement in documents[REPORT]["Statement"]] == ["ReadPatchCompliance"]
    assert [statement["Sid"] for statement in documents[DELIVERY]["Statement"]] == ["ListSnapshots"]
    assert [statement["Sid"] for statement in documents[MEMBER_SECURITY_HUB]["Statement"]] == ["ImportFindings"]
    assert sorted(documents) == sorted([*NEEDS, *DOCUMENTED_POLICIES, TRUST_NAME])
    for name in DOCUMENTED_POLICIES:
        assert all(statement["Sid"].startswith("Documented") for statement in documents[name]["Statement"])


@pytest.mark.parametrize(
    "need", [Permission("iam:CreateUser", "*"), Permission("iam:CreateRole", "arn:aws:iam::1:role/Other")]
)
def test_permission_without_statement(need: Permission) -> None:
    with pytest.raises(UncoveredNeedError, match=f"No statement for {need.action} on"):
        policies({**NEEDS, APPLY: {need}})


def test_outdated_files(tmp_path: Path) -> None:
    folder, page = tmp_path / "iam", tmp_path / "page.md"
    folder.mkdir()
    page.write_text("\n".join(["Before.", *markers(), "After.\n"]))
    documents = policies(NEEDS)
    for file, text in differences(documents, folder, page):
        assert text is not None
        file.write_text(text)
    assert list(differences(documents, folder, page)) == []
    assert read_policies(folder) == documents
    assert page.read_text().startswith("Before.\n")
    assert page.read_text().endswith("\nAfter.\n")
    assert "| `ReadOrganization` |" in page.read_text()

    plan = json.loads((folder / "management-plan.json").read_text())
    plan["Statement"].append({"Sid": "More", "Effect": "Allow", "Action": ["ssm:*"], "Resource": ["*"]})
    (folder / "management-plan.json").write_text(json.dumps(plan, indent=2) + "\n")
    (folder / "other.json").write_text("{}")
    found = dict(differences(documents, folder, page))
    assert sorted(file.name for file in found) == ["management-plan.json", "other.json"]
    assert found[folder / "other.json"] is None

    page.write_text("No table.\n")
    with pytest.raises(HarnessError, match="must have the line"):
        list(differences(documents, folder, page))


def test_removed_action() -> None:
    documents = policies(NEEDS)
    case = Case(APPLY, "AttachManagedPolicies", "iam:AttachRolePolicy")
    assert case in cases_of(documents)
    changed = without(documents, case)
    assert changed[APPLY]["Statement"] == []
    assert changed[PLAN] == documents[PLAN]
    assert len(cases_of(documents)) == 7


def test_expected_outcomes() -> None:
    case, known = Case(PLAN, "One", "iam:GetRole"), Case(MEMBER, "One", "iam:GetRole")
    assert [Outcome(case, "fails, names the action").is_expected, Outcome(case, "continues silently").is_expected] == [
        True,
        False,
    ]
    assert [Outcome(known, "continues silently").is_expected, Outcome(known, "not required").is_expected] == [
        True,
        False,
    ]
    assert "every Region is checked" in str(Outcome(known, "continues silently"))
    assert str(Outcome(known, "fails, names the action")).endswith(": fails, names the action")


def test_compliance_report_runs_under_its_policies(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """With snapshots in a bucket and Security Hub; without one of the rights, that is said."""
    recorder = PermissionRecorder(sandbox, read_policies())
    run_compliance_report(recorder, workspaces)
    assert recorder.denied == []
    assert "Security Hub has accepted 4 findings of 4." in recorder.output

    case = Case(MEMBER_SECURITY_HUB, "ImportFindings", "securityhub:BatchImportFindings")
    recorder = PermissionRecorder(sandbox, without(read_policies(), case))
    run_compliance_report(recorder, workspaces)
    assert set(recorder.denied) == {"securityhub:BatchImportFindings in 222222222222"}
    assert "Security Hub has accepted 2 findings of 4." in recorder.output
    assert case.action in recorder.output


def test_nodes_are_diagnosed_under_the_policies(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """In a member account and in the caller's own, Default Host Management Configuration among the evidence."""
    recorder = PermissionRecorder(sandbox, read_policies())
    run_nodes(recorder, workspaces)
    assert recorder.denied == []
    nodes = json.loads(recorder.output[recorder.output.index("{") : recorder.output.rindex("}") + 1])["nodes"]
    causes = {account_id: [n["cause"] for n in nodes if n["account_id"] == account_id] for account_id in ACCOUNTS}
    assert all("HOST_MANAGEMENT_ROLE_LACKS_PERMISSIONS" in found for found in causes.values())
    assert len({tuple(sorted(found)) for found in causes.values()}) == 1
    assert not any(node["not_checked"] for node in nodes)


@pytest.mark.parametrize("role", [MEMBER, REPORT])
@pytest.mark.parametrize("action", ["ec2:DescribeRouteTables", "iam:GetRole"])
def test_a_diagnosis_names_the_action_that_it_lacks(
    sandbox: Sandbox, workspaces: Workspaces, role: str, action: str
) -> None:
    case = Case(role, "DiagnoseNodes", action)
    assert ending_of(sandbox, workspaces, read_policies(), case, run_nodes) == "continues, names the action"
