"""What somebody undoes behind Terraform's back: every plan warns of it, and `-replace` heals it and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apply.expectations import ALLOWED_CALLS, OTHER_MEMBER
from support.closing import assert_closes, plan_reading_only
from support.complete import ADMINISTRATOR

if TYPE_CHECKING:
    from apply.conftest import Configure
    from sandbox import Sandbox

_MODULE = "module.systems_manager"
_HEALING = [
    f'{_MODULE}.module.trusted_access.module.service_access["ssm.amazonaws.com"].terraform_data.ensure',
    f"{_MODULE}.module.trusted_access.module.stack_sets_access[0].terraform_data.ensure",
    f"{_MODULE}.module.dedicated_organizational_unit[0].module.account_placement[0].terraform_data.ensure",
    f"{_MODULE}.module.quick_setup.module.service_settings[0].terraform_data.ensure",
]


def test_drift(sandbox: Sandbox, configure: Configure) -> None:
    before = sandbox.snapshot()
    terraform = configure(
        dedicated_organizational_unit={"name": "SystemsManager"},
        delegated_administrator={
            "account_id": ADMINISTRATOR,
            "service_principals": ["resource-explorer-2.amazonaws.com"],
        },
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
    sandbox.client("ssm-quicksetup").update_service_settings(ExplorerEnablingRoleArn="")

    plan = plan_reading_only(terraform, sandbox)
    # Only the output that tells of findings differs.
    assert not plan.changes, plan
    warned = "\n".join(warning.detail for warning in plan.warnings)
    assert "Trusted access was disabled since the last apply, for: ssm.amazonaws.com" in warned
    assert "StackSets was deactivated for the organization since the last apply (its status is DISABLED)" in warned
    assert f"Account {ADMINISTRATOR} was moved out of the dedicated organizational unit" in warned
    assert f"OU_NOT_EXCLUSIVE {unit}: The dedicated organizational unit also holds {OTHER_MEMBER}" in warned
    assert "Quick Setup's service settings were changed since the last apply" in warned
    for address in _HEALING:
        assert address.removeprefix(f"{_MODULE}.").replace('"ssm.amazonaws.com"', '"<service principal>"') in warned

    organizations.move_account(AccountId=OTHER_MEMBER, SourceParentId=unit, DestinationParentId=root["Id"])
    known = len(sandbox.calls)
    healed = terraform.apply(replace=_HEALING)
    assert (healed.added, healed.changed, healed.destroyed) == (4, 0, 4)
    assert sandbox.snapshot() == applied
    assert not {call.operation for call in sandbox.calls[known:]} & {
        "RegisterDelegatedAdministrator",
        "DeregisterDelegatedAdministrator",
        "DisableAWSServiceAccess",
        "DeactivateOrganizationsAccess",
    }

    assert_closes(
        terraform,
        sandbox,
        before,
        allowed_calls=(
            *ALLOWED_CALLS,
            "organizations:DisableAWSServiceAccess",
            "cloudformation:DeactivateOrganizationsAccess",
        ),
        remains=("service_linked_roles/*",),
    )
