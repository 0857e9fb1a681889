"""A pytest plugin: gives moto's tests an empty account of the sandbox in place of moto's mock.

A test of `listed.yaml` must fail, with a text that shows its reason.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.config import default_user_config
from moto.core.models import DEFAULT_ACCOUNT_ID, MockAWS

from sandbox import Sandbox, Scenario
from tools.moto_tests.listed import Reason, reasons

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

_EMPTY = {
    "description": "One account, whose organization is deleted before a test begins.",
    "management_account": {"id": DEFAULT_ACCOUNT_ID, "name": "Account", "email": "account@example.com"},
}

_TIMED_OUT = "from pytest-timeout."
_REASONS = pytest.StashKey[list[Reason]]()
_counts: Counter[str] = Counter()
_by_reason: Counter[str] = Counter()
_failures: dict[str, str] = {}


def pytest_configure() -> None:
    scenario = Scenario.parse(_EMPTY, "empty")
    sandbox = Sandbox.start(scenario)
    # A name of moto's module that one file of its tests imports.
    vars(import_module("moto.athena.models"))["QueryResults"] = object
    os.environ.update(sandbox.environment())
    default_user_config["core"]["mock_credentials"] = False

    def begin(_: MockAWS, reset: bool = True) -> None:
        if reset:
            sandbox.reset(scenario)
            sandbox.client("organizations").delete_organization()

    def wait_for_account(parsed: dict[str, Any], **_: Any) -> None:
        """AWS creates an account in the background, and every caller waits for it; moto's tests do not."""
        while parsed.get("CreateAccountStatus", {}).get("State") == "IN_PROGRESS":
            request_id = parsed["CreateAccountStatus"]["Id"]
            parsed.update(
                sandbox.client("organizations").describe_create_account_status(CreateAccountRequestId=request_id)
            )

    BUILTIN_HANDLERS.append(("after-call.organizations.CreateAccount", wait_for_account))
    replaced: Any = MockAWS
    replaced._enable_patching = begin
    replaced._disable_patching = lambda *_, **__: None
    replaced.reset = begin


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        item.stash[_REASONS] = [reason for reason in reasons() if reason.lists(_name(item))]
        if any(_TIMED_OUT in reason.shows for reason in item.stash[_REASONS]):
            item.add_marker(pytest.mark.timeout(20))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when != "call" and not report.failed:
        return report
    listed = item.stash[_REASONS]
    reason = next((reason for reason in listed if report.failed and reason.explains(report.longreprtext)), None)
    if reason:
        _counts[reason.kind] += 1
        _by_reason[reason.text] += 1
        report.outcome = "skipped"
        report.wasxfail = reason.text
        return report
    if report.passed and not all(reason.may_pass for reason in listed):
        report.outcome = "failed"
        report.longrepr = f"It passes, and is listed: {listed[0].text}"
    if report.failed:
        _failures[_name(item)] = report.longreprtext
    _counts[report.outcome] += 1
    return report


def pytest_sessionfinish() -> None:
    result = {"counts": _counts, "by_reason": _by_reason, "failures": _failures}
    if path := os.environ.get("MOTO_TESTS_RESULT"):
        Path(path).write_text(json.dumps(result), encoding="utf-8")


def _name(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/")
