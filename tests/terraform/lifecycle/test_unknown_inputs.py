"""Inputs and dependencies that only the apply knows: a unit and an account of the same configuration, and depends_on.

Reports: https://github.com/hashicorp/terraform/issues/30937 (depends_on of a module delays its data sources),
https://github.com/hashicorp/terraform/issues/26755 (keys of for_each that only the apply knows).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.assertions import assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import root_id
from harness.workspace import REPOSITORY
from sandbox import Scenario

if TYPE_CHECKING:
    from typing import Any

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox


def _configure(workspaces: Workspaces, sandbox: Sandbox, **call: object) -> Terraform:
    """A call of the module beside a unit and an account that it refers to."""
    resources: dict[str, Any] = {
        "aws_organizations_organizational_unit": {"team": {"name": "Team", "parent_id": root_id(sandbox)}},
        "aws_organizations_account": {"operations": {"name": "Operations", "email": "operations@example.com"}},
    }
    call = {"source": "../module", "regions": ["us-east-1"], "patch_policies": {"scan": {}}, **call}
    return workspaces.call_modules({"systems_manager": call}, sandbox.environment(), resource=resources)


def test_depends_on(workspaces: Workspaces, sandbox: Sandbox) -> None:
    terraform = _configure(
        workspaces,
        sandbox,
        default_host_management={},
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": "222222222222"},
        depends_on=["aws_organizations_account.operations"],
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_unit_of_the_same_configuration(workspaces: Workspaces, sandbox: Sandbox) -> None:
    unit = "${aws_organizations_organizational_unit.team.id}"
    terraform = _configure(
        workspaces,
        sandbox,
        target_organizational_unit_ids=[unit],
        depends_on=["aws_organizations_account.operations"],
        preflight={"severities": {"NO_ACCOUNT_TARGETED": "off"}},
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_dedicated_unit_of_the_same_configuration(workspaces: Workspaces, sandbox: Sandbox) -> None:
    terraform = _configure(
        workspaces,
        sandbox,
        dedicated_organizational_unit={"id": "${aws_organizations_organizational_unit.team.id}"},
        delegated_administrator={"account_id": "222222222222"},
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_many_accounts_and_regions(workspaces: Workspaces, sandbox: Sandbox) -> None:
    """700 accounts x 16 Regions, with a unit of the same configuration: the plan is that of ten accounts."""
    regions = json.loads((REPOSITORY / "modules/quick-setup-configuration/regions.json").read_text())[:16]
    plans = []
    for accounts in (10, 700):
        sandbox.reset(Scenario.generated(accounts=accounts, regions=regions, instances=0))
        terraform = _configure(
            workspaces,
            sandbox,
            regions=regions,
            target_organizational_unit_ids=["${aws_organizations_organizational_unit.team.id}"],
            dedicated_organizational_unit={"name": "SystemsManager"},
            delegated_administrator={"account_id": "222222222222"},
            default_host_management={"target_organizational_unit_ids": [root_id(sandbox)]},
            depends_on=["aws_organizations_account.operations"],
        )
        plans.append(terraform.plan().document)
    small, large = (
        {change["address"]: change["change"]["actions"] for change in plan["resource_changes"]} for plan in plans
    )
    assert small == large
    assert len(json.dumps(plans[1])) < 1.1 * len(json.dumps(plans[0]))


def test_account_of_the_same_configuration(workspaces: Workspaces, sandbox: Sandbox) -> None:
    terraform = _configure(
        workspaces,
        sandbox,
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": "${aws_organizations_account.operations.id}"},
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    (account_id,) = sandbox.snapshot()["delegated_administrators"]["ssm.amazonaws.com"]
    (unit,) = [
        unit for unit in sandbox.snapshot()["organization"]["organizational_units"] if unit["name"] == "SystemsManager"
    ]
    assert [account["id"] for account in unit["accounts"]] == [account_id]


def test_node_role_with_depends_on(workspaces: Workspaces, sandbox: Sandbox) -> None:
    """What exists is read while the apply creates it."""
    call = {
        "source": "../module/modules/patch-policy-node-role",
        "name": "node",
        "patch_policy_ids": ["ab12c"],
        "depends_on": ["terraform_data.earlier"],
    }
    terraform = workspaces.call_modules(
        {"node_role": call}, sandbox.environment(ADMINISTRATOR), resource={"terraform_data": {"earlier": {}}}
    )
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
