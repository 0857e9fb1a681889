"""examples/hcp-terraform without HCP Terraform: its roles are applied, its workspaces are validated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy
from harness.examples import CHECKOUTS
from terraform.expectations import MANAGEMENT

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_EXAMPLE = "examples/hcp-terraform"
_ALLOWED = (
    "iam:*OpenIDConnectProvider",
    "iam:AttachRolePolicy",
    "iam:CreatePolicy",
    "iam:CreateRole",
    "iam:DeletePolicy",
    "iam:DeleteRole",
    "iam:DetachRolePolicy",
)


def test_workspace_roles(sandbox: Sandbox, workspaces: Workspaces) -> None:
    before = sandbox.snapshot()
    terraform = CHECKOUTS[f"{_EXAMPLE}/credentials"](workspaces, sandbox)
    terraform.apply()
    assert terraform.output()["role_arns"] == {
        phase: f"arn:aws:iam::{MANAGEMENT}:role/HCPTerraform-systems-manager-management-{phase}"
        for phase in ("plan", "apply")
    }
    iam = sandbox.client("iam")
    role = iam.get_role(RoleName="HCPTerraform-systems-manager-management-plan")["Role"]
    (statement,) = _document(role["AssumeRolePolicyDocument"])["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "app.terraform.io:aud": "aws.workload.identity",
        "app.terraform.io:sub": (
            "organization:example:project:Default Project:workspace:systems-manager-management:run_phase:plan"
        ),
    }
    assert _policies(iam, "apply") == ["management-apply", "management-apply-documented", "management-plan"]
    assert _policies(iam, "plan") == ["management-plan"]
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=_ALLOWED)


def _document(found: Any) -> dict[str, Any]:
    return dict(found) if isinstance(found, dict) else dict(json.loads(found))


def _policies(iam: Any, phase: str) -> list[str]:
    attached = iam.list_attached_role_policies(RoleName=f"HCPTerraform-systems-manager-management-{phase}")
    names = [policy["PolicyName"] for policy in attached["AttachedPolicies"]]
    return sorted(name.removeprefix("HCPTerraform-systems-manager-management-") for name in names)


@pytest.mark.parametrize("workspace", ["management", "delegated-administrator"])
def test_workspace_is_valid(workspaces: Workspaces, workspace: str) -> None:
    terraform = workspaces.checkout(f"{_EXAMPLE}/{workspace}", backend=False)
    assert not terraform.validate().diagnostics
