"""Explorer's sync of the organization in the sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import Scenario
from systems_manager_organization.aws.session import botocore_session
from unit.cases import settings_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox
    from sandbox.scenarios.scenario import ResourceDataSync
    from unit.conftest import Outcome, Run

MANAGEMENT = "111111111111"
IDENTITY = "sts:GetCallerIdentity"
DESCRIBE = "ssm:ListResourceDataSync"
CREATE, UPDATE, DELETE = (f"ssm:{prefix}ResourceDataSync" for prefix in ("Create", "Update", "Delete"))

KEY = "resource-data-sync/organization"


def prepare(aws: Sandbox, *existing: ResourceDataSync, role: bool = True) -> None:
    """The organization `bare` with trusted access and these syncs; `role`: and AccountDiscovery's, which it brings."""
    aws.reset(replace(Scenario.named("bare"), trusted_access=("ssm.amazonaws.com",), resource_data_syncs=existing))
    if not role:
        aws.client("iam").delete_service_linked_role(RoleName="AWSServiceRoleForAmazonSSM_AccountDiscovery")


def ensure(
    aws: Sandbox,
    run: Run,
    *,
    action: str = "apply",
    session_factory: Callable[..., Session] = botocore_session,
    **members: object,
) -> Outcome:
    """Applies or restores a sync with this source; time passes in the sandbox while the script waits."""
    source = {
        "regions": ["us-east-1", "eu-west-1"],
        "organizational_unit_ids": [],
        "include_future_regions": False,
        "all_ops_data_sources_enabled": False,
        **members,
    }
    setting = {"key": KEY, "value": "present", "previous": "absent"}
    if action == "apply":
        setting["specification"] = json.dumps(source)
    query = settings_query(setting, action=action)
    return run("ensure", "settings", query=query, session_factory=session_factory, on_pause=aws.clock.advance)


def syncs(aws: Sandbox) -> dict[str, dict[str, Any]]:
    found = aws.client("ssm").list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    return {sync["SyncName"]: dict(sync) for sync in found}


def source(aws: Sandbox) -> dict[str, Any]:
    return dict(syncs(aws)["organization"]["SyncSource"])


def set_members(parsed: dict[str, Any], **members: Any) -> None:
    """Has AWS show this of every sync."""
    for sync in parsed["ResourceDataSyncItems"]:
        sync.update(members)
