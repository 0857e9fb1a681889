"""The assertions fail, and name the differences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.assertions import (
    assert_calls,
    assert_clean_destroy,
    assert_no_violations,
    assert_plan_empty,
    assert_same,
    differences,
)
from harness.results import Plan

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from sandbox import Sandbox

BEFORE = {"accounts": {"1": {"parent": "r-1"}}, "trusted": ["a", "b"], "status": "DISABLED"}


def call(name: str) -> Any:
    service, operation = name.split(":")
    return SimpleNamespace(service=service, operation=operation)


def plan(*messages: dict[str, Any], is_empty: bool = True) -> Plan:
    return Plan(messages, is_empty=is_empty)


def warning(summary: str) -> dict[str, Any]:
    return {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": summary, "detail": "Because."}}


def test_differences_by_path() -> None:
    after = {"accounts": {"1": {"parent": "ou-1"}, "2": {}}, "trusted": ["b", "c"], "new": 1}
    assert differences(BEFORE, BEFORE) == {}
    assert differences(BEFORE, after) == {
        "accounts/1/parent": "was 'r-1', is 'ou-1'",
        "accounts/2": "added: {}",
        "trusted/a": "removed: 'a'",
        "trusted/c": "added: 'c'",
        "status": "removed: 'DISABLED'",
        "new": "added: 1",
    }
    assert differences(1, "1") == {"": "was 1, is '1'"}


def test_differences_within_lists() -> None:
    assert differences(["a", "b"], ["b", "a"]) == {}
    assert differences([1, 2], [2, 1]) == {"0": "was 1, is 2", "1": "was 2, is 1"}
    assert differences({"a": ["x"]}, {"a": ["x", "x"]}) == {
        "a/x": "removed: 'x'",
        "a/0": "added: 'x'",
        "a/1": "added: 'x'",
    }
    before = [{"name": "one", "path": "/"}, {"name": "two"}]
    assert differences(before, [{"name": "two"}, {"name": "one", "path": "/x"}]) == {"one/path": "was '/', is '/x'"}
    assert differences({}, {"roles": before}).keys() == {"roles/one", "roles/two"}
    assert differences({}, {"roles": []}) == {"roles": "added: []"}
    assert differences(before, before[:1]) == {"two": "removed: {'name': 'two'}"}


def test_retained_differences() -> None:
    after = {**BEFORE, "status": "ENABLED"}
    assert_same(BEFORE, after, retained=["stat*"])
    with pytest.raises(AssertionError, match="Unexpected differences:\nstatus: was 'DISABLED', is 'ENABLED'"):
        assert_same(BEFORE, after)
    with pytest.raises(AssertionError, match=r"differences that are missing: trusted/\*"):
        assert_same(BEFORE, after, retained=["status", "trusted/*"])


def test_calls_that_are_not_allowed() -> None:
    calls = [call("organizations:DescribeOrganization"), call("organizations:MoveAccount"), call("sts:AssumeRole")]
    assert_calls(calls, ["organizations:Move*"])
    with pytest.raises(AssertionError, match="not allowed: organizations:MoveAccount"):
        assert_calls(calls, ["iam:*"])


def test_plans_with_changes_or_warnings() -> None:
    change = {"type": "planned_change", "change": {"resource": {"addr": "a.b"}, "action": "update"}}
    assert_plan_empty(plan())
    assert_plan_empty(plan(warning("Expected")), warnings=["Expected"])
    with pytest.raises(AssertionError, match=r"not empty:\nupdate a\.b"):
        assert_plan_empty(plan(change, is_empty=False))
    with pytest.raises(AssertionError, match=r"warnings:\nwarning: Drift\nBecause\."):
        assert_plan_empty(plan(warning("Drift")))


def test_violations() -> None:
    assert_no_violations(cast("Sandbox", SimpleNamespace(violations=[])))
    with pytest.raises(AssertionError, match="service models:\nIAM: no Arn"):
        assert_no_violations(cast("Sandbox", SimpleNamespace(violations=["IAM: no Arn"])))


class Organization:
    """A fake of both a sandbox and Terraform."""

    def __init__(self, *, plan_calls: list[str], destroy_call: str, after: dict[str, Any]) -> None:
        self.calls = [call("organizations:CreateOrganizationalUnit")]
        self._plan_calls = plan_calls
        self._destroy_call = destroy_call
        self._after = after

    def plan(self) -> Plan:
        self.calls += map(call, self._plan_calls)
        return plan()

    def destroy(self) -> None:
        self.calls.append(call(self._destroy_call))

    def snapshot(self) -> dict[str, Any]:
        return self._after


@pytest.mark.parametrize(
    ("plan_calls", "destroy_call", "after", "problem"),
    [
        (["ssm:GetServiceSetting"], "organizations:DeleteOrganizationalUnit", BEFORE, None),
        (["iam:CreateRole"], "organizations:DeleteOrganizationalUnit", BEFORE, "iam:CreateRole"),
        ([], "iam:DeleteRole", BEFORE, "iam:DeleteRole"),
        ([], "organizations:DeleteOrganizationalUnit", {**BEFORE, "left": 1}, "left: added: 1"),
    ],
)
def test_clean_destroy(plan_calls: list[str], destroy_call: str, after: dict[str, Any], problem: str | None) -> None:
    organization = Organization(plan_calls=plan_calls, destroy_call=destroy_call, after=after)

    def check() -> None:
        assert_clean_destroy(
            cast("Terraform", organization),
            cast("Sandbox", organization),
            BEFORE,
            allowed_calls=["organizations:*OrganizationalUnit"],
        )

    if problem is None:
        check()
    else:
        with pytest.raises(AssertionError, match=problem):
            check()
