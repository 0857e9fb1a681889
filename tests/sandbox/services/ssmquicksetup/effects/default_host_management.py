"""The resources of Default Host Management Configuration.

https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-default-host-management-configuration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloudformation.stack_sets.member_roles import stack_sets_role
from sandbox.services.iam import auto_created_roles
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT as SETTING

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.ssmquicksetup.manager import Definition, Deployed

POLICY_ARN = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"


def create(definition: Definition, deployed: Deployed, at: datetime) -> None:
    """Create a role and set the setting of an account and Region to it, unless the setting has a role already."""
    systems_manager = ssm_backend_of(deployed.account_id, deployed.region)
    if systems_manager.default_host_management_role is not None:
        return
    # As seen in accounts (turbot/steampipe-plugin-aws pull request 2611); ASSUMPTION(default-host-management-role): its
    # end.
    role_name = f"AWS-QuickSetup-SSM-DefaultEC2MgmtRole-{deployed.region}-{definition.id}"
    auto_created_roles.create(deployed.account_id, role_name, {"Service": "ssm.amazonaws.com"}, [POLICY_ARN])
    deploying_role = stack_sets_role(deployed.account_id)
    systems_manager.service_settings.update(
        SETTING,
        role_name,
        modified_at=at,
        modified_by=f"arn:aws:sts::{deployed.account_id}:assumed-role/{deploying_role}/QuickSetup",
    )
    deployed.role_name = role_name


def remove(deployed: Deployed) -> None:
    """Reset the setting and delete its role, if the deployment created them.

    ASSUMPTION(default-host-management-role): a setting that was changed since remains.
    """
    if deployed.role_name is None:
        return
    systems_manager = ssm_backend_of(deployed.account_id, deployed.region)
    if systems_manager.default_host_management_role == deployed.role_name:
        systems_manager.service_settings.reset(SETTING)
    auto_created_roles.delete(deployed.account_id, deployed.role_name)
