"""modules/account-settings: every account and Region set, values that were there before, and destroy."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_calls, assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import register_administrator
from harness.recovery import apply_adopted, run_adopt
from harness.scripts import run_script
from harness.workspace import change_inputs
from terraform.expectations import MANAGEMENT, OTHER_MEMBER, RETAINED_ROLES
from tools.iam.command import read_policies
from tools.iam.roles import PLAN, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_REGIONS = ("ap-northeast-1", "us-east-1")
_SHARING = "/ssm/documents/console/public-sharing-permission"
_LOGGING = "/ssm/automation/customer-script-log-destination"
_LOG_GROUP = "/ssm/automation/customer-script-log-group-name"
_TIER = "/ssm/managed-instance/activation-tier"
_SET = {_SHARING: "Disable", _LOGGING: "CloudWatch"}
_STACK_SET = "module.settings.module.stack_set.aws_cloudformation_stack_set.this"
_STACK_INSTANCES = "module.settings.module.stack_set.aws_cloudformation_stack_instances.this"
_ALLOWED = (
    *("cloudformation:*StackSet", "cloudformation:*StackInstances", "cloudformation:TagResource"),
    *("ssm:UpdateServiceSetting", "ssm:ResetServiceSetting", "ssm:PutParameter", "ssm:DeleteParameter"),
)


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/account-settings", "regions": list(_REGIONS), **inputs}
    return workspaces.call_modules({"settings": call}, sandbox.environment(account_id))


def _set(sandbox: Sandbox, account_id: str, region: str, setting_id: str, value: str) -> None:
    sandbox.client("ssm", account_id, region).update_service_setting(SettingId=setting_id, SettingValue=value)


def _settings(sandbox: Sandbox) -> dict[str, Any]:
    return dict(sandbox.snapshot()["service_settings"])


def _report(sandbox: Sandbox, *arguments: str) -> str:
    """The output of `report.py service-settings` with a role in all accounts."""
    role = ("--member-role-name", "OrganizationAccountAccessRole")
    completed = run_script(sandbox, "report.py", "service-settings", *role, *arguments)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def _customized(text: str) -> dict[str, Any]:
    """What `report.py service-settings --json` lists: setting and value, by account and Region."""
    found: dict[str, Any] = {}
    for item in json.loads(text)["customized"]:
        found.setdefault(f"{item['account_id']} {item['region']}", {})[item["setting_id"]] = item["value"]
    return found


@pytest.mark.scenario("bare")
def test_every_account_is_set_and_restored(sandbox: Sandbox, workspaces: Workspaces, tmp_path: Path) -> None:
    sandbox.client("cloudformation").activate_organizations_access()
    _set(sandbox, MANAGEMENT, "us-east-1", _SHARING, "Enable")
    _set(sandbox, OTHER_MEMBER, "us-east-1", _SHARING, "Enable")
    _set(sandbox, OTHER_MEMBER, "us-east-1", _TIER, "advanced")
    before = sandbox.snapshot()
    terraform = _write(sandbox, workspaces, MANAGEMENT)
    kept = tmp_path / "service-settings.json"
    kept.write_text(_report(sandbox, "--regions", json.dumps(_REGIONS), "--json"))
    assert _customized(kept.read_text()) == before["service_settings"]

    administrator = f"arn:aws:iam::{MANAGEMENT}:user/Administrator"
    sandbox.permissions.enforce(administrator, read_policies()[SETTINGS])
    first_call = len(sandbox.calls)
    # The state is lost before a resource has the name of the installation: its record remains.
    terraform.apply(target=["module.settings.module.settings"])
    terraform = _write(sandbox, workspaces, MANAGEMENT)
    errors = plan_errors(terraform)
    lost = re.findall(r'EXISTS_ALREADY: The record \S+ in (\S+) already .+ set installation = "(\S+)", which', errors)
    assert {region for region, _ in lost} == set(_REGIONS)
    change_inputs(terraform, "settings", installation=lost[0][1])
    terraform.apply()
    accounts = {account["Id"] for account in sandbox.client("organizations").list_accounts()["Accounts"]}
    expected = {f"{account} {region}": _SET for account in accounts for region in _REGIONS}
    expected[f"{OTHER_MEMBER} us-east-1"] = {**_SET, _TIER: "advanced"}
    assert _settings(sandbox) == expected
    assert_plan_empty(plan_read_only(terraform, sandbox))

    # A state that lost the StackSet, and another one that never had it.
    assert "EXISTS_ALREADY: The StackSet" in plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    for address in (_STACK_SET, _STACK_INSTANCES):
        terraform.forget(address)
    status, blocks, _ = run_adopt(terraform)
    assert (status, blocks.count("import {")) == (0, 1)
    assert apply_adopted(terraform) == 1
    assert _settings(sandbox) == expected
    assert_plan_empty(plan_read_only(terraform, sandbox))

    # Drift of the management account is a planned change; a setting that is added and removed again leaves nothing.
    sandbox.client("ssm").reset_service_setting(SettingId=_LOGGING)
    change_inputs(terraform, "settings", automation_adaptive_concurrency_enabled=True)
    terraform.apply()
    added = {"/ssm/automation/enable-adaptive-concurrency": "True"}
    assert _settings(sandbox) == {
        account_region: {**settings, **added} for account_region, settings in expected.items()
    }
    change_inputs(terraform, "settings", automation_adaptive_concurrency_enabled=None)
    terraform.apply()
    assert _settings(sandbox) == expected
    assert_plan_empty(plan_read_only(terraform, sandbox))

    terraform.destroy()
    assert_calls(sandbox.calls[first_call:], _ALLOWED)
    assert _settings(sandbox) == {
        f"{MANAGEMENT} us-east-1": {_SHARING: "Enable"},
        f"{OTHER_MEMBER} us-east-1": {_TIER: "advanced"},
    }
    sandbox.permissions.enforce(administrator, read_policies()[PLAN])
    assert _report(sandbox, "--restore", str(kept), "--yes") == f"{OTHER_MEMBER} us-east-1: {_SHARING} = Enable\n"
    assert_same(before, sandbox.snapshot(), retained=RETAINED_ROLES)


@pytest.mark.scenario("bare")
def test_two_calls_for_the_same_accounts(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Refused by the records of the management account; in member accounts alone nothing shows the other call."""
    sandbox.client("cloudformation").activate_organizations_access()
    first, second = (
        _write(sandbox, workspaces, MANAGEMENT, name=name, automation_logging={"log_group_name": name})
        for name in ("first", "second")
    )
    first.apply()
    errors = plan_errors(second)
    assert errors.count("SETTING_CONFLICT: automation-log-group/") == len(_REGIONS)
    assert "is to be second, and installation" in errors

    change_inputs(second, "settings", include_management_account=False)
    second.apply()
    assert_plan_empty(plan_read_only(first, sandbox))
    account_region = f"{OTHER_MEMBER} us-east-1"
    assert _settings(sandbox)[account_region][_LOG_GROUP] == "second"
    second.destroy()
    assert_plan_empty(plan_read_only(first, sandbox))
    assert account_region not in _settings(sandbox)


@pytest.mark.scenario("bare")
def test_retained_settings_and_the_administrator_account(sandbox: Sandbox, workspaces: Workspaces) -> None:
    errors = plan_errors(_write(sandbox, workspaces, OTHER_MEMBER, include_management_account=False))
    assert f"Account {OTHER_MEMBER} is neither the management account nor an administrator of StackSets" in errors
    register_administrator(sandbox)
    errors = plan_errors(_write(sandbox, workspaces, ADMINISTRATOR))
    assert f"the provider works in account {ADMINISTRATOR}, and only the management account can change" in errors

    inputs = {"include_management_account": False, "automation_logging": None, "deletion_policy": "Retain"}
    terraform = _write(sandbox, workspaces, ADMINISTRATOR, regions=["us-east-1"], python_command=None, **inputs)
    terraform.apply()
    settings = _settings(sandbox)
    assert f"{MANAGEMENT} us-east-1" not in settings
    assert settings[f"{OTHER_MEMBER} us-east-1"] == {_SHARING: "Disable"}
    terraform.destroy()
    assert _settings(sandbox) == settings
