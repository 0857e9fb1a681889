"""A pytest plugin: gives moto's tests an empty account of the sandbox in place of moto's mock.

What AWS does otherwise than a test expects is in `stricter.yaml`: such a test must fail.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.config import default_user_config
from moto.core.models import DEFAULT_ACCOUNT_ID, MockAWS

from sandbox import Sandbox, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

STRICTER = Path(__file__).with_name("stricter.yaml")

_EMPTY = {
    "description": "One account, whose organization is deleted before a test begins.",
    "management_account": {"id": DEFAULT_ACCOUNT_ID, "name": "Account", "email": "account@example.com"},
}


def pytest_configure() -> None:
    scenario = Scenario.parse(_EMPTY, "empty")
    sandbox = Sandbox.start(scenario)
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
    entries = yaml.safe_load(STRICTER.read_text(encoding="utf-8"))
    for item in items:
        for entry in entries:
            if any(fnmatchcase(item.nodeid.removeprefix("tests/"), pattern) for pattern in entry["tests"]):
                item.add_marker(pytest.mark.xfail(reason=entry["because"], strict=True))
