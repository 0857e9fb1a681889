"""One configuration that grows step by step, as README describes changes: what each apply does and says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, managers
from harness.workspace import change_inputs
from terraform.expectations import (
    ALLOWED_CALLS,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
)

if TYPE_CHECKING:
    from harness.results import Apply
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from terraform.conftest import Configure

_CALLS = "main.tf.json"
_INSTALL: dict[str, Any] = {"operation": "ScanAndInstall", "install_schedule": "cron(0 3 ? * SUN *)"}
_OLD, _NEW = (f'module.systems_manager.module.patch_policy["{name}"]' for name in ("scan", "scan-daily"))


def _apply(terraform: Terraform, **inputs: object) -> tuple[Apply, str]:
    """Apply changed inputs; returns the result and the texts of its warnings."""
    change_inputs(terraform, "systems_manager", **inputs)
    applied = terraform.apply()
    return applied, "\n".join(map(str, applied.warnings))


def _rename(terraform: Terraform) -> None:
    file = terraform.directory / _CALLS
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "moved": [{"from": _OLD, "to": _NEW}]}))


def _write_calls(sandbox: Sandbox, since: int) -> list[str]:
    """The calls that changed configuration managers."""
    verbs = ("CreateConfigurationManager", "UpdateConfigurationDefinition", "DeleteConfigurationManager")
    return [call.operation for call in sandbox.calls[since:] if call.operation in verbs and not call.error_code]


@pytest.mark.scenario("realistic")
def test_a_configuration_grows(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    test_unit = child_units(sandbox, child_units(sandbox)["Workloads"])["Test"]
    terraform = configure(patch_policies={"scan": {}})
    assert terraform.apply().warnings == ()
    scan = dict(managers(sandbox))["scan"]

    _, warnings = _apply(
        terraform,
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR},
    )
    assert warnings == ""
    assert sandbox.snapshot()["delegated_administrators"] == {"ssm.amazonaws.com": [ADMINISTRATOR]}

    install = {**_INSTALL, "target_organizational_unit_ids": [test_unit]}
    _, warnings = _apply(terraform, patch_policies={"scan": {}, "install": install})
    assert f"OVERLAPPING_CONFIGURATION install and scan: Both are of type {_TYPE} and go to {test_unit}" in warnings
    assert {name for name, _ in managers(sandbox)} == {"scan", "install"}

    _apply(terraform, host_management={})
    assert {name for name, _ in managers(sandbox)} == {"scan", "install", "host-management"}

    known = len(sandbox.calls)
    _rename(terraform)
    applied, _ = _apply(terraform, patch_policies={"scan-daily": {}, "install": install})
    assert dict(managers(sandbox))["scan-daily"] == scan
    assert (applied.added, applied.destroyed) == (0, 0)
    assert set(_write_calls(sandbox, known)) <= {"UpdateConfigurationDefinition"}

    both = ["ap-northeast-1", "us-east-1"]
    for regions in (both, ["us-east-1"]):
        known = len(sandbox.calls)
        _apply(terraform, regions=regions)
        assert _write_calls(sandbox, known) == 3 * ["UpdateConfigurationDefinition"]
        assert terraform.output()["everything"]["deployments"]["scan-daily"] == {
            "status": "SUCCEEDED",
            "exceptions": [],
        }

    known = len(sandbox.calls)
    _, warnings = _apply(terraform, patch_policies={"scan-daily": {}})
    assert (warnings, _write_calls(sandbox, known)) == ("", ["DeleteConfigurationManager"])
    assert_plan_empty(plan_read_only(terraform, sandbox))
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "ssm-quicksetup:Update*"),
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS),
    )


_TYPE = "AWSQuickSetupType-PatchPolicy"


def test_another_key_deletes_one_policy_and_creates_another(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}})
    terraform.apply()
    scan = dict(managers(sandbox))["scan"]
    known = len(sandbox.calls)
    _apply(terraform, patch_policies={"nightly": {}})
    assert sorted(_write_calls(sandbox, known)) == ["CreateConfigurationManager", "DeleteConfigurationManager"]
    assert dict(managers(sandbox)).keys() == {"nightly"}
    assert scan not in dict(managers(sandbox)).values()
