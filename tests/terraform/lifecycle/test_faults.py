"""One call of each service fails during one apply; `make faults` does this with every call, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.faults.sweep import Case, Sweep

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_CASES = (
    Case("cloudformation", "ActivateOrganizationsAccess", 1, "server_error"),
    Case("iam", "CreateRole", 2, "throttle"),
    Case("organizations", "RegisterDelegatedAdministrator", 1, "throttle"),
    Case("ssm", "UpdateServiceSetting", 1, "server_error"),
    Case("ssm-quicksetup", "CreateConfigurationManager", 2, "server_error"),
    Case("sts", "GetCallerIdentity", 1, "throttle"),
)


def test_fault_in_each_service(sandbox: Sandbox, workspaces: Workspaces) -> None:
    sweep = Sweep(workspaces, sandbox)
    assert set(_CASES) <= set(sweep.cases)
    assert sweep.run(*_CASES).problem == ""
