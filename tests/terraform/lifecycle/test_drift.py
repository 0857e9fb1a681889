"""A change outside of Terraform is a planned change with both values, and the apply reverts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.organization import managers, root_id
from harness.recovery import follow
from harness.workspace import change_inputs
from terraform.expectations import (
    ALLOWED_CALLS,
    OTHER_MEMBER,
    RETAINED_ACCESS,
    RETAINED_LOG_GROUPS,
    RETAINED_ROLES,
)

if TYPE_CHECKING:
    from harness.results import Plan
    from sandbox import Sandbox
    from terraform.conftest import Configure

_CHANGES = "module.systems_manager.module.settings.terraform_data.changes"
_REGISTRATION = "resource-explorer-2.amazonaws.com"


def _planned_values(plan: Plan) -> dict[str, str]:
    """The planned change of each setting, without the time."""
    (change,) = [change for change in plan.document["resource_changes"] if change["address"] == _CHANGES]
    before: dict[str, Any] = change["change"]["before"]["triggers_replace"]
    after: dict[str, Any] = change["change"]["after"]["triggers_replace"]
    return {key: text.rpartition(" (")[0] for key, text in after.items() if before.get(key) != text}


def test_drift(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR, "service_principals": [_REGISTRATION]},
        trusted_access={"on_destroy": "restore"},
        resource_sharing={"on_destroy": "restore"},
    )
    terraform.apply()
    applied = sandbox.snapshot()
    assert "ram.amazonaws.com" in applied["trusted_access"]
    assert_plan_empty(plan_read_only(terraform, sandbox))
    unit = terraform.output()["everything"]["dedicated_organizational_unit"]["id"]

    organizations = sandbox.client("organizations")
    root = root_id(sandbox)
    for principal in ("ram.amazonaws.com", "ssm.amazonaws.com"):
        organizations.disable_aws_service_access(ServicePrincipal=principal)
    sandbox.client("cloudformation").deactivate_organizations_access()
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=unit, DestinationParentId=root)
    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=root, DestinationParentId=unit)
    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_REGISTRATION)
    sandbox.client("iam").delete_service_linked_role(RoleName="AWSServiceRoleForSSMQuickSetup")

    plan = plan_read_only(terraform, sandbox)
    assert [(change.action, change.address) for change in plan.changes] == [("replace", _CHANGES)]
    assert _planned_values(plan) == {
        "account-placement/administrator": f"{root} -> {unit}",
        f"delegated-administrator/{_REGISTRATION}": f"none -> {ADMINISTRATOR}",
        "resource-sharing/organization": "disabled -> enabled",
        "service-linked-role/ssm-quicksetup.amazonaws.com": "absent -> present",
        "stack-sets-access/organization": "DISABLED -> ENABLED",
        "trusted-access/ssm.amazonaws.com": "disabled -> enabled",
    }
    (warning,) = plan.warnings
    assert f"OU_NOT_EXCLUSIVE {unit}: The dedicated organizational unit also holds {OTHER_MEMBER}" in warning.detail

    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=unit, DestinationParentId=root)
    known = len(sandbox.calls)
    terraform.apply()
    after = sandbox.snapshot()
    assert after == applied
    assert not {call.operation for call in sandbox.calls[known:]} & {
        "DeregisterDelegatedAdministrator",
        "DisableAWSServiceAccess",
        "DeactivateOrganizationsAccess",
    }

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=(
            *ALLOWED_CALLS,
            "organizations:DisableAWSServiceAccess",
            "cloudformation:DeactivateOrganizationsAccess",
            "iam:DeleteServiceLinkedRole",
            "ram:EnableSharingWithAwsOrganization",
        ),
        retained=("service_linked_roles/*",),
    )


def test_drift_of_a_configuration_manager(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}}, regions=["ap-northeast-1", "us-east-1"])
    terraform.apply()
    quick_setup = sandbox.client("ssm-quicksetup")
    ((_, arn),) = managers(sandbox)
    (definition,) = quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
    quick_setup.update_configuration_definition(
        ManagerArn=arn,
        Id=definition["Id"],
        Parameters={**definition["Parameters"], "TargetRegions": "us-east-1"},
    )
    sandbox.clock.advance(600)

    applied = terraform.apply()
    assert applied.changed == 1
    assert terraform.output()["everything"]["deployments"] == {"scan": {"status": "SUCCEEDED", "exceptions": []}}
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_administrator_deregistered_with_ops_center(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        delegated_administrator={"account_id": ADMINISTRATOR},
        ops_center={},
        preflight={"member_role_name": "OrganizationAccountAccessRole"},
    )
    terraform.apply()
    ((_, arn),) = managers(sandbox)
    syncs = _sync_names(sandbox)
    sandbox.client("organizations").deregister_delegated_administrator(
        AccountId=ADMINISTRATOR, ServicePrincipal="ssm.amazonaws.com"
    )
    assert (syncs, _sync_names(sandbox)) == (["OpsCenter-DA-ResourceDataSync"], [])

    errors = plan_errors(terraform)
    assert "DATA_SYNC_MISSING ops-center: The configuration, created by installation " in errors
    assert f"report.py discard --deployed {arn}" in errors
    assert follow(terraform, errors) == "discard"
    terraform.apply()
    assert _sync_names(sandbox) == syncs

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=ALLOWED_CALLS,
        retained=(*RETAINED_ACCESS, *RETAINED_ROLES, *RETAINED_LOG_GROUPS),
    )


def _sync_names(sandbox: Sandbox) -> list[str]:
    listed = sandbox.client("ssm", ADMINISTRATOR).list_resource_data_sync(SyncType="SyncFromSource")
    return [sync["SyncName"] for sync in listed["ResourceDataSyncItems"]]


def test_removed_input_is_reverted(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR},
    )
    terraform.apply()
    unit = terraform.output()["everything"]["dedicated_organizational_unit"]["id"]

    change_inputs(terraform, "systems_manager", dedicated_organizational_unit=None, delegated_administrator=None)
    plan = plan_read_only(terraform, sandbox)
    assert _planned_values(plan) == {
        "account-placement/administrator": f"{unit} -> r-sbox",
        "delegated-administrator/ssm.amazonaws.com": f"{ADMINISTRATOR} -> none",
    }
    terraform.apply()
    after = sandbox.snapshot()
    assert after["organization"] == before["organization"]
    assert after["delegated_administrators"] == before["delegated_administrators"]
    assert_plan_empty(plan_read_only(terraform, sandbox))
