"""The known issues: AWS's wording, as it is reported, leads to its cause."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from systems_manager_organization.quick_setup.known_issues import PAGE, find_known_issue
from tools.docs.known_issues import reported_issues

ENTRIES = reported_issues()
SECTIONS = (Path(__file__).parents[3] / PAGE).read_text(encoding="utf-8")
STACK = "arn:aws:cloudformation:us-east-1:333333333333:stack/network/0123"


def test_there_are_thirty_with_a_public_report_each() -> None:
    reported = [entry for entry in ENTRIES if entry["source"]]
    assert len(reported) >= 30
    assert all(entry["source"].startswith("https://") for entry in reported)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["pattern"][:40] for entry in ENTRIES])
def test_its_own_text_leads_to_it(entry: dict[str, str]) -> None:
    issue = find_known_issue(f"ResourceLogicalId:X, ResourceType:Y, ResourceStatusReason:{entry['text']}.")
    assert issue is not None
    # Without the values: what the cause says before the first of them.
    assert issue.explanation.startswith(entry["explanation"].partition("{")[0])
    assert not re.search(r"[{}]", issue.explanation + issue.remedy)
    page, _, anchor = issue.address.partition("#")
    assert page.endswith(f"/{PAGE}")
    assert f'<a id="{anchor}">' in SECTIONS


@pytest.mark.parametrize(
    ("reason", "cause", "not_cause"),
    [
        (f"AWS-QuickSetup-X already exists in stack {STACK}", f"Another stack owns it: {STACK}", "Delete it there"),
        ("LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000", "has 1000 IAM roles", "A quota of"),
        ("ResourcePolicyLimitExceededException: too many", "OpsCenter was set up manually", "A quota of"),
        (
            "is not authorized to perform: ssm:CreateAssociation with an explicit deny in a service control policy",
            "A service control policy denies",
            "A policy denies",
        ),
    ],
)
def test_of_two_that_match_the_more_exact_decides(reason: str, cause: str, not_cause: str) -> None:
    issue = find_known_issue(reason)
    assert issue is not None
    assert cause in issue.explanation
    assert not_cause not in f"{issue.explanation} {issue.remedy}"


def test_an_unknown_text_has_no_issue() -> None:
    assert find_known_issue("Internal error 42") is None
