"""examples/hcp-terraform without HCP Terraform: its roles are applied, its workspaces are validated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy
from harness.complete import ADMINISTRATOR
from harness.examples import CHECKOUTS, create_prerequisites
from harness.organization import managers
from harness.results import TerraformError
from sandbox_tests.cases.federation import web_identity_token
from terraform.expectations import MANAGEMENT

if TYPE_CHECKING:
    from pathlib import Path

    from harness.workspace import Workspaces
    from sandbox import Sandbox

_EXAMPLE = "examples/hcp-terraform"
_SUBJECT = "organization:example:project:Default Project:workspace:systems-manager-management"
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


def test_workspace_with_web_identity(sandbox: Sandbox, workspaces: Workspaces, tmp_path: Path) -> None:
    """Each phase of a run assumes its own role with its own token, and the role of another phase is refused."""
    CHECKOUTS[f"{_EXAMPLE}/credentials"](workspaces, sandbox).apply()
    create_prerequisites(sandbox)
    sandbox.client("organizations").register_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com"
    )
    terraform = workspaces.checkout(
        f"{_EXAMPLE}/management", backend=False, variables={"administrator_account_id": ADMINISTRATOR}
    )
    # In place of HCP Terraform's.
    (terraform.directory / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    terraform.init()
    endpoint = {
        key: value for key, value in sandbox.environment().items() if not key.endswith(("KEY_ID", "ACCESS_KEY"))
    }

    def begin(phase: str, token_of: str) -> None:
        token = tmp_path / token_of
        token.write_text(web_identity_token(sub=f"{_SUBJECT}:run_phase:{token_of}"))
        terraform.environment.update(
            endpoint,
            # The provider asks STS for credentials before it reads AWS_ENDPOINT_URL.
            AWS_ENDPOINT_URL_STS=sandbox.endpoint_url,
            AWS_ROLE_ARN=f"arn:aws:iam::{MANAGEMENT}:role/HCPTerraform-systems-manager-management-{phase}",
            AWS_WEB_IDENTITY_TOKEN_FILE=str(token),
        )

    begin("plan", token_of="plan")
    terraform.plan()
    begin("apply", token_of="plan")
    with pytest.raises(TerraformError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        terraform.apply()
    begin("apply", token_of="apply")
    terraform.apply()
    assert [name for name, _ in managers(sandbox)]


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
