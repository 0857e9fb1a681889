"""`-refresh-only` before the first apply: nothing that is created is known, and Terraform evaluates all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.every_module import call_in_administrator, call_in_management, called_folders
from harness.examples import UNIFIED_CONSOLE, register_administrator
from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


@pytest.mark.scenario("realistic")
def test_every_module(sandbox: Sandbox, workspaces: Workspaces) -> None:
    management, administrator = call_in_management(workspaces, sandbox), call_in_administrator(workspaces, sandbox)
    called = {*called_folders(management).values(), *called_folders(administrator).values()}
    assert called == {str(file.parent.relative_to(REPOSITORY)) for file in REPOSITORY.glob("modules/*/main.tf")} | {"."}
    assert not management.plan(refresh_only=True).changes
    refused = administrator.plan(refresh_only=True)
    assert not refused.changes
    assert any("Register it first" in warning.detail for warning in refused.warnings)
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    plan = administrator.plan(refresh_only=True)
    assert not plan.changes
    (warning,) = (warning for warning in plan.warnings if warning.summary == "Check block assertion failed")
    assert "resources are not shared within the organization" in warning.detail
