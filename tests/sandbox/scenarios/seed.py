"""Creates the organization of a scenario in an empty sandbox."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from moto.core.exceptions import ServiceException

from sandbox.clock import clock
from sandbox.scenarios.scenario import ScenarioError
from sandbox.services.account.models import account_backend_of
from sandbox.services.cloud9.models import cloud9_backend_of
from sandbox.services.cloudformation.models import cloudformation_backend_of
from sandbox.services.iam import managed_policies
from sandbox.services.iam.models import create_service_linked_role_once, iam_backend_of
from sandbox.services.moto_internals import backend_of
from sandbox.services.organizations.accounts import DEFAULT_ACCESS_ROLE, Account
from sandbox.services.organizations.models import Organization, organizations_backends
from sandbox.services.ssm.instances import ManagedInstance
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.patch_baselines import default_baseline_id, operating_system_of
from sandbox.services.ssm.patch_state import PatchState
from sandbox.services.ssmquicksetup.behavior import behavior
from sandbox.services.ssmquicksetup.models import quick_setup_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.scenarios import scenario as model

ORGANIZATION_ID = "o-sandbox0001"
ROOT_ID = "r-sbox"

# Longer than every waiting period.
AGE = timedelta(days=30)


def seed(scenario: model.Scenario) -> None:
    """Create the scenario's organization in an empty moto.

    Raises ScenarioError for what the services reject.
    """
    try:
        behavior.set(scenario.quick_setup)
        organization = _establish(scenario)
        _add_units(organization, scenario.organizational_units, ROOT_ID, "")
        _add_accounts(organization, scenario.accounts, ROOT_ID)
        for principal in scenario.trusted_access:
            organization.enable_aws_service_access(ServicePrincipal=principal)
        if scenario.stack_sets_access == "ENABLED":
            cloudformation_backend_of(scenario.management_account.id, "us-east-1").activate_organizations_access()
        for administrator in scenario.delegated_administrators:
            organization.register_delegated_administrator(
                AccountId=administrator.account_id, ServicePrincipal=administrator.service_principal
            )
        _add_roles(scenario)
        _add_systems_manager(scenario)
        for manager in scenario.configuration_managers:
            _add_configuration_manager(organization, manager)
        # After the managers, so that these deployments succeed.
        for environment in scenario.cloud9_environments:
            cloud9_backend_of(environment.account_id, environment.region).add_environment(
                environment.id, environment.name, environment.type, environment.owner_arn
            )
        for enabled in scenario.enabled_regions:
            account_backend_of(enabled.account_id).enabled_regions.add(enabled.region)
    except ServiceException as error:
        raise ScenarioError(f"scenario {scenario.name}: {error}") from error


def _establish(scenario: model.Scenario) -> Organization:
    organization = backend_of(organizations_backends, Organization, scenario.management_account.id)
    organization.establish(
        organization_id=ORGANIZATION_ID,
        root_id=ROOT_ID,
        name=scenario.management_account.name,
        email=scenario.management_account.email,
        feature_set=scenario.feature_set,
        joined_at=clock.now() - AGE,
    )
    return organization


def _add_units(
    organization: Organization, units: Iterable[model.OrganizationalUnit], parent_id: str, parent_path: str
) -> None:
    for unit in units:
        path = f"{parent_path}/{unit.name}"
        added = organization.add_organizational_unit(parent_id, unit.name, [], unit_id=_unit_id(path))
        _add_accounts(organization, unit.accounts, added.id)
        _add_units(organization, unit.organizational_units, added.id, path)


def _unit_id(path: str) -> str:
    # Deterministic, so that runs can be compared.
    return f"ou-{ROOT_ID.removeprefix('r-')}-{sha256(path.encode()).hexdigest()[:8]}"


def _add_accounts(organization: Organization, accounts: Iterable[model.Account], parent_id: str) -> None:
    for account in accounts:
        added = Account(
            organization.established,
            account_id=account.id,
            name=account.name,
            email=account.email,
            joined_at=clock.now() - AGE,
            status=account.status,
        )
        organization.add_account(added, parent_id)
        if account.access_role != "absent":
            added.create_access_role(DEFAULT_ACCESS_ROLE, account.id if account.access_role == "untrusting" else None)


def _add_roles(scenario: model.Scenario) -> None:
    for role in scenario.roles:
        backend = iam_backend_of(role.account_id)
        backend.create_trusted_role(role.name, _principals(role), path=role.path)
        for name in role.managed_policies:
            backend.attach_role_policy(managed_policies.policy_arn(name), role.name)
    for linked in scenario.service_linked_roles:
        create_service_linked_role_once(linked.account_id, linked.service_name)


def _principals(role: model.Role) -> dict[str, list[str]]:
    principals = role.trusted_principals or (role.account_id,)
    services = [principal for principal in principals if principal.endswith(".amazonaws.com")]
    identities = [
        f"arn:aws:iam::{principal}:root" if principal.isdecimal() else principal
        for principal in principals
        if principal not in services
    ]
    return {kind: names for kind, names in (("Service", services), ("AWS", identities)) if names}


def _add_systems_manager(scenario: model.Scenario) -> None:
    for setting in scenario.service_settings:
        ssm_backend_of(setting.account_id, setting.region).service_settings.update(
            setting.setting_id,
            setting.value,
            modified_at=clock.now() - AGE,
            modified_by=f"arn:aws:iam::{setting.account_id}:user/Administrator",
        )
    for sync in scenario.resource_data_syncs:
        ssm_backend_of(sync.account_id, sync.region).resource_data_syncs.add(
            sync.name, sync.type, organization=sync.organization, created_at=clock.now() - AGE
        )
    for instance in scenario.instances:
        ssm_backend_of(instance.account_id, instance.region).instances[instance.id] = _managed_instance(instance)


def _managed_instance(spec: model.Instance) -> ManagedInstance:
    instance = ManagedInstance(
        id=spec.id,
        platform_type=spec.platform_type,
        platform_name=spec.platform,
        platform_version=spec.platform_version,
        agent_version=spec.agent_version,
        instance_profile=spec.instance_profile,
        status=spec.status,
        patches=spec.patches,
        patch_group=spec.patch_group,
        launched_at=spec.launched_at,
        tags=dict(spec.tags),
    )
    system = operating_system_of(spec.platform, spec.platform_version)
    if spec.scanned_at is not None and system is not None:
        # The scenario has the patches after an installation: they are not installed again.
        instance.patch_state = PatchState(
            instance.id,
            instance.patches,
            instance.patch_group,
            default_baseline_id(spec.region, system),
            spec.operation,
            spec.scanned_at,
        )
    return instance


def _add_configuration_manager(organization: Organization, manager: model.ConfigurationManager) -> None:
    units = dict(_units_by_path(organization))
    parameters = dict(manager.parameters)
    if "TargetOrganizationalUnits" in parameters:
        targets = parameters["TargetOrganizationalUnits"].split(",")
        parameters["TargetOrganizationalUnits"] = ",".join(units.get(target, target) for target in targets)
    quick_setup_backend_of(manager.account_id, manager.region).add_existing(
        name=manager.name, type_name=manager.type, parameters=parameters, status=manager.status
    )


def _units_by_path(organization: Organization) -> Iterable[tuple[str, str]]:
    for unit in organization.ou:
        yield "/".join(str(above.name) for above in organization.lineage(unit.id)[1:]), unit.id
