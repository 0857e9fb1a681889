"""SECURITY.md has every principal of docs/iam and every role that the modules create; its numbers are the code's."""

from __future__ import annotations

import re

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization.aws.account_sessions import READ_ACTIONS

_PAGE = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
_ROWS = [line.split(" | ") for line in _PAGE.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
_NUMBERS = {"three": 3, "four": 4, "five": 5, "six": 6}
_ROLE = re.compile(r'resource "aws_iam_role"|"AWS::IAM::Role"')


@pytest.mark.parametrize("policy", sorted(path.name for path in (REPOSITORY / "docs" / "iam").glob("*.json")))
def test_every_principal_has_a_row(policy: str) -> None:
    assert any(f"docs/iam/{policy}" in principal for principal, *_ in _ROWS)


@pytest.mark.parametrize(
    "module",
    sorted(
        {
            path.parent.name
            for path in (REPOSITORY / "modules").glob("*/*.tf")
            if _ROLE.search(path.read_text(encoding="utf-8"))
        }
    ),
)
def test_every_module_with_a_role_has_a_row(module: str) -> None:
    assert any(f"(modules/{module})" in role for role, *_ in _ROWS)


@pytest.mark.parametrize(
    "page", ["SECURITY.md", "docs/development/architecture.md", "docs/operations/least-privilege.md"]
)
def test_number_of_read_actions(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    assert [_NUMBERS[word] for word in re.findall(r"(\w+) read actions", text)] == [len(READ_ACTIONS)]
