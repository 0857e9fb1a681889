"""Deployment of a definition to its target accounts and Regions, and its deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloudformation.stack_sets.member_roles import prepare_members
from sandbox.services.organizations.models import Organization, find_organization
from sandbox.services.ssmquicksetup import targeting
from sandbox.services.ssmquicksetup.effects import associations
from sandbox.services.ssmquicksetup.effects import by_type as effects
from sandbox.services.ssmquicksetup.failures import failure_reason
from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed, Status
from sandbox.services.ssmquicksetup.roles import find_role_error

if TYPE_CHECKING:
    from datetime import datetime


def failed_precondition(manager: ConfigurationManager, definition: Definition) -> str | None:
    """Return why StackSets could not even begin, None when it can.

    ASSUMPTION(quick-setup-missing-means-failed): a failed precondition of the deployment makes it FAILED; an invalid
    request fails at once.
    """
    if not definition.targets.is_local:
        problem = _failed_organization_precondition(find_organization(manager.account_id), definition)
        if problem is not None:
            return problem
    return find_definition_role_error(manager, definition)


def find_definition_role_error(manager: ConfigurationManager, definition: Definition) -> str | None:
    """Return what is wrong with the roles of a definition that has any.

    ASSUMPTION(quick-setup-missing-means-failed): also where it could do without.
    """
    if not definition.administration_role_arn or not definition.execution_role_name:
        return None
    return find_role_error(
        manager.account_id,
        manager.region,
        definition.administration_role_arn,
        definition.execution_role_name,
        definition.type.execution_policies,
    )


def _failed_organization_precondition(organization: Organization | None, definition: Definition) -> str | None:
    if organization is None:
        return "The account is not in an organization."
    # The text of StackSets;
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html requires both kinds
    # of trusted access, steps 1 and 2.
    if organization.stack_sets_access != "ENABLED":
        return "You must enable organizations access to operate a service managed stack set"
    if "ssm.amazonaws.com" not in organization.enabled_service_principals():
        return "Trusted access for ssm.amazonaws.com is not enabled in the organization."
    known = {unit.id for unit in organization.ou}
    missing = [unit for unit in definition.targets.organizational_units if unit not in known]
    if missing:
        return f"The organizational units {', '.join(missing)} do not exist."
    return effects.failed_precondition(organization, definition)


def deploy(manager: ConfigurationManager, definition: Definition, at: datetime) -> str | None:
    """Deploy the definition to every targeted account and Region. Return the error message, None on success.

    The message is the configuration manager's, "Deployment to these StackSets failed"
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html); the reason
    is found in the StackSet's results
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-results-troubleshooting.html).
    ASSUMPTION(quick-setup-one-failure-fails-all): the message is the same for every type, and names the StackSet as
    CloudFormation does; one failed instance is enough.
    """
    stack_set = targeting.begin(manager, definition, at)
    targeted = {location: None for location, instance in stack_set.instances.items() if instance.status == "RUNNING"}
    for location in [location for location in definition.deployed if location not in targeted]:
        effects.remove(definition, definition.deployed.pop(location))
    if not definition.targets.is_local:
        prepare_members({account_id for account_id, _ in targeted})
    for account_id, region in targeted:
        _deploy_to(manager, definition, account_id, region, at)
    stack_set.finish({location: deployed.reason for location, deployed in definition.deployed.items()}, at)
    succeeded = all(deployed.succeeded for deployed in definition.deployed.values())
    failed = [
        name
        for name in (None if succeeded else stack_set.name, effects.create_account_resources(definition))
        if name is not None
    ]
    return f"Deployment to these StackSets failed: {', '.join(failed)}" if failed else None


def undeploy(definition: Definition, at: datetime) -> None:
    """Delete everything that the definition created."""
    for deployed in definition.deployed.values():
        effects.remove(definition, deployed)
    effects.remove_account_resources(definition)
    definition.deployed.clear()
    if definition.stack_set is not None:
        definition.stack_set.delete(at)


def run_associations(definition: Definition, at: datetime) -> bool:
    """Run the State Manager associations once everywhere; return whether all were successful.

    "The association status is Failed if any one target failed":
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-using.html
    """
    for deployed in definition.deployed.values():
        if not deployed.succeeded:
            continue
        associations.run(definition, deployed, at)
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
    deployed.reason = failure_reason(manager, definition, account_id, region) or effects.conflict(
        definition, account_id
    )
    if deployed.reason is not None:
        # ASSUMPTION(quick-setup-status-has-no-message): no StatusMessage. The model has one "when applicable", and the
        # console shows the status alone.
        deployed.deployment.set("FAILED", at)
        deployed.executions.set("NONE", at)
        return
    effects.create(definition, deployed, at)
    deployed.deployment.set("SUCCEEDED", at)
    deployed.executions.set("DEPLOYING", at)
