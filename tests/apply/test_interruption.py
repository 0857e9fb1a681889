"""An apply that fails or is killed halfway loses nothing: the next one converges, with nothing twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from apply.expectations import ALLOWED_CALLS, OTHER_MEMBER, RETAINED_ACCESS, RETAINED_ROLES
from sandbox import Fault
from support.closing import assert_closes, assert_plan_empty, plan_reading_only
from support.complete import ADMINISTRATOR
from support.results import TerraformError

if TYPE_CHECKING:
    from apply.conftest import Configure
    from sandbox import Call, Sandbox
    from support.terraform import Terraform


def _configured(configure: Configure) -> Terraform:
    return configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR},
        patch_policies={"scan": {}},
    )


def _managers(sandbox: Sandbox) -> list[str]:
    return [name for name, _ in _named(sandbox)]


def _named(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Name and ARN of every configuration manager."""
    found = sandbox.client("ssm-quicksetup").list_configuration_managers()["ConfigurationManagersList"]
    return [(manager["Name"], manager["ManagerArn"]) for manager in found]


def _kill_at(sandbox: Sandbox, terraform: Terraform, operation: str) -> None:
    """Kill Terraform with its plugins when AWS has carried out `operation`, before Terraform hears of it."""
    reached, killed, called = threading.Event(), threading.Event(), threading.Event()

    def stop(call: Call) -> None:
        called.set()
        if call.operation == operation and not reached.is_set():
            reached.set()
            killed.wait(60)

    unsubscribe = sandbox.on_call(stop)
    running = terraform.start_apply()
    assert reached.wait(120), f"the apply never called {operation}"
    # Terraform empties its state file before it writes it, and killed in between has lost everything: what goes on
    # beside the call may end first.
    called.clear()
    while called.wait(2):
        called.clear()
    running.kill()
    killed.set()
    unsubscribe()


def test_killed_twice(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)

    _kill_at(sandbox, terraform, "CreateConfigurationManager")
    assert _managers(sandbox) == ["scan"]
    assert not [address for address in terraform.addresses() if "aws_ssmquicksetup" in address]

    plan = terraform.plan()
    warned = "\n".join(warning.detail for warning in plan.warnings)
    assert "CONFIGURATION_LEFT_OVER scan (" in warned
    for verb in ("explain", "adopt", "discard"):
        assert f"scripts/report.py {verb} scan" in warned
    _kill_at(sandbox, terraform, "DeleteConfigurationManager")
    terraform.apply()

    assert _managers(sandbox) == ["scan"]
    assert_closes(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, remains=(*RETAINED_ACCESS, *RETAINED_ROLES))


def test_failed_deployment_and_refused_action(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = _configured(configure)
    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", "AccessDenied by a service control policy")
    sandbox.faults.inject(Fault("organizations", "MoveAccount", "access_denied", times=100))

    with pytest.raises(TerraformError) as refused:
        terraform.apply()
    said = " ".join(str(refused.value).split())
    assert "organizations:MoveAccount failed for account 111111111111 in Region us-east-1: AccessDenied" in said
    assert "Allow organizations:MoveAccount to the script's credentials" in said
    assert "RegisterDelegatedAdministrator" not in {call.operation for call in sandbox.calls}
    assert _managers(sandbox) == ["scan"], "the provider left it behind"

    sandbox.fail_deployment("scan", OTHER_MEMBER, "us-east-1", None)
    sandbox.faults.reset()
    terraform.apply()
    assert _managers(sandbox) == ["scan"]
    assert_closes(terraform, sandbox, before, allowed_calls=ALLOWED_CALLS, remains=(*RETAINED_ACCESS, *RETAINED_ROLES))


def test_several_policies(sandbox: Sandbox, configure: Configure) -> None:
    """Quick Setup refuses all but one at a time: what the others' refusal leaves is kept, and the rest follows."""
    terraform = configure(patch_policies={name: {"target_tag": {"key": "Patch", "value": name}} for name in "ab"})
    kept: dict[str, str] = {}
    for _ in range(2):
        try:
            terraform.apply()
        except TerraformError as error:
            assert "ConflictException" in str(error)  # noqa: PT017 - it may succeed as well
        made = dict(_named(sandbox))
        assert kept.items() <= made.items(), "what a former apply made was made anew"
        kept = made
    assert sorted(kept) == ["a", "b"]
    assert_plan_empty(plan_reading_only(terraform, sandbox))
