"""A call of a module that takes Regions and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.organization import create_unit, root_id

if TYPE_CHECKING:
    from sandbox import Sandbox

CHANGES: dict[str, object] = {"organizational_unit_ids": None, "tags": {"Team": "platform"}}


def call_of(module: str) -> dict[str, Any]:
    """With `regions`, `tags` and the output `called`."""
    call = {"source": f"../module/modules/{module}", "regions": "${var.regions}", "tags": "${var.tags}"}
    return {
        "variable": {"regions": {"default": ["us-east-1"]}, "tags": {"default": {"Owner": "cloud"}}},
        "modules": {"called": call},
        "output": {"called": {"value": "${module.called}"}},
    }


def call_with_unit(module: str, sandbox: Sandbox, account_id: str) -> dict[str, Any]:
    """The same for a module that takes `organizational_unit_ids`: of a unit, in which this account is from now on.

    With `CHANGES` the unit gives way to the root.
    """
    unit = create_unit(sandbox, "Workloads")
    sandbox.client("organizations").move_account(
        AccountId=account_id, SourceParentId=root_id(sandbox), DestinationParentId=unit
    )
    call = call_of(module)
    call["variable"]["organizational_unit_ids"] = {"default": [unit]}
    call["modules"]["called"]["organizational_unit_ids"] = "${var.organizational_unit_ids}"
    return call
