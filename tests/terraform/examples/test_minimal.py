"""examples/minimal: applied, planned again, destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import managers, root_id
from terraform.expectations import (
    ALLOWED_CALLS,
    MANAGEMENT,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from conftest import Checkout
    from sandbox import Sandbox

_REGIONS = ["ap-northeast-1", "us-east-1"]
_REACHED = ["222222222222", "333333333333", "444444444444", "555555555555", "666666666666"]


@pytest.mark.scenario("realistic")
def test_minimal(sandbox: Sandbox, checkout: Checkout) -> None:
    before = sandbox.snapshot()
    terraform = checkout("examples/minimal", variables={"administrator_account_id": ADMINISTRATOR})

    plan = plan_read_only(terraform, sandbox)
    assert not [change for change in plan.changes if change.action not in {"create", "read"}]
    # That an account is suspended is a note, and no warning at each plan.
    assert not plan.warnings
    assert not terraform.apply().warnings

    # Default Host Management is set by an association, after the deployment.
    sandbox.clock.advance(60)
    after = sandbox.snapshot()
    _assert_access(after)
    _assert_quick_setup(after)
    _assert_deployed(sandbox, after)
    _assert_outputs(terraform.output(), sandbox)
    _assert_called_once(sandbox)

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=ALLOWED_CALLS,
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS, *RETAINED_SETTINGS),
        warnings=("Check block assertion failed",),  # of an association that failed on a node
    )


def _assert_access(after: dict[str, Any]) -> None:
    assert after["trusted_access"] == ["member.org.stacksets.cloudformation.amazonaws.com", "ssm.amazonaws.com"]
    assert after["stack_sets_access"] == "ENABLED"
    assert after["delegated_administrators"] == {"ssm.amazonaws.com": [ADMINISTRATOR]}
    units = {unit["name"]: unit for unit in after["organization"]["organizational_units"]}
    assert [account["id"] for account in units["SystemsManager"]["accounts"]] == [ADMINISTRATOR]
    assert ADMINISTRATOR not in {account["id"] for account in after["organization"]["accounts"]}


def _assert_quick_setup(after: dict[str, Any]) -> None:
    quick_setup = after["quick_setup"][f"{MANAGEMENT} us-east-1"]
    assert sorted(manager["name"] for manager in quick_setup["configuration_managers"]) == [
        "default-host-management",
        "scan-everything",
    ]
    names = {role["name"] for role in after["service_linked_roles"][MANAGEMENT]}
    assert "AWSServiceRoleForSSMQuickSetup" in names


def _assert_deployed(sandbox: Sandbox, after: dict[str, Any]) -> None:
    """Every active member in both Regions, and the management account in the provider's Region alone."""
    client = sandbox.client("ssm-quicksetup")
    deployed = [
        (found["Type"], found["Account"], found["Region"])
        for page in client.get_paginator("list_configurations").paginate()
        for found in page["ConfigurationsList"]
        if found["Account"] != MANAGEMENT
    ]
    assert sorted(deployed) == sorted(
        (kind, account, region)
        for kind in ("AWSQuickSetupType-DHMC", "AWSQuickSetupType-PatchPolicy")
        for account in _REACHED
        for region in _REGIONS
    )
    account_regions = {f"{account} {region}" for account in _REACHED for region in _REGIONS}
    assert set(after["service_settings"]) == {*account_regions, f"{MANAGEMENT} us-east-1"}


def _assert_outputs(outputs: dict[str, Any], sandbox: Sandbox) -> None:
    assert outputs["organization"]["management_account_id"] == MANAGEMENT
    assert outputs["delegated_administrator"] == {
        "account_id": ADMINISTRATOR,
        "service_principals": ["ssm.amazonaws.com"],
    }
    assert outputs["dedicated_organizational_unit"]["account_id"] == ADMINISTRATOR
    configurations = outputs["quick_setup_configurations"]
    assert [(name, found["arn"]) for name, found in sorted(configurations.items())] == managers(sandbox)
    for configuration in configurations.values():
        assert configuration["status"] == "SUCCEEDED"
        assert configuration["regions"] == _REGIONS
        assert configuration["targets"] == [root_id(sandbox)]


def _assert_called_once(sandbox: Sandbox) -> None:
    operations = [call.operation for call in sandbox.calls]
    for name in (
        "EnableAWSServiceAccess",
        "ActivateOrganizationsAccess",
        "MoveAccount",
        "RegisterDelegatedAdministrator",
    ):
        assert operations.count(name) <= 1, name
