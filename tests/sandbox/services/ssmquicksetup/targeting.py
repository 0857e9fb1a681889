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


def begin(manager: ConfigurationManager, definition: Definition, kind: str, at: datetime) -> StackSet:
    """Start the operation of the definition's StackSet of a step, unless it is running, and return the StackSet."""
    stack_set = _stack_set_of(manager, definition, kind)
    targets = definition.targets
    stack_set.organizational_unit_ids = targets.organizational_units if kind == "TA" else ()
    by_roles = stack_set.permission_model == SELF_MANAGED
    stack_set.administration_role_arn = definition.administration_role_arn if by_roles else None
    stack_set.execution_role_name = definition.execution_role_name if by_roles else None
    stack_set.begin(
        _locations(_accounts_of_step(manager, definition, kind, "ACTIVE"), targets.regions),
        _locations(_accounts_of_step(manager, definition, kind, "SUSPENDED"), targets.regions),
        at,
    )
    return stack_set


def retire(definition: Definition, at: datetime) -> None:
    """Delete the StackSets of steps that the definition has no more."""
    for kind in set(definition.stack_sets) - {kind for kind, _ in definition.steps}:
        definition.stack_sets.pop(kind).delete(at)


def _accounts_of_step(
    manager: ConfigurationManager, definition: Definition, kind: str, status: str
) -> dict[str, str | None]:
    """Return the accounts of a step.

    ASSUMPTION(management-stack-regions): in the management account and the administrator's, the stacks are in the
    Regions of the targets.
    """
    organization = find_organization(manager.account_id)
    if kind == "MA":
        return {organization.account_id: None} if organization is not None and status == "ACTIVE" else {}
    if kind == "DA":
        administrator_id = definition.parameters.get("DelegatedAccountId")
        accounts = organization.accounts if organization is not None else []
        return {
            account.id: account.parent_id
            for account in accounts
            if account.id == administrator_id and account.status == status
        }
    return _accounts_by_target(manager, definition.targets, status)


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


def _stack_set_of(manager: ConfigurationManager, definition: Definition, kind: str) -> StackSet:
    """Return the definition's StackSet of a step, creating it if there is none.

    ASSUMPTION(quick-setup-stack-set-names): named as TA and LA are seen in accounts
    (`AWS-QuickSetup-PatchPolicy-LA-<id>`); AWS's managed policies show the prefix `AWS-QuickSetup-`.
    """
    if kind in definition.stack_sets:
        return definition.stack_sets[kind]
    name = f"AWS-QuickSetup-{definition.type.name.removeprefix('AWSQuickSetupType-')}-{kind}-{definition.id}"
    # StackSets with service-managed permissions do not deploy to the management account.
    is_self_managed = kind in {"LA", "MA"}
    organization = None if kind == "LA" else find_organization(manager.account_id)
    # "StackSets with service-managed permissions are created in the management account, including StackSets that are
    # created by delegated administrators": botocore model `cloudformation`, CreateStackSet.
    owner = manager.account_id if organization is None else organization.account_id
    definition.stack_sets[kind] = StackSet(
        name=name,
        account_id=owner,
        region=manager.region,
        permission_model=SELF_MANAGED if is_self_managed else SERVICE_MANAGED,
    )
    return cloudformation_backend_of(owner, manager.region).add_stack_set(definition.stack_sets[kind])
