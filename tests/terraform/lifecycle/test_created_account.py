"""An administrator account that the module creates: moved, registered, and never destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.assertions import assert_plan_empty, plan_read_only
from harness.results import TerraformError

if TYPE_CHECKING:
    from sandbox import Sandbox
    from terraform.conftest import Configure


def test_created_account(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account": {"name": "Operations", "email": "operations@example.com"}},
    )
    terraform.apply()

    assert_plan_empty(plan_read_only(terraform, sandbox))
    outputs = terraform.output()["everything"]
    account_id = outputs["delegated_administrator"]["account_id"]
    assert outputs["dedicated_organizational_unit"]["account_id"] == account_id
    after = sandbox.snapshot()
    assert after["delegated_administrators"] == {"ssm.amazonaws.com": [account_id]}
    (unit,) = after["organization"]["organizational_units"]
    assert [account["name"] for account in unit["accounts"]] == ["Operations"]

    with pytest.raises(TerraformError, match="Instance cannot be destroyed"):
        terraform.destroy()
    assert sandbox.snapshot() == after

    terraform.forget("module.systems_manager.module.administrator_account[0].aws_organizations_account.this")
    terraform.destroy()
    left = sandbox.snapshot()
    assert left["organization"]["organizational_units"] == []
    assert {account["name"] for account in left["organization"]["accounts"]} == {
        *(account["name"] for account in before["organization"]["accounts"]),
        "Operations",
    }
