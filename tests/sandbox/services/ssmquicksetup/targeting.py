"""The target accounts of a definition, and its StackSet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloudformation.models import cloudformation_backend_of
from sandbox.services.cloudformation.stack_sets.stack_set import SELF_MANAGED, SERVICE_MANAGED, StackSet, Targeted
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.ssmquicksetup.configuration_types.parameters import Targets
    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition


def accounts_of(manager: ConfigurationManager, targets: Targets) -> list[str]:
    """Return the accounts that are deployed to now."""
    return list(_accounts_by_target(manager, targets, "ACTIVE"))


def begin(manager: ConfigurationManager, definition: Definition, at: datetime) -> StackSet:
    """Start the operation of the definition's StackSet, unless it is running, and return the StackSet."""
    stack_set = _stack_set_of(manager, definition, at)
    targets = definition.targets
    stack_set.organizational_unit_ids = targets.organizational_units
    stack_set.administration_role_arn = definition.administration_role_arn if targets.is_local else None
    stack_set.execution_role_name = definition.execution_role_name if targets.is_local else None
    stack_set.begin(
        _locations(_accounts_by_target(manager, targets, "ACTIVE"), targets.regions),
        _locations(_accounts_by_target(manager, targets, "SUSPENDED"), targets.regions),
        at,
    )
    return stack_set


def _accounts_by_target(manager: ConfigurationManager, targets: Targets, status: str) -> dict[str, str | None]:
    """Return the targeted accounts of a status, with the root or unit that targets each; None for a local deployment.

    "StackSets doesn't deploy stack instances to the organization's management account"
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html),
    and it skips suspended ones: SKIPPED_SUSPENDED_ACCOUNT in botocore's model `cloudformation`.
    """
    if targets.account_id is not None:
        return {targets.account_id: None} if status == "ACTIVE" else {}
    organization = find_organization(manager.account_id)
    if organization is None:
        return {}
    found: dict[str, str | None] = {}
    for account in organization.accounts:
        if account.id == organization.account_id or account.status != status:
            continue
        above = {unit.id for unit in organization.lineage(account.parent_id)}
        target = next((unit for unit in targets.organizational_units if unit in above), None)
        if target is not None:
            found[account.id] = target
    return found


def _locations(accounts: dict[str, str | None], regions: tuple[str, ...]) -> Targeted:
    return {(account_id, region): unit_id for account_id, unit_id in accounts.items() for region in regions}


def _stack_set_of(manager: ConfigurationManager, definition: Definition, at: datetime) -> StackSet:
    """Return the definition's StackSet, creating it if there is none or one of the other permission model.

    ASSUMPTION(quick-setup-stack-set-names): one for each definition, named as seen in accounts
    (`AWS-QuickSetup-PatchPolicy-LA-<id>` for the local deployment of a patch policy, TA for target accounts); AWS's
    managed policies show the prefix `AWS-QuickSetup-`.
    """
    is_local = definition.targets.is_local
    kind = definition.type.name.removeprefix("AWSQuickSetupType-")
    name = f"AWS-QuickSetup-{kind}-{'LA' if is_local else 'TA'}-{definition.id}"
    if definition.stack_set is not None and definition.stack_set.name == name:
        return definition.stack_set
    if definition.stack_set is not None:
        definition.stack_set.delete(at)
    organization = None if is_local else find_organization(manager.account_id)
    # "StackSets with service-managed permissions are created in the management account, including StackSets that are
    # created by delegated administrators": botocore model `cloudformation`, CreateStackSet.
    owner = manager.account_id if organization is None else organization.account_id
    definition.stack_set = StackSet(
        name=name,
        account_id=owner,
        region=manager.region,
        permission_model=SELF_MANAGED if is_local else SERVICE_MANAGED,
    )
    return cloudformation_backend_of(owner, manager.region).add_stack_set(definition.stack_set)
