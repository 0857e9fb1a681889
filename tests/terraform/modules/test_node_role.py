"""modules/patch-policy-node-role where its role and instance profile exist already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.assertions import assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.recovery import apply_adopted, run_adopt
from harness.workspace import change_inputs
from sandbox_tests.cases.quick_setup import policy
from terraform.expectations import OTHER_MEMBER

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox


def test_created_by_hand_and_lost(sandbox: Sandbox, workspaces: Workspaces) -> None:
    before = sandbox.snapshot()
    iam = sandbox.client("iam", OTHER_MEMBER)
    iam.create_role(RoleName="node", AssumeRolePolicyDocument=policy(Principal={"Service": "ec2.amazonaws.com"}))
    iam.create_instance_profile(InstanceProfileName="node")
    call = {"source": "../module/modules/patch-policy-node-role", "name": "node", "patch_policy_ids": ["ab12c"]}
    terraform = workspaces.call_modules({"node_role": call}, sandbox.environment(OTHER_MEMBER))
    errors = plan_errors(terraform)
    assert errors.count("It was created manually or by another tool.") == 2
    assert errors.count("To create another one instead, set name.") == 2
    assert run_adopt(terraform, errors)[0] == 0
    assert apply_adopted(terraform) == 2
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
    assert_same(before, sandbox.snapshot())

    terraform.apply()
    (terraform.directory / "terraform.tfstate").unlink()
    installation = re.search(r'then set installation = "(.+?)"', plan_errors(terraform))
    assert installation
    change_inputs(terraform, "node_role", installation=installation[1])
    assert run_adopt(terraform)[0] == 0
    assert apply_adopted(terraform) == 2
    change_inputs(terraform, "node_role", installation=None)
    assert_plan_empty(plan_read_only(terraform, sandbox))
    terraform.destroy()
    assert_same(before, sandbox.snapshot())
