"""`aws_cloudformation_stack` of the genuine AWS provider: a stack comes, changes, fails to change, and goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.stack_cases import explorer, sync_properties, template
from support.results import TerraformError

if TYPE_CHECKING:
    from sandbox import Sandbox
    from support.workspace import Workspaces


def _configuration(**source: Any) -> str:
    stack = {
        "name": "explorer",
        "template_body": template(sync_properties(**source), Outputs={"Name": {"Value": {"Ref": "Sync"}}}),
    }
    return json.dumps(
        {
            "resource": {"aws_cloudformation_stack": {"explorer": stack}},
            "output": {"name": {"value": "${aws_cloudformation_stack.explorer.outputs.Name}"}},
        }
    )


def test_a_stack_comes_changes_fails_and_goes(sandbox: Sandbox, workspaces: Workspaces) -> None:
    ssm = explorer(sandbox)
    before = sandbox.snapshot()
    terraform = workspaces.write({"main.tf.json": _configuration()}, sandbox.environment())
    terraform.apply()
    assert terraform.output() == {"name": "organization"}

    (terraform.directory / "main.tf.json").write_text(_configuration(SourceRegions=["eu-west-1"]))
    terraform.apply()
    (sync,) = ssm.list_resource_data_sync()["ResourceDataSyncItems"]
    assert sync["SyncSource"]["SourceRegions"] == ["eu-west-1"]

    (terraform.directory / "main.tf.json").write_text(_configuration(SourceRegions=["nowhere"]))
    with pytest.raises(TerraformError, match="UPDATE_ROLLBACK_COMPLETE") as caught:
        terraform.apply()
    assert "Invalid request provided: AWS::SSM::ResourceDataSync" in str(caught.value)

    terraform.destroy()
    assert sandbox.snapshot() == before
