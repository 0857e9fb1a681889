"""The resources of OpsCenter's configuration: the roles for cross-account access to OpsItems.

https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html
The page names no policies of these roles, and the sandbox gives them none. The resource policies of the OpsItem group,
which the page also names, are not implemented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.iam import auto_created_roles
from sandbox.services.iam.models import create_service_linked_role_once
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from sandbox.services.ssmquicksetup.manager import Definition

ACCOUNT_DISCOVERY = "accountdiscovery.ssm.amazonaws.com"
ADMINISTRATOR_ROLES = ("OpsItem-CrossAccountManagementRole", "AWS-SystemsManager-AutomationAdministrationRole")
MEMBER_ROLES = ("OpsItem-CrossAccountExecutionRole", "AWS-SystemsManager-AutomationExecutionRole")
# The page shows only this part of the name.
ADMINISTRATOR_STACK_SET = "delegatedAdmin"


def conflict_in_member(definition: Definition, account_id: str) -> str | None:
    """Return why the stack of a member account can't be created, None if it can."""
    return _conflict(definition, account_id, MEMBER_ROLES)


def create(definition: Definition) -> str | None:
    """Create the roles where the definition succeeded, delete those elsewhere; return which StackSet failed.

    The service-linked role is created in the management account and the administrator's, and remains.
    """
    administrator = definition.parameters["DelegatedAccountId"]
    organization = find_organization(administrator)
    if organization is not None:
        for account_id in (organization.account_id, administrator):
            create_service_linked_role_once(account_id, ACCOUNT_DISCOVERY)
    conflict = _conflict(definition, administrator, ADMINISTRATOR_ROLES)
    desired = {(account_id, name) for account_id in _members(definition) for name in MEMBER_ROLES}
    if conflict is None:
        desired |= {(administrator, name) for name in ADMINISTRATOR_ROLES}
    _reconcile_roles(definition, desired, administrator)
    return None if conflict is None else ADMINISTRATOR_STACK_SET


def remove(definition: Definition) -> None:
    """Delete every role that the definition created.

    ASSUMPTION(ops-center-roles): all four; the page lists the two of OpsItems alone, but its advice to delete a
    configuration that failed and to try again would not work if roles of fixed names stayed behind.
    """
    _reconcile_roles(definition, set(), "")


def _members(definition: Definition) -> set[str]:
    # They remain where a later deployment fails, because the failed stack update is rolled back.
    created = {account_id for account_id, name in definition.auto_created_roles if name in MEMBER_ROLES}
    return {
        account_id
        for (account_id, _), deployed in definition.deployed.items()
        if deployed.succeeded or account_id in created
    }


def _reconcile_roles(definition: Definition, desired: set[tuple[str, str]], administrator: str) -> None:
    for account_id, name in sorted(definition.auto_created_roles - desired):
        auto_created_roles.delete(account_id, name)
    for account_id, name in sorted(desired - definition.auto_created_roles):
        auto_created_roles.create(account_id, name, _principal(name, administrator))
    definition.auto_created_roles = desired


def _principal(role_name: str, administrator: str) -> dict[str, str]:
    # ASSUMPTION(ops-center-roles) for the roles of OpsItems. Those of Automation:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
    if role_name in MEMBER_ROLES:
        return {"AWS": f"arn:aws:iam::{administrator}:root"}
    return {"Service": "ssm.amazonaws.com"}


def _conflict(definition: Definition, account_id: str, role_names: tuple[str, ...]) -> str | None:
    """Return an error if a role of one of these fixed names exists already.

    ASSUMPTION(ops-center-roles): the message, CloudFormation's for an existing name. The page documents only that
    resources of the manual method make the configuration fail.
    """
    for name in role_names:
        if (account_id, name) not in definition.auto_created_roles and auto_created_roles.exists(account_id, name):
            return (
                f"ResourceLogicalId:{name.replace('-', '')}, ResourceType:AWS::IAM::Role, ResourceStatusReason:"
                f"{name} already exists."
            )
    return None
