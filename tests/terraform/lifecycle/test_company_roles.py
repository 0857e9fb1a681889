"""What companies require of roles, a path, a permissions boundary and a prefix, applied to everything and destroyed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_LOG_GROUPS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_PATH = "/platform/"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.scenario("realistic")
def test_path_and_boundary_on_every_role(workspaces: Workspaces, sandbox: Sandbox) -> None:
    iam = sandbox.client("iam")
    created = iam.create_policy(PolicyName="Boundary", Path=_PATH, PolicyDocument=json.dumps(_EVERYTHING))
    boundary = created["Policy"]["Arn"]
    before = sandbox.snapshot()
    company = {"permissions_boundary": boundary, "tags": {"Owner": "platform"}}
    calls = {
        "systems_manager": {
            "source": "../module",
            "regions": ["us-east-1"],
            "role_path": _PATH,
            "role_name_prefix": "AWS-QuickSetup-Corp-",
            "dedicated_organizational_unit": {"name": "SystemsManager"},
            "delegated_administrator": {"account_id": ADMINISTRATOR},
            "patch_policies": {"scan": {"include_management_account": True}},
            "default_host_management": {},
            "host_management": {},
            "ops_center": {},
            "change_manager": {"job_function": "Operations"},
            **company,
        },
        "nodes": {
            "source": "../module/modules/patch-policy-node-role",
            "name": "Corp-Node",
            "role_path": _PATH,
            "patch_policy_ids": ['${module.systems_manager.patch_policies["scan"].id}'],
            **company,
        },
    }
    terraform = workspaces.call_modules(calls, sandbox.environment())
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox), warnings=("Check block assertion failed",))

    names = {role["RoleName"] for role in iam.list_roles(PathPrefix=_PATH)["Roles"]}
    ours = {name for name in names if name.startswith(("AWS-QuickSetup-Corp-", "Corp-"))}
    assert {"AWS-QuickSetup-Corp-Administration", "AWS-QuickSetup-Corp-DefaultHostManagement", "Corp-Node"} <= ours
    for name in (*ours, "AWS-QuickSetup-Corp-Execution"):
        role = iam.get_role(RoleName=name)["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary, name
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "iam:*InstanceProfile*"),
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_LOG_GROUPS, *RETAINED_BUCKETS, *RETAINED_SETTINGS),
        warnings=("Check block assertion failed",),
    )
