"""docs/iam: errors name a missing action. That no action is missing or unused: test_complete.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from sandbox.policies.evaluation import Policy
from sandbox.server.calls import is_read_only
from tools.iam.command import read_policies
from tools.iam.documented import DOCUMENTED_POLICIES
from tools.iam.policies import LIMIT, TRUST_NAME
from tools.iam.roles import APPLY, PLAN, REPORT, ROLES
from tools.iam.runs.examples import run_changes
from tools.iam.sweep import Case, ending_of

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


@pytest.mark.parametrize(
    "case",
    [
        Case(PLAN, "ReadOrganization", "organizations:ListRoots"),
        Case(APPLY, "CreateServiceLinkedRoles", "iam:CreateServiceLinkedRole"),
        Case(APPLY, "WriteRecords", "ssm:PutParameter"),
    ],
    ids=str,
)
def test_missing_action_is_named(sandbox: Sandbox, workspaces: Workspaces, case: Case) -> None:
    """A sample; `make iam SWEEP=1` removes each action."""
    assert ending_of(sandbox, workspaces, read_policies(), case, run_changes) == "fails, names the action"


def test_policies_are_valid_in_iam() -> None:
    documents = read_policies()
    assert sorted(documents) == sorted((*ROLES, *DOCUMENTED_POLICIES, TRUST_NAME))
    for name, document in documents.items():
        text = (REPOSITORY / "docs" / "iam" / f"{name}.json").read_text()
        assert len(re.sub(r"\s", "", text)) <= LIMIT, name
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(sids)) == len(sids), name
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids), name
        if name != TRUST_NAME:
            Policy(document)


def test_plan_and_report_are_read_only() -> None:
    documents = read_policies()
    actions = {name: {a for s in documents[name]["Statement"] for a in s["Action"]} for name in (PLAN, REPORT)}
    for name in (PLAN, REPORT):
        assert all(is_read_only(action.partition(":")[2]) for action in actions[name]), name
    shared = [s for s in documents[APPLY]["Statement"] if s in documents[PLAN]["Statement"]]
    assert not shared, "who applies has both policies"
