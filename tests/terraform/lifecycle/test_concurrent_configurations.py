"""Many configurations are created, changed and deleted concurrently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, assert_same, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import managers
from harness.results import TerraformError
from harness.workspace import change_inputs
from sandbox import Fault
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_LOG_GROUPS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


def _policies(*numbers: int, **members: object) -> dict[str, Any]:
    return {
        f"policy-{number:02}": {"target_tag": {"key": "Patch", "value": f"group-{number}"}, **members}
        for number in numbers
    }


def test_twelve_policies_and_other_types(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        regions=["ap-northeast-1", "us-east-1"],
        delegated_administrator={"account_id": ADMINISTRATOR},
        patch_policies=_policies(*range(1, 13)),
        default_host_management={},
        host_management={},
        ops_center={},
    )
    terraform.apply()
    created = dict(managers(sandbox))
    assert len(created) == 15
    assert_plan_empty(plan_read_only(terraform, sandbox))

    changed = {
        **_policies(*range(1, 8)),
        **_policies(8, 9, 10, concurrency="50%"),
        **_policies(13, 14, regions=["us-east-1"]),
    }
    change_inputs(terraform, "systems_manager", patch_policies=changed, regions=["eu-west-1", "us-east-1"])
    terraform.apply()
    names = {f"policy-{number:02}" for number in (*range(1, 11), 13, 14)}
    changed_managers = dict(managers(sandbox))
    assert set(changed_managers) == {*names, "default-host-management", "host-management", "ops-center"}
    assert {name: arn for name, arn in changed_managers.items() if name in created} == {
        name: arn for name, arn in created.items() if name in changed_managers
    }, "remaining managers are updated in place"
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "ssm-quicksetup:Update*"),
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_LOG_GROUPS, *RETAINED_BUCKETS, *RETAINED_SETTINGS),
    )


def test_failed_creation_and_failed_deletion(sandbox: Sandbox, configure: Configure) -> None:
    """The others succeed; the same command continues once the cause is resolved."""
    before = sandbox.snapshot()
    terraform = configure(patch_policies=_policies(1, 2, 3, 4), default_host_management={})
    sandbox.faults.inject(Fault("ssm-quicksetup", "CreateConfigurationManager", "conflict", times=1))
    with pytest.raises(TerraformError, match="ConflictException"):
        terraform.apply()
    assert len(managers(sandbox)) == 4
    terraform.apply()
    assert len(managers(sandbox)) == 5

    sandbox.faults.inject(Fault("ssm-quicksetup", "DeleteConfigurationManager", "access_denied", times=1))
    with pytest.raises(TerraformError, match="DeleteConfigurationManager"):
        terraform.destroy()
    assert len(managers(sandbox)) == 1
    roles = {role["RoleName"] for role in sandbox.client("iam").list_roles()["Roles"]}
    assert "AWS-QuickSetup-Organization-Execution" in roles, "needed for the deletion"
    terraform.destroy()
    assert_same(
        before, sandbox.snapshot(), retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS, *RETAINED_SETTINGS)
    )
