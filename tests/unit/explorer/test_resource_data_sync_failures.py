"""`ensure.py settings` with a broken resource data sync, and errors of AWS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.aws.session import botocore_session
from unit.cases import settings_query
from unit.quick_setup_cases import modifying
from unit.resource_data_sync_cases import (
    CREATE,
    KEY,
    MANAGEMENT,
    UPDATE,
    ensure,
    prepare,
    set_members,
    source,
    syncs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from unit.conftest import Run

DISCOVERY = "accountdiscovery.ssm.amazonaws.com"

# A sync that does not work


def test_a_broken_sync_is_an_error_with_a_remedy(aws: Sandbox, run: Run) -> None:
    prepare(aws, role=False)
    outcome = ensure(aws, run)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert f"{KEY} exists and does not work, in account {MANAGEMENT} and Region us-east-1: Failed, NoPermissions" in (
        outcome.stderr
    )
    assert f"create-service-linked-role --aws-service-name {DISCOVERY} Then run this again." in outcome.stderr

    again = ensure(aws, run)
    assert again.status == 1, "it is still broken"

    aws.client("iam").create_service_linked_role(AWSServiceName=DISCOVERY)
    mended = ensure(aws, run)
    assert (mended.status, mended.stdout) == (0, f"{KEY}: present (was broken).\n")
    assert syncs(aws)["organization"]["LastStatus"] == "Successful"


def test_a_sync_that_aws_shows_late_is_waited_for(aws: Sandbox, run: Run) -> None:
    prepare(aws, role=False)
    listed = 0

    def hide(parsed: dict[str, Any]) -> None:
        nonlocal listed
        listed += 1
        if listed <= 4:
            parsed["ResourceDataSyncItems"].clear()

    outcome = ensure(aws, run, session_factory=modifying("ssm.ListResourceDataSync", hide))
    assert outcome.status == 1
    assert "Failed, NoPermissions" in outcome.stderr


def test_a_failure_that_aws_does_not_explain_names_the_page(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    session = modifying(
        "ssm.ListResourceDataSync", partial(set_members, LastStatus="Failed", LastSyncStatusMessage="So it is.")
    )
    outcome = ensure(aws, run, session_factory=session)
    assert outcome.status == 1
    assert "us-east-1: Failed: So it is. What Explorer needs: https://docs.aws.amazon.com/" in outcome.stderr


def test_a_broken_sync_is_deleted_as_well(aws: Sandbox, run: Run) -> None:
    prepare(aws, role=False)
    assert ensure(aws, run).status == 1
    outcome = ensure(aws, run, action="restore")
    assert (outcome.status, outcome.stdout) == (0, f"{KEY}: absent again (was present).\n")
    assert syncs(aws) == {}


def test_a_sync_that_stays_in_progress_times_out(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    prepare(aws)
    session = modifying("ssm.ListResourceDataSync", partial(set_members, LastStatus="InProgress"))
    outcome = ensure(aws, run, session_factory=session)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"{KEY}: the sync is still in progress in account {MANAGEMENT} and Region us-east-1" in outcome.stderr
    assert 600 < sum(outcome.pauses) < 1200
    assert api_calls().count(CREATE) == 1


def test_unknown_sources_are_no_difference(aws: Sandbox, run: Run) -> None:
    prepare(aws)

    def forget(parsed: dict[str, Any]) -> None:
        for sync in parsed["ResourceDataSyncItems"]:
            sync["SyncSource"].pop("EnableAllOpsDataSources", None)

    session = modifying("ssm.ListResourceDataSync", forget)
    assert ensure(aws, run, session_factory=session).status == 0
    assert ensure(aws, run, session_factory=session).stdout == f"{KEY}: already present.\n"


# What passes, and what does not


def conflicting(times: int) -> Callable[..., Session]:
    """Sessions for which AWS returns a conflict so many times."""
    remaining = times

    def refuse(**_event: object) -> Any:
        nonlocal remaining
        remaining -= 1
        if remaining < 0:
            return None
        error = {"Code": "ResourceDataSyncConflictException", "Message": "Another request is being processed."}
        return type("Answer", (), {"status_code": 400}), {"Error": error}

    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register("before-call.ssm.UpdateResourceDataSync", refuse)
        return made

    return session


def test_retries_a_conflict(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    ensure(aws, run)
    outcome = ensure(aws, run, include_future_regions=True, session_factory=conflicting(2))
    assert outcome.status == 0
    assert outcome.stderr == (
        f"ensure.py settings: {UPDATE} conflicts with another change: retrying for up to three minutes.\n"
    )
    assert source(aws)["IncludeFutureRegions"] is True


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("organization", "settings is"),
        ('[{"key": "resource-data-sync/organization"}]', "settings must be a JSON list of objects"),
        ('[{"key": "explorer/organization", "value": "present"}]', "is not of a known kind"),
        ('[{"key": "resource-data-sync/x", "value": "present", "specification": "{}"}]', "the specification of"),
    ],
)
def test_an_invalid_query_is_one_line(aws: Sandbox, run: Run, settings: str, expected: str) -> None:
    prepare(aws)
    aws.client("ssm").create_resource_data_sync(
        SyncName="x",
        SyncType="SyncFromSource",
        SyncSource={"SourceType": "SingleAccountMultiRegions", "SourceRegions": ["us-east-1"]},
    )
    outcome = run("ensure", "settings", query={**settings_query(), "settings": settings})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert expected in outcome.stderr
