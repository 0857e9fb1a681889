"""Configuration managers that an installation created and its Terraform state does not have.

The AWS provider keeps a configuration manager in the state only once its deployment has succeeded. When the deployment
fails, or Terraform is killed while it waits, the manager stays in AWS.
https://github.com/hashicorp/terraform-provider-aws/issues/43920
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.cli.report_command import report_command
from systems_manager_organization.errors import ScriptError
from systems_manager_organization.quick_setup.configuration_managers import (
    FAILED_STATUSES,
    creation_tag_of,
    get_configuration_manager,
    list_managers,
)

if TYPE_CHECKING:
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.quick_setup.configuration_managers import Manager


class OrphanedManagersError(ScriptError):
    """Configuration managers exist that cannot be deleted once their roles are."""


def require_no_orphaned_managers(aws: AwsSession, installation: str, execution_role_name: str) -> None:
    """Called when Terraform has deleted its managers, and is about to delete the roles.

    Raises OrphanedManagersError with the remaining managers that the installation created.
    """
    orphaned = [
        manager
        for manager in list_managers(aws)
        if creation_tag_of(get_configuration_manager(aws, manager.arn)).installation == installation
    ]
    if not orphaned:
        return
    names = "; ".join(
        f'"{manager.name}" ({manager.arn}, its deployment is {manager.deployment_status})' for manager in orphaned
    )
    commands = "; ".join(f"{report_command()} discard {_option(manager)}{manager.arn}" for manager in orphaned)
    raise OrphanedManagersError(
        f"This installation created configuration managers that the Terraform state does not have: {names}. The role "
        f"{execution_role_name} is deleted next, and they cannot be deleted without it. Delete them now: {commands}. "
        "Then destroy again. (To keep one that is in another state: remove its tag "
        "systems-manager-organization:created instead.)"
    )


def _option(manager: Manager) -> str:
    """`discard` asks for an option before it deletes what is deployed."""
    return "" if manager.deployment_status in FAILED_STATUSES else "--deployed "
