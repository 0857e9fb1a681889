"""`observe.py unified-console`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import (
    HOST_MANAGEMENT,
    INSTANCE_MANAGEMENT,
    JUST_IN_TIME_NODE_ACCESS,
    RESOURCE_EXPLORER,
    UNIFIED_CONSOLE,
    local,
    policy,
)
from systems_manager_organization.unified_console.observation import TYPE
from unit.quick_setup_cases import ADMINISTRATOR, MANAGEMENT, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

ROLE = "ManagedInstance-CrossAccountExecutionRole"


def observed(run: Run, account_id: str = MANAGEMENT, **schedules: str) -> dict[str, Any]:
    query = {"account_id": account_id, "schedules": json.dumps(schedules), "installation": "one"}
    result = run("observe", "unified-console", query=query).result
    return {"existing": json.loads(result["existing"]), "findings": json.loads(result["findings"])}


def subjects(run: Run, **schedules: str) -> list[str]:
    """The findings' codes and subjects, without the ids of configurations."""
    findings = observed(run, **schedules)["findings"]
    return [f"{finding['code']} {finding['subject'].rpartition('-')[0]}" for finding in findings]


def deploy(aws: Sandbox, definition: dict[str, Any], name: str) -> None:
    """In the management account itself."""
    policies = (
        "AWSQuickSetupDeploymentRolePolicy",
        "AWSQuickSetupJITNADeploymentRolePolicy",
        "AWSQuickSetupSSMDeploymentRolePolicy",
    )
    for policy_name in policies:
        arn = f"arn:aws:iam::aws:policy/{policy_name}"
        aws.client("iam").attach_role_policy(RoleName="AWS-QuickSetup-Execution", PolicyArn=arn)
    quick_setup = aws.client("ssm-quicksetup")
    quick_setup.create_configuration_manager(Name=name, ConfigurationDefinitions=[local(definition)])
    aws.clock.advance(3600)


def test_nothing_collides_in_a_new_account(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    assert observed(run) == {"existing": {}, "findings": []}


def test_associations_that_do_the_same(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    deploy(aws, INSTANCE_MANAGEMENT, "host-management")
    inventory = "OVERLAPPING_CONFIGURATION AWS-QuickSetup-SSMHostMgmt-CollectInventory"
    update = "OVERLAPPING_CONFIGURATION AWS-QuickSetup-SSMHostMgmt-UpdateSSMAgent"
    assert subjects(run) == [inventory, update]
    assert subjects(run, AgentUpdateSchedule="none") == [inventory]


@pytest.mark.parametrize(
    ("definition", "document", "consequence"),
    [
        (HOST_MANAGEMENT, "EnableDHMC", "and the role that is set first is kept."),
        (RESOURCE_EXPLORER, "EnableAREX", "and with different Regions they undo each other."),
    ],
)
def test_automations_that_do_the_same(
    aws: Sandbox,
    run: Run,
    act_as: Callable[[str], None],
    definition: dict[str, Any],
    document: str,
    consequence: str,
) -> None:
    prepare(aws)
    aws.client("ssm-quicksetup").create_configuration_manager(Name="other", ConfigurationDefinitions=[definition])
    aws.clock.advance(3600)
    act_as(ADMINISTRATOR)
    messages = [finding["message"] for finding in observed(run, ADMINISTRATOR)["findings"]]
    assert [f"runs AWSQuickSetupType-{document}, as the unified" in text for text in messages].count(True) == 1
    assert any(text.endswith(consequence) for text in messages)
    # Without its schedule the console does not have it; the index it always has.
    remaining = str(observed(run, ADMINISTRATOR, EnableDHMCSchedule="none")["findings"])
    assert (document in remaining) == (document == "EnableAREX")


def test_one_that_exists_already_and_its_own_associations(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    deploy(aws, UNIFIED_CONSOLE, "console")
    found = observed(run)
    assert found["findings"] == []
    assert "It was created manually or by another tool." in found["existing"][f"{TYPE}/console"]["message"]


def test_taken_names_and_used_up_syncs(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.client("iam").create_role(
        RoleName=ROLE, AssumeRolePolicyDocument=policy(Principal={"Service": "ssm.amazonaws.com"})
    )
    source = {"SourceType": "SingleAccountMultiRegions", "SourceRegions": ["us-east-1"]}
    for number in range(5):
        aws.client("ssm").create_resource_data_sync(
            SyncName=f"sync-{number}", SyncType="SyncFromSource", SyncSource=source
        )
    codes = [(finding["code"], finding["subject"]) for finding in observed(run)["findings"]]
    assert codes == [("CONFIGURATION_COLLISION", ROLE), ("DATA_SYNC_QUOTA", "111111111111")]


def test_just_in_time_node_access_that_exists_already(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    deploy(aws, INSTANCE_MANAGEMENT, "host-management")
    deploy(aws, JUST_IN_TIME_NODE_ACCESS, "node-access")
    query = {"type": "AWSQuickSetupType-JITNA", "installation": "one"}
    result = run("observe", "unified-console", query=query).result
    assert list(json.loads(result["existing"])) == ["AWSQuickSetupType-JITNA/node-access"]
    # Nothing else does the same.
    assert json.loads(result["findings"]) == []
