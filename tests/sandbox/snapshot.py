"""All that setting up Systems Manager could touch, as plain data to compare.

Ids that AWS draws are replaced by names, so that an organization before and after can be equal, and two runs too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import snapshot_of_data
from sandbox.services.cloud9.models import every_cloud9
from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.services.iam.models import SandboxIAMBackend, iam_backends
from sandbox.services.iam.service_linked_roles import PATH_PREFIX
from sandbox.services.organizations.models import Organization, organizations_backends
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backends
from sandbox.services.ssmquicksetup.models import QuickSetupBackend, every_quick_setup, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.iam.models import Role

    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition


def take() -> dict[str, Any]:
    """Return the organization as it is now, JSON-able, sorted, the same for the same state.

    Keys: `organization` (units and accounts as a tree), `trusted_access`, `stack_sets_access`,
    `delegated_administrators` (by service principal), `roles` and `service_linked_roles` (by account), `quick_setup`,
    `service_settings`, `associations`, `resource_data_syncs`, `stack_sets` (those that somebody created), `stacks`,
    `cloud9_environments`, `kms_keys`, `glue_databases` and `athena_workgroups` (by account and Region:
    "111111111111 us-east-1"), `buckets` (by account). An account or Region in which there is nothing has no entry.
    """
    settle()
    organization = _organization()
    return {
        "organization": _tree(organization, organization.established.root_id) if organization else None,
        "trusted_access": organization.enabled_service_principals() if organization else [],
        "stack_sets_access": organization.stack_sets_access if organization else "DISABLED",
        "delegated_administrators": _delegated_administrators(organization) if organization else {},
        "roles": _by_account(service_linked=False),
        "service_linked_roles": _by_account(service_linked=True),
        "quick_setup": _quick_setup(organization),
        "service_settings": {
            place: settings
            for place, backend in _systems_managers()
            if (settings := backend.service_settings.customized())
        },
        "resource_data_syncs": {
            place: syncs
            for place, backend in _systems_managers()
            if (syncs := _resource_data_syncs(backend, organization))
        },
        "stack_sets": _stack_sets(organization),
        "stacks": _stacks(),
        "cloud9_environments": _cloud9_environments(),
        "associations": {place: runs for place, backend in _systems_managers() if (runs := _associations(backend))},
        **snapshot_of_data.take(),
    }


def _organization() -> Organization | None:
    for _, _, backend in sorted(organizations_backends.iter_backends(), key=lambda found: found[:2]):
        if isinstance(backend, Organization) and backend.org is not None:
            return backend
    return None


def _tree(organization: Organization, unit_id: str) -> dict[str, Any]:
    accounts = [
        {
            "id": account.id,
            "name": account.name,
            "email": account.email,
            "status": account.status,
            "tags": dict(sorted(account.tags.items())),
        }
        for account in organization.accounts_in(unit_id)
    ]
    unit = organization.get_organizational_unit_by_id(unit_id)
    children = organization.child_organizational_units(unit_id)
    return {
        "name": unit.name,
        "tags": dict(sorted(unit.tags.items())),
        "accounts": sorted(accounts, key=lambda account: str(account["id"])),
        "organizational_units": sorted(
            (_tree(organization, child.id) for child in children), key=lambda child: str(child["name"])
        ),
    }


def _delegated_administrators(organization: Organization) -> dict[str, list[str]]:
    by_service: dict[str, list[str]] = {}
    for administrator in organization.admins:
        for service_principal in administrator.services:
            by_service.setdefault(service_principal, []).append(administrator.account.id)
    return {service_principal: sorted(accounts) for service_principal, accounts in sorted(by_service.items())}


def _by_account(*, service_linked: bool) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for account_id, _, backend in sorted(iam_backends.iter_backends(), key=lambda known: known[:2]):
        if not isinstance(backend, SandboxIAMBackend):
            continue
        roles = [_role(role) for role in backend.get_roles() if role.path.startswith(PATH_PREFIX) is service_linked]
        if roles:
            found[account_id] = sorted(roles, key=lambda role: str(role["name"]))
    return found


def _role(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "path": role.path,
        "trust": json.loads(role.assume_role_policy_document),
        "managed_policies": sorted(policy["PolicyName"] for policy in role.attached_managed_policies),
        "inline_policies": {name: json.loads(document) for name, document in sorted(role.policies.items())},
    }


def _quick_setup(organization: Organization | None) -> dict[str, Any]:
    described = {
        f"{backend.account_id} {backend.region_name}": {
            "explorer_enabling_role_arn": backend.explorer_enabling_role_arn,
            "configuration_managers": sorted(
                (_manager(manager, organization) for manager in backend.managers.values()),
                key=lambda manager: json.dumps(manager, sort_keys=True),
            ),
        }
        for backend in every_quick_setup()
        if _is_used(backend)
    }
    return dict(sorted(described.items()))


def _is_used(backend: QuickSetupBackend) -> bool:
    return bool(backend.managers) or backend.explorer_enabling_role_arn is not None


def _manager(manager: ConfigurationManager, organization: Organization | None) -> dict[str, Any]:
    return {
        "name": manager.name,
        "description": manager.description,
        "tags": dict(sorted(manager.tags.items())),
        "deployment": manager.deployment.status,
        "executions": manager.executions.status,
        "definitions": [_definition(definition, organization) for definition in manager.definitions],
    }


def _definition(definition: Definition, organization: Organization | None) -> dict[str, Any]:
    parameters = dict(sorted(definition.parameters.items()))
    if organization is not None and "TargetOrganizationalUnits" in parameters:
        targets = parameters["TargetOrganizationalUnits"].split(",")
        parameters["TargetOrganizationalUnits"] = ",".join(_unit_path(organization, target) for target in targets)
    return {
        "type": definition.type.name,
        "type_version": definition.type_version,
        "parameters": parameters,
        "administration_role_arn": definition.administration_role_arn,
        "execution_role_name": definition.execution_role_name,
        "deployed": [
            {
                "account_id": deployed.account_id,
                "region": deployed.region,
                "deployment": deployed.deployment.status,
                "executions": deployed.executions.status,
                "reason": deployed.reason,
            }
            for _, deployed in sorted(definition.deployed.items())
        ],
    }


def _unit_path(organization: Organization, unit_id: str) -> str:
    if all(unit.id != unit_id for unit in organization.ou):
        return unit_id
    return "/".join(str(unit.name) for unit in organization.lineage(unit_id))


def _systems_managers() -> Iterator[tuple[str, SandboxSSMBackend]]:
    for account_id, region, backend in sorted(ssm_backends.iter_backends(), key=lambda known: known[:2]):
        if isinstance(backend, SandboxSSMBackend):
            yield f"{account_id} {region}", backend


def _associations(backend: SandboxSSMBackend) -> dict[str, list[str]]:
    return {
        instance.id: sorted(run.status for run in instance.associations.values())
        for instance in backend.instances.values()
        if instance.associations
    }


def _resource_data_syncs(backend: SandboxSSMBackend, organization: Organization | None) -> list[dict[str, Any]]:
    return [
        {
            "name": sync.name,
            "type": sync.type,
            "organization": sync.organization,
            "status": sync.status,
            "source": _source(sync.source, organization) if sync.source else None,
            "destination": sync.destination,
        }
        for sync in backend.resource_data_syncs.of_type(None)
    ]


def _source(source: dict[str, Any], organization: Organization | None) -> dict[str, Any]:
    units = source.get("AwsOrganizationsSource", {}).get("OrganizationalUnits")
    if organization is None or units is None:
        return source
    paths = sorted(_unit_path(organization, unit["OrganizationalUnitId"]) for unit in units)
    return {**source, "AwsOrganizationsSource": {**source["AwsOrganizationsSource"], "OrganizationalUnits": paths}}


def _stacks() -> dict[str, list[dict[str, Any]]]:
    """Those that are not deleted, by name. Physical ids are left out: most are drawn."""
    found = {
        f"{account_id} {region}": [
            {
                "name": stack.name,
                "status": stack.status,
                "resources": {
                    logical_id: stack.template_dict["Resources"][logical_id]["Type"]
                    for logical_id in sorted(stack.resource_map.made)
                },
            }
            for stack in sorted(backend.our_stacks(), key=lambda stack: stack.name)
        ]
        for account_id, region, backend in cloudformation_backends.iter_backends()
        if isinstance(backend, SandboxCloudFormationBackend) and backend.stacks
    }
    return dict(sorted(found.items()))


def _stack_sets(organization: Organization | None) -> dict[str, list[dict[str, Any]]]:
    """Those with service-managed permissions that somebody created and that are not deleted."""
    found = {
        f"{account_id} {region}": [
            {
                "name": stack_set.name,
                "targets": {
                    _unit_path(organization, unit_id) if organization else unit_id: sorted(regions)
                    for unit_id, regions in stack_set.automatic_targets.items()
                },
                "instances": {
                    f"{account} {place}": instance.status
                    for (account, place), instance in sorted(stack_set.instances.items())
                },
            }
            for stack_set in sorted(backend.service_managed_stack_sets, key=lambda known: known.name)
            if stack_set.status == "ACTIVE"
        ]
        for account_id, region, backend in cloudformation_backends.iter_backends()
        if isinstance(backend, SandboxCloudFormationBackend)
    }
    return {place: stack_sets for place, stack_sets in sorted(found.items()) if stack_sets}


def _cloud9_environments() -> dict[str, list[dict[str, str]]]:
    found = {
        f"{backend.account_id} {backend.region_name}": [
            {"id": environment.id, "name": environment.name, "type": environment.type}
            for _, environment in sorted(backend.environments.items())
        ]
        for backend in every_cloud9()
        if backend.environments
    }
    return dict(sorted(found.items()))
