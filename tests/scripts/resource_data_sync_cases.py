"""Explorer's sync of the organization in the sandbox, how it is asked for, and how an onlooker sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import Scenario
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from sandbox.scenario import ResourceDataSync
    from scripts.conftest import Outcome, Run

MANAGEMENT = "111111111111"
IDENTITY = "sts:GetCallerIdentity"
DESCRIBE = "ssm:ListResourceDataSync"
CREATE, UPDATE, DELETE = (f"ssm:{verb}ResourceDataSync" for verb in ("Create", "Update", "Delete"))

SUBJECT = "Resource data sync organization"
VALUE = (
    '{"all_ops_data_sources_enabled": false, "include_future_regions": false, "organizational_unit_ids": [], '
    '"regions": ["eu-west-1", "us-east-1"]}'
)
RESTORE = {"action": "restore", "on_destroy": "restore", "before": "absent"}


def prepare(aws: Sandbox, *existing: ResourceDataSync, role: bool = True) -> None:
    """The organization `bare` with trusted access and these syncs; `role`: and AccountDiscovery's, which it brings."""
    aws.reset(replace(Scenario.named("bare"), trusted_access=("ssm.amazonaws.com",), resource_data_syncs=existing))
    if not role:
        aws.client("iam").delete_service_linked_role(RoleName="AWSServiceRoleForAmazonSSM_AccountDiscovery")


def ensure(
    aws: Sandbox,
    run: Run,
    keys: dict[str, str] | None = None,
    session_factory: Callable[..., Session] = boto3_session,
) -> Outcome:
    """Runs the verb, with these keys beside the usual ones; time passes in the sandbox while it waits."""
    query = {"sync_name": "organization", "regions": '["us-east-1","eu-west-1"]', **(keys or {})}
    return run("ensure", "resource-data-sync", query=query, session_factory=session_factory, on_pause=aws.clock.advance)


def syncs(aws: Sandbox) -> dict[str, dict[str, Any]]:
    found = aws.client("ssm").list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    return {sync["SyncName"]: dict(sync) for sync in found}


def source(aws: Sandbox) -> dict[str, Any]:
    return dict(syncs(aws)["organization"]["SyncSource"])


def show(parsed: dict[str, Any], **members: Any) -> None:
    """Has AWS show this of every sync."""
    for sync in parsed["ResourceDataSyncItems"]:
        sync.update(members)
