"""examples/complete: applied, planned again, destroyed in the wrong order and in the right order.

Under the policies of docs/iam, which allow every call and contain no unused action.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_calls, assert_no_violations, assert_plan_empty, assert_same, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.results import TerraformError
from harness.scripts import run_script
from terraform.expectations import (
    ALLOWED_CALLS,
    MANAGEMENT,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_LOG_GROUPS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)
from tools.iam.automation import AUTOMATION
from tools.iam.command import read_policies
from tools.iam.policies import policies
from tools.iam.roles import ADMINISTRATOR_PLAN, COMPLIANCE_PLAN
from tools.iam.runs import RUNS_OF_MODULES
from tools.iam.runs.compliance import run_compliance_report
from tools.iam.runs.examples import run_changes, run_complete
from tools.iam.runs.nodes import run_nodes
from tools.iam.runs.recorder import PermissionRecorder
from tools.iam.session_manager import SESSION_MANAGER
from tools.iam.unified_console import UNIFIED_CONSOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.complete import Complete
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ["ap-northeast-1", "us-east-1"]
_PRODUCTION, _TEST = ("444444444444", "555555555555"), ("666666666666",)
_MEMBERS = (ADMINISTRATOR, "333333333333", *_PRODUCTION, *_TEST)
_SUCCEEDED = ("succeeded", "")
_TAGGING = ("organizations:TagResource", "iam:TagRole")
# Statements of policies that the examples share with other modules.
_OF_MODULES = {statement.sid for statement in (*AUTOMATION, *SESSION_MANAGER, *UNIFIED_CONSOLE)}
_STACK = ("cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DeleteStack")


@pytest.mark.timeout(600)
@pytest.mark.scenario("realistic")
def test_complete(sandbox: Sandbox, workspaces: Workspaces) -> None:
    before = sandbox.snapshot()
    recorder = PermissionRecorder(sandbox, read_policies())

    run_complete(recorder, workspaces, lambda both: _assert_applied(sandbox, both))

    assert_no_violations(sandbox)
    assert_calls(sandbox.calls, (*ALLOWED_CALLS, *_TAGGING, *_STACK))
    assert_same(
        before,
        sandbox.snapshot(),
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS, *RETAINED_LOG_GROUPS, *RETAINED_SETTINGS),
    )

    run_changes(recorder, workspaces)
    run_nodes(recorder, workspaces)
    run_compliance_report(recorder, workspaces)
    assert_no_violations(sandbox)
    assert recorder.denied == []
    # `make iam CHECK=1` also compares resources and conditions.
    assert _actions(read_policies()) == _actions(policies(recorder.needs)), "run make iam"


def _actions(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """The actions of each statement, by policy and Sid; other modules have tests of their own."""
    return {
        name: {
            statement["Sid"]: statement["Action"]
            for statement in document["Statement"]
            if statement["Sid"] not in _OF_MODULES
        }
        for name, document in documents.items()
        if name not in (ADMINISTRATOR_PLAN, COMPLIANCE_PLAN, *RUNS_OF_MODULES)
    }


def _assert_applied(sandbox: Sandbox, both: Complete) -> None:
    """Everything is deployed, plans are empty, and the first cannot be destroyed before the second."""
    _assert_deployed(sandbox, both.management)
    _assert_collecting(sandbox, both.administrator)
    again = plan_read_only(both.management, sandbox)
    assert_plan_empty(again, warnings=("Check block assertion failed",))
    # An association fails on a node of the scenario, which no apply changes.
    assert [warning.detail.count("\n- ") for warning in again.warnings] == [1]
    assert "\n- NODES_FAILED scan-production:" in again.warnings[0].detail
    assert_plan_empty(plan_read_only(both.administrator, sandbox))

    registered = sandbox.snapshot()["delegated_administrators"]
    with pytest.raises(TerraformError) as wrong_order:
        both.management.destroy()
    assert "Destroy the configuration of the administrator account first" in " ".join(str(wrong_order.value).split())
    assert sandbox.snapshot()["delegated_administrators"] == registered
    # The prerequisites of its configuration are retained.
    assert_plan_empty(plan_read_only(both.administrator, sandbox))
    both.management.apply()


def _assert_deployed(sandbox: Sandbox, management: Terraform) -> None:
    """Every configuration is deployed to every targeted account and Region."""
    everywhere = ("default-host-management", "host-management", "ops-center")
    accounts = {"scan-production": _PRODUCTION, "patch-test": _TEST, **dict.fromkeys(everywhere, _MEMBERS)}
    assert management.output()["deployments"] == {
        name: {"status": "SUCCEEDED", "exceptions": []} for name in (*accounts, "change-manager")
    }
    completed = run_script(sandbox, "observe.py", "deployments", "--json")
    assert completed.returncode == 0, completed.stderr
    states = {
        deployment["name"]: Counter((item["state"], item["reason"]) for item in deployment["account_regions"])
        for deployment in json.loads(completed.stdout)
    }
    assert {name: found[_SUCCEEDED] for name, found in states.items()} == {
        **{name: len(ids) * len(_REGIONS) for name, ids in accounts.items()},
        "change-manager": len(_MEMBERS),
    }
    assert {state for found in states.values() for state in found} == {
        _SUCCEEDED,
        ("not_deployed", "The account is SUSPENDED: StackSets does not deploy to it."),
        ("not_deployed", "Deployments to organizational units never reach the management account."),
    }


def _assert_collecting(sandbox: Sandbox, administrator: Terraform) -> None:
    """The administrator account has the OpsData of the nodes of every account with nodes in these Regions."""
    assert administrator.output()["explorer"] == {
        "name": "organization",
        "account_id": ADMINISTRATOR,
        "region": "us-east-1",
        "regions": _REGIONS,
        "organizational_unit_ids": [],
    }
    sandbox.clock.advance(600)
    completed = run_script(sandbox, "report.py", "ops-data", "--json", account_id=ADMINISTRATOR)
    assert completed.returncode == 0, completed.stderr
    ops_data: dict[str, Any] = json.loads(completed.stdout)
    tokyo, virginia = _REGIONS
    assert {
        (item["account_id"], item["region"]): (item["number"], item["managed"]) for item in ops_data["instances"]
    } == {
        # Default Host Management Configuration covers the management account in the provider's Region alone.
        (MANAGEMENT, tokyo): (1, 0),
        ("333333333333", tokyo): (1, 1),
        ("444444444444", tokyo): (2, 2),
        ("444444444444", virginia): (1, 1),
        ("555555555555", tokyo): (1, 1),
        ("666666666666", virginia): (1, 1),
    }
    assert [account["account_id"] for account in ops_data["silent_accounts"]] == [ADMINISTRATOR]
