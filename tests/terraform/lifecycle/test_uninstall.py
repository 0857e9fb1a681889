"""`report.py restore`: the module block is deleted, or the state is lost, and the organization is as before."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_plan_empty, assert_same
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, create_unit, managers, settings_records, settle
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import REPOSITORY
from terraform.expectations import (
    OTHER_MEMBER,
    RETAINED_ACCESS,
    RETAINED_BUCKETS,
    RETAINED_ROLES,
    RETAINED_SETTINGS,
)
from tools.iam.command import read_policies
from tools.iam.roles import APPLY, PLAN

if TYPE_CHECKING:
    from conftest import Checkout
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Call, Sandbox
    from terraform.conftest import Configure

_RETAINED = (*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_BUCKETS)
_INPUTS: dict[str, Any] = {
    "dedicated_organizational_unit": {"name": "SystemsManager"},
    "delegated_administrator": {"account_id": ADMINISTRATOR},
    "patch_policies": {"scan": {}},
}


def _restore(sandbox: Sandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_script(sandbox, "report.py", "restore", *arguments)


def _kill_restore_after(sandbox: Sandbox, operation: str) -> None:
    """Kill `report.py restore` when AWS has run `operation`, before the script receives the response."""
    reached, killed = threading.Event(), threading.Event()

    def stop(call: Call) -> None:
        if call.operation == operation and not reached.is_set():
            reached.set()
            killed.wait(60)

    unsubscribe = sandbox.on_call(stop)
    running = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "scripts" / "report.py"), "restore", "--deployed", "--yes"],
        env={"PATH": "/usr/bin:/bin", **sandbox.environment()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert reached.wait(120), f"restore never called {operation}"
    running.kill()
    running.wait()
    killed.set()
    unsubscribe()


def _lose_state(terraform: Terraform) -> None:
    (terraform.directory / "terraform.tfstate").unlink()


@pytest.mark.scenario("realistic")
def test_block_is_deleted(sandbox: Sandbox, checkout: Checkout) -> None:
    before = sandbox.snapshot()
    terraform = checkout("examples/minimal", variables={"administrator_account_id": ADMINISTRATOR})
    terraform.apply()
    sandbox.clock.advance(60)

    main = terraform.directory / "main.tf"
    main.write_text(re.sub(r'(?ms)^module "systems_manager".*?^}\n', "", main.read_text()))
    (terraform.directory / "outputs.tf").unlink()
    with pytest.raises(TerraformError, match="OrganizationalUnitNotEmptyException"):
        terraform.apply()

    listed = _restore(sandbox, "--dry-run")
    assert listed.returncode == 0, listed
    unit = child_units(sandbox)["SystemsManager"]
    assert f"(account {ADMINISTRATOR}): {unit} (SystemsManager) -> r-sbox (the root)." in listed.stdout
    assert f"delegated-administrator/ssm.amazonaws.com: {ADMINISTRATOR} -> none; AWS then deletes" in listed.stdout
    assert "default-host-management-role/us-east-1: service-role/" in listed.stdout
    assert "trusted-access/ssm.amazonaws.com: stays as it is, because it is retained on destroy." in listed.stdout
    assert "DeregisterDelegatedAdministrator" not in {call.operation for call in sandbox.calls}

    restored = _restore(sandbox, "--yes")
    assert restored.returncode == 0, restored
    terraform.apply()
    assert_plan_empty(terraform.plan())
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=(*_RETAINED, *RETAINED_SETTINGS))


def test_block_is_deleted_after_a_failed_apply(sandbox: Sandbox, configure: Configure, workspaces: Workspaces) -> None:
    """Terraform deletes the roles, without which AWS deletes no manager: docs/operations/uninstall.md."""
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", "AccessDenied by a service control policy")
    with pytest.raises(TerraformError):
        terraform.apply()
    (installation,) = settings_records(sandbox)
    file = terraform.directory / "main.tf.json"
    file.write_text(json.dumps({"provider": json.loads(file.read_text())["provider"]}))
    with pytest.raises(TerraformError, match="OrganizationalUnitNotEmptyException"):
        terraform.apply()

    refused = _restore(sandbox, "--yes")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "The role AWS-QuickSetup-Organization-Execution of this configuration does not exist" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    assert list(settings_records(sandbox)) == [installation]

    roles = {"source": "../module/modules/quick-setup", "creation_mark": f"{installation}/roles"}
    workspaces.call_modules({"quick_setup": roles}, sandbox.environment()).apply()
    restored = _restore(sandbox, "--yes")
    assert restored.returncode == 0, restored
    terraform.apply()
    assert managers(sandbox) == []
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)


def test_state_is_lost(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS, default_host_management={})
    terraform.apply()
    settle(sandbox)
    applied = sandbox.snapshot()
    _lose_state(terraform)

    refused = _restore(sandbox, "--yes")
    assert refused.returncode == 1
    assert "default-host-management, scan: deployed. Nothing was changed." in refused.stderr
    assert sandbox.snapshot() == applied

    # Who may apply may restore.
    policies = read_policies()
    statements = [statement for role in (PLAN, APPLY) for statement in policies[role]["Statement"]]
    sandbox.permissions.enforce(
        "arn:aws:iam::111111111111:user/Administrator", {**policies[APPLY], "Statement": statements}
    )
    restored = _restore(sandbox, "--deployed", "--yes")
    assert restored.returncode == 0, restored
    assert managers(sandbox) == []
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=(*_RETAINED, *RETAINED_SETTINGS))

    again = _restore(sandbox, "--yes")
    assert (again.returncode, again.stdout) == (1, "")
    assert "has nothing of this module" in again.stderr


def test_failed_apply_and_lost_state(sandbox: Sandbox, configure: Configure) -> None:
    """With `on_destroy = "restore"`, trusted access and StackSets are as before as well."""
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS, trusted_access={"on_destroy": "restore"})
    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", "AccessDenied by a service control policy")
    with pytest.raises(TerraformError):
        terraform.apply()
    _lose_state(terraform)
    restored = _restore(sandbox, "--yes")
    assert restored.returncode == 0, restored
    assert_same(before, sandbox.snapshot(), retained=(*RETAINED_ROLES, *RETAINED_BUCKETS))


@pytest.mark.parametrize(
    "operation",
    [
        "DeleteConfigurationManager",
        "DeregisterDelegatedAdministrator",
        "MoveAccount",
        "PutParameter",
        "DeleteParameter",
        "DeleteRole",
    ],
)
def test_killed_restore_continues(sandbox: Sandbox, configure: Configure, operation: str) -> None:
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS)
    terraform.apply()
    _lose_state(terraform)
    _kill_restore_after(sandbox, operation)
    restored = _restore(sandbox, "--deployed", "--yes")
    assert restored.returncode == 0, restored
    assert settings_records(sandbox) == {}
    assert_same(before, sandbox.snapshot(), retained=_RETAINED)


def test_of_two_installations_one_is_undone(sandbox: Sandbox, configure: Configure) -> None:
    """What the other one requires as well stays until that one is undone; what has its tag stays as well."""
    before = sandbox.snapshot()
    terraform = configure(**_INPUTS, trusted_access={"on_destroy": "restore"})
    terraform.apply()
    installation = terraform.output()["everything"]["installation"]
    _apply_second_installation(sandbox)
    _lose_state(terraform)

    undecided = _restore(sandbox, "--deployed", "--yes")
    assert undecided.returncode == 1
    assert f"there are several in account 111111111111. Use --installation with one of: {installation}, second." in (
        undecided.stderr
    )
    undone = _restore(sandbox, "--installation", installation, "--deployed", "--yes")
    assert undone.returncode == 0, undone
    assert "trusted-access/ssm.amazonaws.com: left as it is, because the installation second uses it as well." in (
        undone.stdout
    )
    between = sandbox.snapshot()
    assert between["trusted_access"] == ["ssm.amazonaws.com"]
    assert between["delegated_administrators"] == {"ssm.amazonaws.com": [ADMINISTRATOR]}
    assert between["stack_sets_access"] == "DISABLED"
    assert [unit["name"] for unit in between["organization"]["organizational_units"]] == ["Second"]
    assert list(settings_records(sandbox)) == ["second"]

    last = _restore(sandbox, "--yes")
    assert last.returncode == 0, last
    assert_same(before, sandbox.snapshot(), retained=(*RETAINED_ROLES, *RETAINED_BUCKETS))


def _apply_second_installation(sandbox: Sandbox) -> None:
    """As Terraform does for one with other names of roles, which the root module does not have."""
    observed = {
        "trusted-access/ssm.amazonaws.com": ("enabled", "disabled"),
        "delegated-administrator/ssm.amazonaws.com": (ADMINISTRATOR, "none"),
    }
    query = {
        "account_id": "111111111111",
        "region": "us-east-1",
        "installation": "second",
        "record_region": "us-east-1",
        "settings": json.dumps(
            [{"key": key, "value": value, "previous": previous} for key, (value, previous) in observed.items()]
        ),
    }
    applied = run_script(sandbox, "ensure.py", "settings", json.dumps(query))
    assert applied.returncode == 0, applied
    organizations = sandbox.client("organizations")
    organizations.create_organizational_unit(
        ParentId="r-sbox",
        Name="Second",
        Tags=[{"Key": "systems-manager-organization:created", "Value": "second/2026-11-28T10:12:48Z"}],
    )


def test_what_was_changed_since_is_left_and_named(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(**_INPUTS)
    terraform.apply()
    _lose_state(terraform)
    unit, elsewhere = child_units(sandbox)["SystemsManager"], create_unit(sandbox, "Elsewhere")
    organizations = sandbox.client("organizations")
    for account_id, source, destination in (
        (ADMINISTRATOR, unit, elsewhere),
        (OTHER_MEMBER, "r-sbox", unit),
    ):
        organizations.move_account(AccountId=account_id, SourceParentId=source, DestinationParentId=destination)

    restored = _restore(sandbox, "--deployed", "--yes")
    assert restored.returncode == 1, "something of the installation stays"
    assert f"account-placement/administrator: left as it is, because it is {elsewhere} and no longer {unit}." in (
        restored.stdout
    )
    assert f'organizational unit "SystemsManager" ({unit}): stays, because it holds account {OTHER_MEMBER}.' in (
        restored.stdout
    )
    after = {found["name"]: found for found in sandbox.snapshot()["organization"]["organizational_units"]}
    assert [account["id"] for account in after["Elsewhere"]["accounts"]] == [ADMINISTRATOR]
    assert managers(sandbox) == []

    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=unit, DestinationParentId="r-sbox")
    assert _restore(sandbox, "--yes").returncode == 0
    assert list(child_units(sandbox)) == ["Elsewhere"]
