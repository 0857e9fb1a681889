"""Unsupported organizations and credentials: the plan fails with a finding code."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.assertions import assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.workspace import REPOSITORY, change_inputs
from sandbox import Scenario
from sandbox.scenarios.scenario import Account
from terraform.expectations import MANAGEMENT, OTHER_MEMBER

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


def test_member_account(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(python_command=None)
    terraform.environment.update(sandbox.environment(ADMINISTRATOR))
    assert (
        f"NOT_MANAGEMENT_ACCOUNT: the credentials belong to account {ADMINISTRATOR}, but the management account of "
        f"this organization is {MANAGEMENT}." in plan_errors(terraform)
    )


def test_script_credentials_of_another_account(sandbox: Sandbox, configure: Configure) -> None:
    """The provider block has credentials; the scripts take others from the environment."""
    environment = sandbox.environment()
    own = {"access_key": environment["AWS_ACCESS_KEY_ID"], "secret_key": environment["AWS_SECRET_ACCESS_KEY"]}
    terraform = configure(provider=own)
    terraform.environment.update(sandbox.environment(OTHER_MEMBER))
    errors = " ".join(plan_errors(terraform).split())
    assert (
        f"SCRIPT_IDENTITY_MISMATCH: account {MANAGEMENT} is expected, that of the AWS provider or of --account-id, but "
        f"the script's credentials belong to account {OTHER_MEMBER}." in errors
    )
    assert "script_credentials" in errors


def test_features_and_another_administrator(sandbox: Sandbox, configure: Configure) -> None:
    sandbox.reset(replace(Scenario.named("bare"), feature_set="CONSOLIDATED_BILLING"))
    for python_command in (None, ["python3"]):
        errors = plan_errors(configure(python_command=python_command))
        assert "ALL_FEATURES_DISABLED: the organization's feature set is CONSOLIDATED_BILLING" in " ".join(
            errors.split()
        )

    sandbox.reset(Scenario.named("bare"))
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=OTHER_MEMBER, ServicePrincipal="ssm.amazonaws.com")
    terraform = configure(delegated_administrator={"account_id": ADMINISTRATOR})
    errors = plan_errors(terraform)
    assert (
        f"ANOTHER_ADMINISTRATOR_REGISTERED ssm.amazonaws.com: account {OTHER_MEMBER} is the delegated administrator "
        "for ssm.amazonaws.com, which takes one only." in errors
    )
    assert "Keep it by setting delegated_administrator.account_id to it" in errors
    change_inputs(terraform, "systems_manager", delegated_administrator={"account_id": OTHER_MEMBER})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_deployment_too_large(sandbox: Sandbox, configure: Configure) -> None:
    bare: Any = Scenario.named("bare")
    many = [
        Account(f"{number:012}", f"Member {number}", f"member-{number}@example.com") for number in range(1000, 1630)
    ]
    sandbox.reset(replace(bare, accounts=(*bare.accounts, *many)))
    regions = json.loads((REPOSITORY / "modules" / "quick-setup-configuration" / "regions.json").read_text())
    assert (
        "DEPLOYMENT_TOO_LARGE default-host-management: The configuration would be deployed to 632 accounts in 16 "
        "Regions, 10112 in all" in plan_errors(configure(regions=regions, default_host_management={}))
    )


def test_state_of_another_organization(configure: Configure) -> None:
    """Otherwise everything would be created in the wrong organization."""
    terraform = configure(default_host_management={})
    terraform.apply()
    state = terraform.directory / "terraform.tfstate"
    state.write_text(state.read_text().replace("o-sandbox0001", "o-another0001"))
    assert (
        "ORGANIZATION_CHANGED o-sandbox0001: The credentials belong to this organization, and the Terraform state to "
        "o-another0001." in plan_errors(terraform)
    )
