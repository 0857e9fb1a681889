"""modules/explorer: where its plan fails, the sync without all sources, and warnings of later plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.interruption import kill_at
from harness.recovery import apply_adopted, run_adopt
from harness.workspace import change_inputs
from terraform.expectations import MANAGEMENT, OTHER_MEMBER

if TYPE_CHECKING:
    from harness.results import Plan
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_NAME = "organization-own-sources"
_STACK = "module.explorer.aws_cloudformation_stack.this[0]"
# Created after it, so that an apply that was killed may have none.
_BESIDE_STACK = ("module.explorer.terraform_data.stack[0]", "module.explorer.terraform_data.change[0]")
_ALLOWED = ("iam:CreateServiceLinkedRole", "ssm:*ResourceDataSync", "ssm:PutParameter", "ssm:DeleteParameter")


def _write(sandbox: Sandbox, workspaces: Workspaces, account_id: str, **inputs: object) -> Terraform:
    call = {"source": "../module/modules/explorer", "regions": ["us-east-1"], **inputs}
    return workspaces.call_modules({"explorer": call}, sandbox.environment(account_id))


def _warnings(plan: Plan) -> str:
    return "\n".join(warning.detail for warning in plan.warnings)


def test_account_that_is_not_a_delegated_administrator(sandbox: Sandbox, workspaces: Workspaces) -> None:
    errors = plan_errors(_write(sandbox, workspaces, OTHER_MEMBER))
    assert f"Account {OTHER_MEMBER} does not administer Systems Manager" in errors
    assert f'delegated_administrator = {{ account_id = "{OTHER_MEMBER}" }}' in errors


def test_administrator_of_another_service_and_opt_in_region(sandbox: Sandbox, workspaces: Workspaces) -> None:
    organizations = sandbox.client("organizations")
    for principal, account_id in (
        ("ssm.amazonaws.com", ADMINISTRATOR),
        ("resource-explorer-2.amazonaws.com", OTHER_MEMBER),
    ):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=account_id, ServicePrincipal=principal)
    errors = plan_errors(_write(sandbox, workspaces, OTHER_MEMBER, regions=["us-east-1", "ap-east-1"]))
    assert f"the delegated administrator ({ADMINISTRATOR})" in errors
    assert "The delegated administrator cannot have a resource data sync in ap-east-1" in errors


@pytest.mark.scenario("troubled")
def test_sync_quota(sandbox: Sandbox, workspaces: Workspaces) -> None:
    errors = plan_errors(_write(sandbox, workspaces, MANAGEMENT))
    syncs = sandbox.client("ssm").list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    assert len(syncs) == 5
    assert f"DATA_SYNC_QUOTA: account {MANAGEMENT} has the maximum of 5 resource data syncs of Explorer" in errors
    assert all(f"{sync['SyncName']} (" in errors for sync in syncs)


def test_own_sources(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Created by the script, changed, lost, recreated, destroyed."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    client = sandbox.client("ssm")
    before = sandbox.snapshot()
    terraform = _write(sandbox, workspaces, MANAGEMENT, all_ops_data_sources_enabled=False)
    assert not terraform.plan(refresh_only=True).changes

    # Somebody else's, with other Regions.
    _create_sync(client, _NAME)
    assert f'EXISTS_ALREADY: The resource data sync "{_NAME}" (created manually' in plan_errors(terraform)
    client.delete_resource_data_sync(SyncName=_NAME, SyncType="SyncFromSource")

    terraform.apply()
    assert _sources(client) == {_NAME: (["us-east-1"], False)}
    change_inputs(terraform, "explorer", regions=["us-east-1", "eu-west-1"])
    terraform.apply()
    assert _sources(client) == {_NAME: (["eu-west-1", "us-east-1"], False)}
    assert_plan_empty(plan_read_only(terraform, sandbox))
    second = _write(sandbox, workspaces, MANAGEMENT, all_ops_data_sources_enabled=False)
    lost = re.search(r'its state was lost, set installation = "(.+?)"', plan_errors(second))
    assert lost
    change_inputs(second, "explorer", installation=lost[1])
    assert second.plan().changes

    sandbox.client("organizations").disable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    assert "TrustedAccessDisabled" in _warnings(plan_read_only(terraform, sandbox))
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")

    client.delete_resource_data_sync(SyncName=_NAME, SyncType="SyncFromSource")
    changed = plan_read_only(terraform, sandbox)
    assert [(change.address, change.action) for change in changed.changes] == [
        ("module.explorer.module.settings.terraform_data.changes", "replace")
    ]
    terraform.apply()
    assert _sources(client) == {_NAME: (["eu-west-1", "us-east-1"], False)}

    assert_clean_destroy(terraform, sandbox, before, allowed_calls=_ALLOWED)


def test_existing_sync_and_stack(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """A sync that destroy retained; a stack that the state lost, alone or with all, and one that somebody else made."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    terraform = _write(sandbox, workspaces, MANAGEMENT, deletion_policy="Retain", tags={"team": "operations"})
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))
    for lost in ([_STACK], [_STACK, *_BESIDE_STACK]):
        for address in lost:
            terraform.forget(address)
        errors = plan_errors(terraform)
        assert "This installation created it" in errors
        assert run_adopt(terraform, errors)[:1] == (0,)
        assert apply_adopted(terraform) == 1
        _assert_replaceable(terraform, sandbox)
    (terraform.directory / "terraform.tfstate").unlink()

    errors = plan_errors(terraform)
    assert 'The stack "ExplorerDataSync-organization" already exists' in errors
    installation = re.search(r'then set installation = "(.+?)"', errors)
    assert installation
    change_inputs(terraform, "explorer", installation=installation[1])
    assert run_adopt(terraform)[:1] == (0,)
    assert apply_adopted(terraform) == 1
    _assert_replaceable(terraform, sandbox)

    (terraform.directory / "terraform.tfstate").unlink()
    sandbox.client("cloudformation").update_stack(
        StackName="ExplorerDataSync-organization",
        UsePreviousTemplate=True,
        Tags=[{"Key": "team", "Value": "operations"}],
    )
    change_inputs(terraform, "explorer", installation=None)
    errors = plan_errors(terraform)
    assert "It was created manually or by another tool" in errors
    assert run_adopt(terraform, errors)[:1] == (0,)
    assert apply_adopted(terraform) == 1
    _assert_replaceable(terraform, sandbox)
    terraform.destroy()

    errors = plan_errors(terraform)
    assert 'EXISTS_ALREADY: The resource data sync "organization" (created manually, of the organization)' in errors
    command = re.search(
        r"delete-resource-data-sync --sync-type SyncFromSource --sync-name (\S+) --region us-east-1", errors
    )
    assert command
    sandbox.client("ssm").delete_resource_data_sync(SyncName=command[1], SyncType="SyncFromSource")
    terraform.apply()
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_another_name_that_is_taken(sandbox: Sandbox, workspaces: Workspaces) -> None:
    """Refused, although the plan replaces the stack of the present name; that one is adopted after an interruption."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    terraform = _write(sandbox, workspaces, MANAGEMENT)
    assert kill_at(sandbox, terraform, lambda call: call.operation == "CreateStack")
    errors = plan_errors(terraform)
    assert "This installation created it" in errors
    assert run_adopt(terraform, errors)[:1] == (0,)
    assert apply_adopted(terraform) == 1
    topic = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    sandbox.client("cloudformation").create_stack(StackName="ExplorerDataSync-first", TemplateBody=topic)
    _create_sync(sandbox.client("ssm"), "second")
    change_inputs(terraform, "explorer", name="first")
    assert 'EXISTS_ALREADY: The stack "ExplorerDataSync-first" already exists' in plan_errors(terraform)
    change_inputs(terraform, "explorer", name="second")
    assert 'EXISTS_ALREADY: The resource data sync "second" (created manually' in plan_errors(terraform)
    change_inputs(terraform, "explorer", name="third")
    terraform.apply()
    syncs = sandbox.client("ssm").list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    assert {sync["SyncName"] for sync in syncs} == {"second", "third"}
    _assert_replaceable(terraform, sandbox)


def _assert_replaceable(terraform: Terraform, sandbox: Sandbox) -> None:
    """As the checks advise."""
    assert_plan_empty(plan_read_only(terraform, sandbox))
    plan = terraform.plan(replace=[_STACK])
    assert _STACK in [change.address for change in plan.changes]


def _create_sync(client: Any, name: str) -> None:
    source = {
        "SourceType": "AwsOrganizations",
        "SourceRegions": ["eu-west-1"],
        "AwsOrganizationsSource": {"OrganizationSourceType": "EntireOrganization"},
    }
    client.create_resource_data_sync(SyncName=name, SyncType="SyncFromSource", SyncSource=source)


def _sources(client: Any) -> dict[str, tuple[list[str], bool]]:
    """The Regions of each sync, and whether it enables all sources."""
    syncs = client.list_resource_data_sync(SyncType="SyncFromSource")["ResourceDataSyncItems"]
    return {
        sync["SyncName"]: (sorted(sync["SyncSource"]["SourceRegions"]), sync["SyncSource"]["EnableAllOpsDataSources"])
        for sync in syncs
    }
