"""After an apply that failed or was killed, the next one continues, or its plan fails with the resolution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, assert_same, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.interruption import kill_at
from harness.organization import managers, settle
from harness.recovery import apply_adopted, run_adopt
from harness.results import TerraformError
from harness.scripts import run_script
from sandbox import Fault
from terraform.expectations import (
    ALLOWED_CALLS,
    OTHER_MEMBER,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
)

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from sandbox import Sandbox
    from terraform.conftest import Configure

_RETAINED = (*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS)


def _configured(configure: Configure) -> Terraform:
    return configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR},
        patch_policies={"scan": {}},
    )


def _kill_at(sandbox: Sandbox, terraform: Terraform, operation: str, *, destroy: bool = False) -> None:
    reached = kill_at(sandbox, terraform, lambda call: call.operation == operation, destroy=destroy)
    assert reached, f"the apply never called {operation}"


def test_killed_during_a_deployment(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)

    _kill_at(sandbox, terraform, "CreateConfigurationManager")
    created = managers(sandbox)
    assert [name for name, _ in created] == ["scan"]
    errors = plan_errors(terraform)
    assert f'configuration manager "scan" already exists ({created[0][1]})' in errors

    sandbox.clock.advance(600)
    status, blocks, _ = run_adopt(terraform, errors)
    assert (status, blocks.count("import {")) == (0, 1)
    assert apply_adopted(terraform) == 1
    assert managers(sandbox) == created
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=_RETAINED)


@pytest.mark.parametrize("operation", ["EnableAWSServiceAccess", "MoveAccount", "RegisterDelegatedAdministrator"])
def test_killed_during_a_change_of_settings(sandbox: Sandbox, configure: Configure, operation: str) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    _kill_at(sandbox, terraform, operation)
    terraform.apply()
    after = sandbox.snapshot()
    assert after["delegated_administrators"] == {"ssm.amazonaws.com": [ADMINISTRATOR]}
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=_RETAINED)


def test_killed_while_settings_are_restored(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    terraform.apply()
    _kill_at(sandbox, terraform, "DeregisterDelegatedAdministrator", destroy=True)
    terraform.destroy()
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)


def test_denied_setting(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    sandbox.faults.inject(Fault("organizations", "MoveAccount", "access_denied", times=100))
    with pytest.raises(TerraformError) as denied:
        terraform.apply()
    error = " ".join(str(denied.value).split())
    assert "organizations:MoveAccount failed for account 111111111111 in Region us-east-1: AccessDenied" in error
    assert "Allow organizations:MoveAccount to the script's credentials" in error
    assert "RegisterDelegatedAdministrator" not in {call.operation for call in sandbox.calls}
    assert managers(sandbox) == []

    sandbox.faults.reset()
    terraform.apply()
    assert_clean_destroy(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, retained=_RETAINED)


def test_failed_deployment_is_not_created_twice(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", "AccessDenied by a service control policy")
    for _ in range(2):
        with pytest.raises(TerraformError):
            terraform.apply()
        assert [name for name, _ in managers(sandbox)] == ["scan"]
    ((_, arn),) = managers(sandbox)
    error = plan_errors(terraform)
    assert "Its deployment is FAILED. Fix the cause" in error
    assert f"report.py redeploy {arn}), or delete it" in error

    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", None)
    redeployed = run_script(sandbox, "report.py", "redeploy", arn, "--yes")
    assert (redeployed.returncode, redeployed.stdout) == (0, "scan: deployed.\n")
    run_adopt(terraform)
    assert apply_adopted(terraform) == 1
    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(*ALLOWED_CALLS, "ssm-quicksetup:UpdateConfigurationDefinition"),
        retained=_RETAINED,
    )


def test_destroy_after_a_failed_first_apply(sandbox: Sandbox, configure: Configure) -> None:
    """Fails before the roles are deleted, because AWS deletes a manager with these roles."""
    before = sandbox.snapshot()
    terraform = _configured(configure)
    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", "AccessDenied by a service control policy")
    with pytest.raises(TerraformError):
        terraform.apply()
    ((_, arn),) = managers(sandbox)
    with pytest.raises(TerraformError) as failed:
        terraform.destroy()
    error = " ".join(str(failed.value).split())
    assert f'configuration managers that the Terraform state does not have: "scan" ({arn}' in error
    assert f"report.py discard {arn}" in error

    discarded = run_script(sandbox, "report.py", "discard", arn, "--yes")
    assert discarded.returncode == 0, discarded
    terraform.destroy()
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)


def test_operation_that_is_denied_once(sandbox: Sandbox, configure: Configure) -> None:
    terraform = _configured(configure)
    terraform.apply()
    settle(sandbox)
    applied = sandbox.snapshot()
    for service, operation in (
        ("ssm-quicksetup", "GetConfigurationManager"),
        ("ssm-quicksetup", "TagResource"),
        ("ssm", "GetParametersByPath"),
    ):
        sandbox.faults.inject(Fault(service, operation, "access_denied", times=1))
        try:
            terraform.apply()
        except TerraformError as error:
            assert operation in str(error)  # noqa: PT017 - an empty apply does not call every operation
        sandbox.faults.reset()
        assert sandbox.snapshot() == applied, operation
        assert_plan_empty(plan_read_only(terraform, sandbox))


def test_removed_by_count_zero(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    terraform.apply()
    file = terraform.directory / "main.tf.json"
    document = json.loads(file.read_text())
    document["module"]["systems_manager"]["count"] = 0
    del document["output"]
    file.write_text(json.dumps(document))
    terraform.apply()
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)
    del document["module"]
    file.write_text(json.dumps(document))
    assert_plan_empty(terraform.plan())
