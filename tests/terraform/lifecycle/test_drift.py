"""What somebody changes behind Terraform's back is a planned change, in words, and the apply brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_read_only
from harness.complete import ADMINISTRATOR
from terraform.expectations import ALLOWED_CALLS, OTHER_MEMBER
from terraform.inputs import change_inputs

if TYPE_CHECKING:
    from harness.results import Plan
    from sandbox import Sandbox
    from terraform.conftest import Configure

_CHANGES = "module.systems_manager.module.settings.terraform_data.changes"
_REGISTRATION = "resource-explorer-2.amazonaws.com"


def _words(plan: Plan) -> dict[str, str]:
    """What the plan says of each setting, without the time."""
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
    )
    terraform.apply()
    applied = sandbox.snapshot()
    unit = terraform.output()["everything"]["dedicated_organizational_unit"]["id"]

    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    organizations.disable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    sandbox.client("cloudformation").deactivate_organizations_access()
    organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=unit, DestinationParentId=root["Id"])
    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=root["Id"], DestinationParentId=unit)
    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=_REGISTRATION)
    sandbox.client("iam").delete_service_linked_role(RoleName="AWSServiceRoleForSSMQuickSetup")

    plan = plan_read_only(terraform, sandbox)
    assert [(change.action, change.address) for change in plan.changes] == [("replace", _CHANGES)]
    assert _words(plan) == {
        "account-placement/administrator": f"{root['Id']} -> {unit}",
        f"delegated-administrator/{_REGISTRATION}": f"none -> {ADMINISTRATOR}",
        "service-linked-role/ssm-quicksetup.amazonaws.com": "absent -> present",
        "stack-sets-access/organization": "DISABLED -> ENABLED",
        "trusted-access/ssm.amazonaws.com": "disabled -> enabled",
    }
    (warning,) = plan.warnings
    assert f"OU_NOT_EXCLUSIVE {unit}: The dedicated organizational unit also holds {OTHER_MEMBER}" in warning.detail

    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=unit, DestinationParentId=root["Id"])
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
        ),
        retained=("service_linked_roles/*",),
    )


def test_a_manager_that_somebody_changed_is_changed_back_and_looked_at(sandbox: Sandbox, configure: Configure) -> None:
    terraform = configure(patch_policies={"scan": {}}, regions=["ap-northeast-1", "us-east-1"])
    terraform.apply()
    counts = terraform.output()["everything"]["deployments"]["scan"]["counts"]
    quick_setup = sandbox.client("ssm-quicksetup")
    (manager,) = quick_setup.list_configuration_managers()["ConfigurationManagersList"]
    found = quick_setup.get_configuration_manager(ManagerArn=manager["ManagerArn"])
    (definition,) = found["ConfigurationDefinitions"]
    quick_setup.update_configuration_definition(
        ManagerArn=manager["ManagerArn"],
        Id=definition["Id"],
        Parameters={**definition["Parameters"], "TargetRegions": "us-east-1"},
    )
    sandbox.clock.advance(600)

    applied = terraform.apply()
    assert (applied.changed, terraform.output()["everything"]["deployments"]["scan"]["counts"]) == (1, counts)
    assert_plan_empty(plan_read_only(terraform, sandbox))


def test_an_input_that_is_turned_off_is_undone(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={"account_id": ADMINISTRATOR},
    )
    terraform.apply()
    unit = terraform.output()["everything"]["dedicated_organizational_unit"]["id"]

    change_inputs(terraform, "systems_manager", dedicated_organizational_unit=None, delegated_administrator=None)
    plan = plan_read_only(terraform, sandbox)
    assert _words(plan) == {
        "account-placement/administrator": f"{unit} -> r-sbox",
        "delegated-administrator/ssm.amazonaws.com": f"{ADMINISTRATOR} -> none",
    }
    terraform.apply()
    after = sandbox.snapshot()
    assert after["organization"] == before["organization"]
    assert after["delegated_administrators"] == before["delegated_administrators"]
    assert_plan_empty(plan_read_only(terraform, sandbox))
