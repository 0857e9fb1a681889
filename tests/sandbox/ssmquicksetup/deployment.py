"""Deploying a definition to the accounts and Regions that it targets, and taking it away again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from sandbox.iam.models import create_service_linked_role_once, roles_of
from sandbox.organizations.models import Organization, organization_of
from sandbox.ssm.instances import AssociationRun
from sandbox.ssm.models import systems_manager_of
from sandbox.ssm.service_settings import DEFAULT_HOST_MANAGEMENT as DEFAULT_HOST_MANAGEMENT_SETTING
from sandbox.ssmquicksetup import targeting
from sandbox.ssmquicksetup.configuration_types import DEFAULT_HOST_MANAGEMENT, PATCH_POLICY, Targets
from sandbox.ssmquicksetup.failures import failures
from sandbox.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed, Status
from sandbox.ssmquicksetup.roles import problem_with_roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DEFAULT_HOST_MANAGEMENT_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"


def obstacle(manager: ConfigurationManager, definition: Definition) -> str | None:
    """Return why StackSets could not even begin, None when it can.

    ASSUMPTION: what a deployment finds missing makes it FAILED; what the request itself shows is refused at once.
    """
    if not definition.targets.is_local:
        problem = _obstacle_in_organization(organization_of(manager.account_id), definition.targets)
        if problem is not None:
            return problem
    return problem_with_definition_roles(manager, definition)


def problem_with_definition_roles(manager: ConfigurationManager, definition: Definition) -> str | None:
    """Return what is wrong with the roles of a definition that has any (ASSUMPTION: also where it could do without)."""
    if not definition.administration_role_arn or not definition.execution_role_name:
        return None
    return problem_with_roles(
        manager.account_id,
        manager.region,
        definition.administration_role_arn,
        definition.execution_role_name,
        definition.type.execution_policy,
    )


def _obstacle_in_organization(organization: Organization | None, targets: Targets) -> str | None:
    if organization is None:
        return "The account is not in an organization."
    # The text of StackSets;
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html asks for both kinds
    # of trusted access, steps 1 and 2.
    if organization.stack_sets_access != "ENABLED":
        return "You must enable organizations access to operate a service managed stack set"
    if "ssm.amazonaws.com" not in organization.enabled_service_principals():
        return "Trusted access for ssm.amazonaws.com is not enabled in the organization."
    known = {unit.id for unit in organization.ou}
    missing = [unit for unit in targets.organizational_units if unit not in known]
    return f"The organizational units {', '.join(missing)} do not exist." if missing else None


def deploy(manager: ConfigurationManager, definition: Definition, at: datetime) -> str | None:
    """Bring every targeted account and Region to what the definition says; return what is wrong, None when nothing is.

    What is returned is for the configuration manager. "Deployment to these StackSets failed" is what Quick Setup says
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html); the reason
    is found in the StackSet's results
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-results-troubleshooting.html). ASSUMPTION:
    it says so for every type, and names the StackSet as CloudFormation does; one account and Region that fails is
    enough.
    """
    stack_set = targeting.begin(manager, definition, at)
    wanted = {place: None for place, instance in stack_set.instances.items() if instance.status == "RUNNING"}
    for place in [place for place in definition.deployed if place not in wanted]:
        withdraw_from(definition, definition.deployed.pop(place))
    if not definition.targets.is_local:
        _prepare_members({account_id for account_id, _ in wanted})
    for account_id, region in wanted:
        _deploy_to(manager, definition, account_id, region, at)
    stack_set.finish({place: deployed.reason for place, deployed in definition.deployed.items()}, at)
    if all(deployed.succeeded for deployed in definition.deployed.values()):
        return None
    return f"Deployment to these StackSets failed: {stack_set.name}"


def withdraw(definition: Definition, at: datetime) -> None:
    """Take away all that the definition made."""
    for deployed in definition.deployed.values():
        withdraw_from(definition, deployed)
    definition.deployed.clear()
    if definition.stack_set is not None:
        definition.stack_set.delete(at)


def withdraw_from(definition: Definition, deployed: Deployed) -> None:
    """Take away what the definition made in one account and Region, and nothing else."""
    systems_manager = systems_manager_of(deployed.account_id, deployed.region)
    for instance in systems_manager.instances.values():
        instance.associations.pop(definition.id, None)
    if deployed.role_name is None:
        return
    # ASSUMPTION: a setting that somebody has changed since stays.
    if systems_manager.default_host_management_role == deployed.role_name:
        systems_manager.service_settings.reset(DEFAULT_HOST_MANAGEMENT_SETTING)
    roles = roles_of(deployed.account_id)
    if any(role.name == deployed.role_name for role in roles.get_roles()):
        roles.detach_role_policy(DEFAULT_HOST_MANAGEMENT_POLICY, deployed.role_name)
        roles.delete_role(deployed.role_name)


def run_associations(definition: Definition, at: datetime) -> bool:
    """Run the State Manager associations once everywhere; return whether all were successful.

    "The association status is Failed if any one target failed":
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-using.html
    ASSUMPTION: on a managed node they are successful, and a node that is not managed runs none.
    """
    for deployed in definition.deployed.values():
        if not deployed.succeeded:
            continue
        if definition.type.name == PATCH_POLICY:
            for instance in systems_manager_of(deployed.account_id, deployed.region).managed_instances():
                instance.associations[definition.id] = AssociationRun("Success", at)
        deployed.executions.set("SUCCEEDED", at)
    return all(deployed.succeeded for deployed in definition.deployed.values())


def _deploy_to(
    manager: ConfigurationManager, definition: Definition, account_id: str, region: str, at: datetime
) -> None:
    deployed = definition.deployed.get((account_id, region))
    if deployed is None:
        deployed = Deployed(
            id=f"{definition.id}:{account_id}:{region}",
            account_id=account_id,
            region=region,
            created_at=at,
            modified_at=at,
            deployment=Status("Deployment", "NONE", at),
            executions=Status("AsyncExecutions", "NONE", at),
        )
        definition.deployed[account_id, region] = deployed
    deployed.modified_at = at
    deployed.reason = failures.reason(manager, definition, account_id, region)
    if deployed.reason is not None:
        # ASSUMPTION: no StatusMessage. The model has one "when applicable", and the console shows the status alone.
        deployed.deployment.set("FAILED", at)
        deployed.executions.set("NONE", at)
        return
    if definition.type.name == DEFAULT_HOST_MANAGEMENT:
        _set_default_host_management(definition, deployed, at)
    deployed.deployment.set("SUCCEEDED", at)
    deployed.executions.set("DEPLOYING", at)


def _set_default_host_management(definition: Definition, deployed: Deployed, at: datetime) -> None:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-default-host-management-configuration.html:
    # a role that is set is kept, otherwise Quick Setup makes one. Its name as seen in accounts
    # (turbot/steampipe-plugin-aws pull request 2611); ASSUMPTION: its end.
    systems_manager = systems_manager_of(deployed.account_id, deployed.region)
    if systems_manager.default_host_management_role is not None:
        return
    role_name = f"AWS-QuickSetup-SSM-DefaultEC2MgmtRole-{deployed.region}-{definition.id}"
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    roles = roles_of(deployed.account_id)
    if all(role.name != role_name for role in roles.get_roles()):
        roles.create_role(
            role_name,
            json.dumps(trust),
            "/",
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )
        roles.attach_role_policy(DEFAULT_HOST_MANAGEMENT_POLICY, role_name)
    systems_manager.service_settings.update(
        DEFAULT_HOST_MANAGEMENT_SETTING,
        role_name,
        modified_at=at,
        modified_by=f"arn:aws:sts::{deployed.account_id}:assumed-role/{_stack_sets_role(deployed.account_id)}/QuickSetup",
    )
    deployed.role_name = role_name


def _prepare_members(account_ids: Iterable[str]) -> None:
    """Make what the first service-managed stack set makes in a member account; it stays there.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    """
    service = "member.org.stacksets.cloudformation.amazonaws.com"
    for account_id in account_ids:
        create_service_linked_role_once(account_id, service)
        roles, role_name = roles_of(account_id), _stack_sets_role(account_id)
        if all(role.name != role_name for role in roles.get_roles()):
            trust = {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
            }
            roles.create_role(
                role_name,
                json.dumps(trust),
                "/",
                permissions_boundary=None,
                description="",
                tags=[],
                max_session_duration="3600",
            )
            roles.attach_role_policy("arn:aws:iam::aws:policy/AdministratorAccess", role_name)


def _stack_sets_role(account_id: str) -> str:
    return f"stacksets-exec-{sha256(account_id.encode()).hexdigest()[:32]}"
