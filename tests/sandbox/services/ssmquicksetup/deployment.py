"""Deployment of a definition to its target accounts and Regions, and its deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloudformation.stack_sets.member_roles import find_denial, prepare_members, stack_sets_role
from sandbox.services.cloudformation.stack_sets.stack_set import SERVICE_MANAGED
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssmquicksetup import documents, targeting
from sandbox.services.ssmquicksetup.configuration_types.catalog import UNIFIED_CONSOLE
from sandbox.services.ssmquicksetup.configuration_types.parameters import template_parameters
from sandbox.services.ssmquicksetup.failures import injected_failures
from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition, Deployed, Status
from sandbox.services.ssmquicksetup.resources import associations, made_by_code
from sandbox.services.ssmquicksetup.resources.stacks import Stack
from sandbox.services.ssmquicksetup.resources.templates import TemplateError, resources_of
from sandbox.services.ssmquicksetup.roles import find_role_error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


# "The deployment fails" beyond it:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
MAXIMUM_DEPLOYMENTS = 10_000


def failed_precondition(manager: ConfigurationManager, definition: Definition) -> str | None:
    """Return why StackSets could not even begin, None when it can.

    ASSUMPTION(quick-setup-missing-means-failed): a role of the wrong trust or policies, and StackSets that were
    deactivated since the request, make the deployment FAILED.
    """
    organization = None if definition.targets.is_local else find_organization(manager.account_id)
    if organization is not None and organization.stack_sets_access != "ENABLED":
        # The text of StackSets.
        return "You must enable organizations access to operate a service managed stack set"
    deployments = len(targeting.accounts_of(manager, definition.targets)) * len(definition.targets.regions)
    if deployments > MAXIMUM_DEPLOYMENTS:
        return f"The deployment has {deployments} accounts times Regions, more than {MAXIMUM_DEPLOYMENTS}."
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


def deploy(manager: ConfigurationManager, definition: Definition, at: datetime) -> str | None:
    """Deploy the definition step by step. Return the error message, None on success.

    The message is the configuration manager's, "Deployment to these StackSets failed"
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html); the reason
    is found in the StackSet's results
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-results-troubleshooting.html).
    ASSUMPTION(quick-setup-one-failure-fails-all): the message is the same for every type, and names the StackSet as
    CloudFormation does; one failed instance is enough, and the steps after it are left out.
    """
    targeting.retire(definition, at)
    steps = definition.steps
    for key in [key for key in definition.stacks if key[0] not in {kind for kind, _ in steps}]:
        _delete_stack(definition, key)
    for kind, template in steps:
        stack_set = targeting.begin(manager, definition, kind, at)
        stack_set.parameters = _stack_parameters(manager, definition, kind, template)
        targeted = [location for location, instance in stack_set.instances.items() if instance.status == "RUNNING"]
        former = [key for key in definition.stacks if key[0] == kind and key[1:] not in targeted]
        undeleted = [key for key in former if _delete_stack(definition, key) is not None]
        if stack_set.permission_model == SERVICE_MANAGED:
            prepare_members({account_id for account_id, _ in targeted})
        reasons = {location: _deploy_stack(manager, definition, (kind, *location), template) for location in targeted}
        if kind == steps[-1][0]:
            _keep_configurations(definition, reasons, at)
        stack_set.finish(reasons, at)
        if undeleted or any(reasons.values()):
            return _failure([stack_set.name])
    return None


def undeploy(definition: Definition, at: datetime) -> str | None:
    """Delete the stacks, with everything that they do not retain, and the StackSets.

    Return the error message, None on success; what failed is tried again at the next deletion.
    """
    _sync_nodes(definition, None)
    reasons: dict[str, dict[tuple[str, str], str]] = {}
    for kind, *location in list(definition.stacks):
        account_id, region = location
        reason = _delete_stack(definition, (kind, account_id, region))
        if reason is None:
            definition.deployed.pop((account_id, region), None)
        else:
            reasons.setdefault(kind, {})[account_id, region] = reason
    for kind, stack_set in definition.stack_sets.items():
        stack_set.delete(at, reasons.get(kind, {}))
    return _failure([definition.stack_sets[kind].name for kind in reasons]) if reasons else None


def run_associations(definition: Definition, at: datetime) -> bool:
    """Run the State Manager associations once everywhere; return whether all were successful.

    "The association status is Failed if any one target failed":
    https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-using.html
    """
    for stack in definition.stacks.values():
        associations.finish_runbooks(stack)
    _sync_nodes(definition, at)
    kind = definition.steps[-1][0]
    for location, deployed in definition.deployed.items():
        if not deployed.succeeded:
            continue
        succeeded = associations.run(definition, definition.stacks[kind, *location], at)
        deployed.executions.set("SUCCEEDED" if succeeded else "FAILED", at)
    return all(deployed.executions.status == "SUCCEEDED" for deployed in definition.deployed.values())


def _sync_nodes(definition: Definition, at: datetime | None) -> None:
    """ASSUMPTION(unified-console-sync): the service makes the sync, and it collects when the associations run."""
    administrator = definition.parameters.get("DelegatedAccountId")
    if definition.type.name == UNIFIED_CONSOLE and administrator:
        ssm_backend_of(administrator, definition.parameters["HomeRegion"]).nodes_collected_at = at


def _deploy_stack(
    manager: ConfigurationManager, definition: Definition, key: tuple[str, str, str], template: str
) -> str | None:
    kind, account_id, region = key
    reason = injected_failures.reason(manager.name, account_id, region)
    # A failure to deploy to the targets is meant.
    if reason is not None and kind == definition.steps[-1][0]:
        return reason
    stack = definition.stacks.get(key) or Stack(*key)
    parameters = definition.stack_sets[kind].parameters
    stack_id = definition.stack_sets[kind].stack_id(account_id, region)
    try:
        resources = resources_of(definition.type.name, template, parameters, stack_id)
    except TemplateError as error:
        return str(error)
    new = [(one.logical_id, one.type) for one in resources if one.logical_id not in stack.resources]
    denied = _denial(definition, key, "UpdateStack" if key in definition.stacks else "CreateStack", new)
    if denied is not None:
        return denied
    reason = stack.deploy(resources)
    if reason is None:
        definition.stacks[key] = stack
        stack.parameters = parameters
        made_by_code.make(stack)
    return reason


def _delete_stack(definition: Definition, key: tuple[str, str, str]) -> str | None:
    """Return why it failed, None if it did not."""
    stack = definition.stacks[key]
    denied = _denial(definition, key, "DeleteStack")
    if denied is not None:
        return denied
    associations.remove(definition, stack)
    reason = made_by_code.remove(stack) or stack.delete()
    if reason is None:
        del definition.stacks[key]
    return reason


def _denial(
    definition: Definition, key: tuple[str, str, str], action: str, created: Iterable[tuple[str, str]] = ()
) -> str | None:
    """Return the failure reason if a service control policy denies it to the role by which StackSets works there."""
    kind, account_id, region = key
    local = definition.execution_role_name if definition.targets.is_local else None
    stack_set = definition.stack_sets.get(kind)
    # A StackSet that was replaced is gone already.
    name = stack_set.stack_id(account_id, region).split("/")[1] if stack_set else "StackSet"
    return find_denial((account_id, region), local or stack_sets_role(account_id), action, name, created)


def _failure(stack_sets: list[str]) -> str:
    return f"Deployment to these StackSets failed: {', '.join(stack_sets)}"


def _stack_parameters(
    manager: ConfigurationManager, definition: Definition, kind: str, template: str
) -> dict[str, str]:
    """Return the parameters of a StackSet: the definition's and Quick Setup's own, as far as its template has them.

    ASSUMPTION(definition-id-is-configuration-id), ASSUMPTION(global-resources-region): us-east-1 if it is targeted, as
    a comment in a Lambda function of AWS's has it, else the first Region.
    """
    regions = definition.targets.regions
    organization = find_organization(manager.account_id)
    known = {
        **template_parameters(definition.type, definition.parameters),
        "QSConfigurationId": definition.id,
        "QSGlobalResourcesRegion": "us-east-1" if "us-east-1" in regions else regions[0],
        "QSOwnerAccountId": manager.account_id,
        "QSPrincipalOrgId": organization.established.id if organization is not None else "",
        "QSTargetOrganizationalUnits": ",".join(definition.targets.organizational_units),
        "QSType": kind,
    }
    declared = documents.document_of(definition.type.name)["templates"][template]["parameters"]
    return {key: value for key, value in known.items() if key in declared}


def _keep_configurations(definition: Definition, reasons: dict[tuple[str, str], str | None], at: datetime) -> None:
    """Update the rows of ListConfigurations."""
    for location in [location for location in definition.deployed if location not in reasons]:
        del definition.deployed[location]
    for (account_id, region), reason in reasons.items():
        deployed = definition.deployed.setdefault(
            (account_id, region),
            Deployed(
                id=f"{definition.id}:{account_id}:{region}",
                account_id=account_id,
                region=region,
                created_at=at,
                modified_at=at,
                deployment=Status("Deployment", "NONE", at),
                executions=Status("AsyncExecutions", "NONE", at),
            ),
        )
        deployed.modified_at, deployed.reason = at, reason
        # ASSUMPTION(quick-setup-status-has-no-message): of a failure. The model has one "when applicable", and the
        # console shows the status alone.
        deployed.deployment.set("SUCCEEDED" if reason is None else "FAILED", at)
        deployed.executions.set("DEPLOYING" if reason is None else "NONE", at)
