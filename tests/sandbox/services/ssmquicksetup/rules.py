"""Validation of requests for deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.organizations.models import find_organization
from sandbox.services.organizations.principals import STACK_SETS_PRINCIPAL
from sandbox.services.ssmquicksetup.collisions import colliding
from sandbox.services.ssmquicksetup.exceptions import AccessDeniedException, ValidationException
from sandbox.services.ssmquicksetup.roles import inaccessible_role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.services.ssmquicksetup.configuration_types.parameters import Targets
    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition


def require_deployable(manager: ConfigurationManager, definition: Definition, beside: Iterable[Definition]) -> None:
    """Refuse a definition that may not be deployed; `beside` are the account's definitions, this one among them or not.

    Raises ValidationException or AccessDeniedException.
    """
    targets = definition.targets
    _require_permission(manager, definition, targets)
    require_possible(manager, definition, beside)
    # "A value must be provided when you are running an organizational deployment for a patch policy or running any
    # type of deployment for an individual account": the reference of configuration_types/catalog.py.
    requires_roles = definition.type.deploys_to_management_account or targets.is_local
    if requires_roles and not (definition.administration_role_arn and definition.execution_role_name):
        raise ValidationException(
            "This deployment requires LocalDeploymentAdministrationRoleArn and LocalDeploymentExecutionRoleName."
        )
    require_roles(manager, definition)
    if not targets.is_local:
        _require_units(manager, targets)


def require_roles(manager: ConfigurationManager, definition: Definition) -> None:
    """Refuse to deploy or delete a definition without its local roles.

    The words of DeleteConfigurationManager (ekristen/aws-nuke issue 709, which parses them); CreateConfigurationManager
    answers with the same.
    """
    if definition.administration_role_arn and definition.execution_role_name:
        role = inaccessible_role(manager.account_id, definition.administration_role_arn, definition.execution_role_name)
        if role is not None:
            raise AccessDeniedException(f"Role {role} can't be accessed")


def require_possible(manager: ConfigurationManager, definition: Definition, beside: Iterable[Definition]) -> None:
    """Raise ValidationException for a definition that no account can deploy."""
    targets = definition.targets
    if not targets.is_local:
        _require_delegated_account(manager, definition)
    other = colliding(definition, beside)
    if other is not None:
        # ASSUMPTION(collision-of-nested-units): the error and its message.
        raise ValidationException(f"The configuration {other.id} of {definition.type.name} has the same targets.")


def _require_permission(manager: ConfigurationManager, definition: Definition, targets: Targets) -> None:
    if targets.account_id is not None:
        # "The ID of the account initiating the deployment": the reference of configuration_types/catalog.py.
        if targets.account_id != manager.account_id:
            raise ValidationException(f"TargetAccounts can only be the account {manager.account_id} that deploys.")
        return
    organization = find_organization(manager.account_id)
    if organization is not None and organization.account_id == manager.account_id:
        return
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-delegated-administrator.html
    is_administrator = organization is not None and all(
        organization.is_delegated_administrator(manager.account_id, principal)
        for principal in ("ssm-quicksetup.amazonaws.com", STACK_SETS_PRINCIPAL)
    )
    if not is_administrator or definition.type.deploys_to_management_account:
        raise AccessDeniedException(
            f"Account {manager.account_id} can't deploy {definition.type.name} to organizational units."
        )


def _require_units(manager: ConfigurationManager, targets: Targets) -> None:
    """Refuse units that Quick Setup cannot verify.

    Users got "Invalid target OU" of CreateConfigurationManager itself, for the root and for units, for five types.
    ASSUMPTION(quick-setup-missing-means-failed): the cause is one of these three; they are the preconditions of
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html, steps 1 and 2.
    """
    organization = find_organization(manager.account_id)
    verifiable = (
        organization is not None
        and organization.stack_sets_access == "ENABLED"
        and "ssm.amazonaws.com" in organization.enabled_service_principals()
        and set(targets.organizational_units) <= {unit.id for unit in organization.ou}
    )
    if not verifiable:
        raise ValidationException("Invalid target OU")


def _require_delegated_account(manager: ConfigurationManager, definition: Definition) -> None:
    """Refuse a DelegatedAccountId that does not administer the service of the type.

    The parameter is the id of the delegated administrator (the reference of the catalog); of Systems Manager there is
    one for all tools: https://docs.aws.amazon.com/systems-manager/latest/userguide/setting_up_delegated_admin.html
    ASSUMPTION(quick-setup-delegated-account-is-checked): that it is checked, in deployments to units alone, and with
    which error.
    """
    account_id, service = definition.parameters.get("DelegatedAccountId"), definition.type.administered_service
    if not account_id or service is None:
        return
    organization = find_organization(manager.account_id)
    if organization is None or not organization.is_delegated_administrator(account_id, service):
        raise ValidationException(f"The DelegatedAccountId {account_id} is not a delegated administrator of {service}.")
