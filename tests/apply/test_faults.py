"""A call of each service fails once during an apply; `make faults` does this with every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands.fault_sweep import Case, Sweep

if TYPE_CHECKING:
    from sandbox import Sandbox
    from support.workspace import Workspaces

_CASES = [
    Case("cloudformation", "ActivateOrganizationsAccess", 1, "server_error"),
    Case("iam", "CreateRole", 2, "throttle"),
    Case("organizations", "RegisterDelegatedAdministrator", 1, "throttle"),
    Case("ssm", "UpdateServiceSetting", 1, "server_error"),
    Case("ssm-quicksetup", "CreateConfigurationManager", 2, "server_error"),
    Case("sts", "GetCallerIdentity", 1, "throttle"),
]


@pytest.fixture(scope="module")
def sweep(workspaces: Workspaces, sandbox_of_session: Sandbox) -> Sweep:
    return Sweep(workspaces, sandbox_of_session)


@pytest.mark.parametrize("case", _CASES, ids=str)
def test_fault(sweep: Sweep, case: Case) -> None:
    assert case in sweep.cases
    assert sweep.run(case).problem == ""
