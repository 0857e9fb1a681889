"""`resource-sharing/organization`, beyond what holds for every kind of setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.ram.models import SandboxRAMBackend
from unit.cases import RAM, RESOURCE_SHARING, recorded, set_trusted, settings_query, shared

if TYPE_CHECKING:
    import pytest

    from sandbox import Sandbox
    from unit.conftest import Run


def test_trusted_access_without_the_role_is_completed_and_stays(aws: Sandbox, run: Run) -> None:
    set_trusted(aws, "enabled", RAM)
    query = settings_query(RESOURCE_SHARING.desired(aws, previous="incomplete"))
    outcome = run("ensure", "settings", query=query)
    assert outcome.stdout == "resource-sharing/organization: enabled (was incomplete).\n"
    assert shared(aws) == "enabled"

    outcome = run("ensure", "settings", query={**query, "action": "restore"})
    assert outcome.status == 0
    assert "left enabled, because trusted access of ram.amazonaws.com was enabled before" in outcome.stdout
    assert (shared(aws), recorded(aws)) == ("enabled", {})


def test_restore_says_what_aws_then_removes(aws: Sandbox, run: Run) -> None:
    run("ensure", "settings", query=settings_query(RESOURCE_SHARING.desired(aws)))
    outcome = run("report", "restore", "--dry-run")
    assert (
        "- resource-sharing/organization: enabled -> disabled; AWS then removes the organization from every resource "
        "share.\n"
    ) in outcome.stdout


def test_a_failure_without_an_error(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SandboxRAMBackend, "enable_sharing_with_aws_organization", lambda _self: {"returnValue": False})
    outcome = run("ensure", "settings", query=settings_query(RESOURCE_SHARING.desired(aws)))
    assert outcome.status == 1
    assert "ram:EnableSharingWithAwsOrganization returned false" in outcome.stderr
    assert shared(aws) == "disabled"
