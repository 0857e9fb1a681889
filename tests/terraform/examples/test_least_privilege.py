"""docs/iam: what is taken away is missed by name. That nothing is missing, and nothing too much: test_complete.py."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from harness.assertions import READ_ONLY
from harness.workspace import REPOSITORY
from sandbox.policies.evaluation import Policy
from tools.iam.command import read_policies
from tools.iam.recording import APPLY, PLAN, REPORT, ROLES, run_troubles
from tools.iam.policies import DOCUMENTED_NAME, LIMIT, TRUST_NAME
from tools.iam.sweep import Case, ending_of

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


@pytest.mark.parametrize(
    "case",
    [
        Case(APPLY, "ReadOrganization", "organizations:ListRoots"),
        Case(APPLY, "CreateServiceLinkedRoles", "iam:CreateServiceLinkedRole"),
        Case(APPLY, "WriteRecords", "ssm:PutParameter"),
    ],
    ids=str,
)
def test_what_is_taken_away_is_missed_by_name(sandbox: Sandbox, workspaces: Workspaces, case: Case) -> None:
    """A sample; `make iam SWEEP=1` does it with each action."""
    assert ending_of(sandbox, workspaces, read_policies(), case, run_troubles) == "fails and names it"


def test_the_policies_are_what_iam_takes() -> None:
    documents = read_policies()
    assert sorted(documents) == sorted((*ROLES, DOCUMENTED_NAME, TRUST_NAME))
    for name, document in documents.items():
        text = (REPOSITORY / "docs" / "iam" / f"{name}.json").read_text()
        assert len(re.sub(r"\s", "", text)) <= LIMIT, name
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(set(sids)) == len(sids), name
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids), name
        if name != TRUST_NAME:
            Policy(document)


def test_a_plan_and_a_report_only_read() -> None:
    documents = read_policies()
    actions = {name: {a for s in documents[name]["Statement"] for a in s["Action"]} for name in (PLAN, REPORT, APPLY)}
    for name in (PLAN, REPORT):
        assert all(any(fnmatchcase(action, pattern) for pattern in READ_ONLY) for action in actions[name]), name
    assert actions[PLAN] < actions[APPLY], "an apply plans first"
