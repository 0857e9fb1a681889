"""Another account or Region of the provider: what the state has is not found there, and must not be created again.

Reports: https://github.com/hashicorp/terraform-provider-aws/issues/6731 and 32810
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import UNIFIED_CONSOLE, register_administrator
from sandbox_tests.cases.quick_setup import policy
from terraform.expectations import MANAGEMENT, OTHER_MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from terraform.conftest import Configure

_REGIONS = ["eu-west-1", "us-east-1"]
_CONSOLE = {"home_region": "${module.unified-console.home_region}", "regions": _REGIONS, "targets": ["r-ab12"]}
_CALLS: dict[str, dict[str, Any]] = {
    "account-settings": {"regions": _REGIONS, "include_management_account": False},
    "automation-across-accounts": {"regions": _REGIONS},
    "compliance-reporting": {"regions": _REGIONS},
    "compliance-schedule": {"member_access": {"role_name": "OrganizationAccountAccessRole"}},
    "explorer": {"regions": _REGIONS},
    "just-in-time-node-access": {"regions": _REGIONS, "unified_console": _CONSOLE},
    "session-manager-preferences": {"regions": _REGIONS},
    "unified-console": {"regions": _REGIONS},
}


def _work_in(terraform: Terraform, sandbox: Sandbox, account_id: str, region: str) -> None:
    file = terraform.directory / "main.tf.json"
    document = json.loads(file.read_text())
    document["provider"]["aws"]["region"] = region
    file.write_text(json.dumps(document))
    terraform.environment.update(sandbox.environment(account_id, region))


def _refused(terraform: Terraform, account_id: str, region: str) -> int:
    message = (
        f"The AWS provider works in account {account_id}, Region {region}, but what this module created is in account "
        f"{ADMINISTRATOR}, Region us-east-1: it would be created a second time"
    )
    return plan_errors(terraform).count(message)


@pytest.mark.scenario("bare")
def test_every_module_refuses_another_account_or_region(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox, *UNIFIED_CONSOLE)
    calls = {name: {"source": f"../module/modules/{name}", **call} for name, call in _CALLS.items()}
    terraform = workspaces.call_modules(calls, sandbox.environment(ADMINISTRATOR))
    _import_a_role(terraform, sandbox)
    terraform.apply(target=[f"module.{name}" for name in _recorded(_CALLS)])

    _work_in(terraform, sandbox, ADMINISTRATOR, "eu-west-1")
    assert "The home Region is us-east-1 and cannot be changed, but the provider works in eu-west-1." in plan_errors(
        terraform
    )
    assert _refused(terraform, ADMINISTRATOR, "eu-west-1") == len(_CALLS) - 1
    _work_in(terraform, sandbox, OTHER_MEMBER, "us-east-1")
    assert _refused(terraform, OTHER_MEMBER, "us-east-1") == len(_CALLS)
    _work_in(terraform, sandbox, ADMINISTRATOR, "us-east-1")
    terraform.plan()


def _import_a_role(terraform: Terraform, sandbox: Sandbox) -> None:
    """Before the first apply: `terraform import` knows neither what it records nor the time of the plan."""
    address = "module.automation-across-accounts.aws_iam_role.administration[0]"
    trust = policy(Principal={"Service": "ssm.amazonaws.com"})
    sandbox.client("iam", ADMINISTRATOR).create_role(RoleName="imported", AssumeRolePolicyDocument=trust)
    terraform.import_(address, "imported")
    terraform.forget(address)


def _recorded(names: Iterable[str]) -> list[str]:
    """What each module records at its first apply, without anything else of it."""
    records = [f"{name}.module.installation.terraform_data.first" for name in names]
    return [*records, "unified-console.terraform_data.home_region"]


@pytest.mark.scenario("bare")
def test_a_configuration_is_refused_and_left_as_it_is(sandbox: Sandbox, workspaces: Workspaces) -> None:
    register_administrator(sandbox)
    call = {"source": "../module/modules/automation-across-accounts", "regions": _REGIONS}
    terraform = workspaces.call_modules({"automation": call}, sandbox.environment(ADMINISTRATOR))
    terraform.apply()
    before = sandbox.snapshot()

    _work_in(terraform, sandbox, ADMINISTRATOR, "eu-west-1")
    assert _refused(terraform, ADMINISTRATOR, "eu-west-1") == 1
    assert sandbox.snapshot() == before
    _work_in(terraform, sandbox, ADMINISTRATOR, "us-east-1")
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_root_module_refuses_another_region(configure: Configure, sandbox: Sandbox) -> None:
    terraform = configure(patch_policies={"scan": {}}, regions=_REGIONS)
    terraform.apply()
    _work_in(terraform, sandbox, MANAGEMENT, "eu-west-1")
    assert (
        "REGION_CHANGED eu-west-1: The AWS provider works in this Region, but what this module created is in us-east-1"
        in plan_errors(terraform)
    )
    _work_in(terraform, sandbox, MANAGEMENT, "us-east-1")
    assert_plan_empty(plan_read_only(terraform, sandbox))
