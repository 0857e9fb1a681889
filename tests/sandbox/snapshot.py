"""The state of the organization as plain data, to compare before and after.

Random ids are replaced by names, so that the same state gives the same snapshot.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.events.models import EventsBackend, events_backends
from moto.logs.models import LogsBackend, logs_backends
from moto.s3.models import FakeKey
from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends
from moto.sns.models import SNSBackend, sns_backends

from sandbox.services.athena.models import AthenaBackend, athena_backends
from sandbox.services.athena.workgroups import PRIMARY
from sandbox.services.cloud9.models import Cloud9Backend, cloud9_backends
from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.services.codebuild.models import SandboxCodeBuildBackend, codebuild_backends
from sandbox.services.glue.models import GlueBackend, glue_backends
from sandbox.services.iam.models import SandboxIAMBackend, iam_backends
from sandbox.services.iam.service_linked_roles import PATH_PREFIX
from sandbox.services.kms.models import SandboxKMSBackend, kms_backends
from sandbox.services.moto_internals import existing_backends
from sandbox.services.organizations.models import Organization, organizations_backends
from sandbox.services.s3.models import SandboxS3Backend, s3_backends
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backends
from sandbox.services.ssmquicksetup.models import QuickSetupBackend, process_due_operations, ssmquicksetup_backends

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.iam.models import Role

    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition

Backend = TypeVar("Backend", bound=BaseBackend)
Content = TypeVar("Content")


def take() -> dict[str, Any]:
    """Return the organization as it is now, JSON-able, sorted, the same for the same state.

    Keys: `organization` (units and accounts as a tree), `trusted_access`, `stack_sets_access`,
    `delegated_administrators` (by service principal), `roles` and `service_linked_roles` (by account), `quick_setup`,
    `service_settings`, `associations`, `automation_associations`, `documents`, `log_groups`, `resource_data_syncs`,
    `stack_sets` (user-created), `stacks`, `event_rules` (the targets of each), `topics`, `schedules`, `projects`
    (CodeBuild), `alarms`, `cloud9_environments`, `kms_keys`, `glue_databases` and `athena_workgroups` (by account and
    Region: "111111111111 us-east-1"), `buckets` (by account). An account or Region in which there is nothing has no
    entry.
    """
    process_due_operations()
    organization = next((one for one in existing_backends(organizations_backends, Organization) if one.org), None)
    ssm = partial(_by_region, ssm_backends, SandboxSSMBackend)
    cloudformation = partial(_by_region, cloudformation_backends, SandboxCloudFormationBackend)
    return {
        "organization": _tree(organization, organization.established.root_id) if organization else None,
        "trusted_access": organization.enabled_service_principals() if organization else [],
        "stack_sets_access": organization.stack_sets_access if organization else "DISABLED",
        "delegated_administrators": _delegated_administrators(organization) if organization else {},
        "roles": _by_account(service_linked=False),
        "service_linked_roles": _by_account(service_linked=True),
        "quick_setup": _by_region(ssmquicksetup_backends, QuickSetupBackend, partial(_quick_setup, organization)),
        "service_settings": ssm(lambda backend: backend.service_settings.customized()),
        "default_patch_baselines": ssm(lambda backend: backend.default_baselines),
        "resource_data_syncs": ssm(partial(_resource_data_syncs, organization)),
        "stack_sets": cloudformation(partial(_stack_sets, organization)),
        "stacks": cloudformation(_stacks),
        "cloud9_environments": _by_region(cloud9_backends, Cloud9Backend, _cloud9_environments),
        "associations": ssm(_associations),
        "automation_associations": ssm(lambda backend: sorted(backend.automation_associations)),
        "documents": ssm(_documents),
        "log_groups": _by_region(logs_backends, LogsBackend, lambda logs: sorted(logs.groups)),
        "event_rules": _by_region(events_backends, EventsBackend, _event_rules),
        "topics": _by_region(sns_backends, SNSBackend, lambda sns: sorted(topic.name for topic in sns.topics.values())),
        "schedules": _by_region(scheduler_backends, EventBridgeSchedulerBackend, _schedules),
        "projects": _by_region(codebuild_backends, SandboxCodeBuildBackend, lambda one: sorted(one.codebuild_projects)),
        "alarms": _by_region(cloudwatch_backends, CloudWatchBackend, lambda backend: sorted(backend.alarms)),
        **_data(),
    }


def _data() -> dict[str, Any]:
    """Buckets, KMS keys, the Data Catalog and Athena.

    A deleted KMS key remains, as `PendingDeletion`. Keys have no ids here, because ids are random.
    """
    buckets = {one.account_id: _buckets(one) for one in existing_backends(s3_backends, SandboxS3Backend)}
    return {
        "buckets": {account_id: found for account_id, found in buckets.items() if found},
        "kms_keys": _by_region(kms_backends, SandboxKMSBackend, _kms_keys),
        "glue_databases": _by_region(
            glue_backends,
            GlueBackend,
            lambda glue: {name: sorted(database.tables) for name, database in sorted(glue.databases.items())},
        ),
        "athena_workgroups": _by_region(athena_backends, AthenaBackend, _athena_workgroups),
    }


def _by_region(
    backends: BackendDict[Any], backend: type[Backend], describe: Callable[[Backend], Content]
) -> dict[str, Content]:
    """Describe each account and Region ("111111111111 us-east-1") that has any content."""
    described = {f"{one.account_id} {one.region_name}": describe(one) for one in existing_backends(backends, backend)}
    return {location: content for location, content in described.items() if content}


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
    for backend in existing_backends(iam_backends, SandboxIAMBackend):
        roles = [_role(role) for role in backend.get_roles() if role.path.startswith(PATH_PREFIX) is service_linked]
        if roles:
            found[backend.account_id] = sorted(roles, key=lambda role: str(role["name"]))
    return found


def _role(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "path": role.path,
        "trust": json.loads(role.assume_role_policy_document),
        "managed_policies": sorted(policy["PolicyName"] for policy in role.attached_managed_policies),
        "inline_policies": {name: json.loads(document) for name, document in sorted(role.policies.items())},
    }


def _quick_setup(organization: Organization | None, backend: QuickSetupBackend) -> dict[str, Any]:
    if not backend.managers and backend.explorer_enabling_role_arn is None:
        return {}
    return {
        "explorer_enabling_role_arn": backend.explorer_enabling_role_arn,
        "configuration_managers": sorted(
            (_manager(manager, organization) for manager in backend.managers.values()),
            key=lambda manager: json.dumps(manager, sort_keys=True),
        ),
    }


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


def _associations(backend: SandboxSSMBackend) -> dict[str, list[str]]:
    return {
        instance.id: sorted(run.status for run in instance.associations.values())
        for instance in backend.instances.values()
        if instance.associations
    }


def _documents(backend: SandboxSSMBackend) -> dict[str, Any]:
    return {
        name: {
            "default": documents.default_version,
            "versions": {version: one.content for version, one in documents.versions.items()},
            "tags": backend.list_tags_for_resource("Document", name),
        }
        for name, documents in sorted(backend._documents.items())
    }


def _event_rules(backend: EventsBackend) -> dict[str, list[str]]:
    return {
        name: sorted(target["Arn"] for target in rule.targets)
        for bus in backend.event_buses.values()
        for name, rule in sorted(bus.rules.items())
    }


def _schedules(backend: EventBridgeSchedulerBackend) -> list[str]:
    return sorted(f"{group.name}/{name}" for group in backend.schedule_groups.values() for name in group.schedules)


def _resource_data_syncs(organization: Organization | None, backend: SandboxSSMBackend) -> list[dict[str, Any]]:
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


def _stacks(backend: SandboxCloudFormationBackend) -> list[dict[str, Any]]:
    """Describe the stacks that are not deleted, by name. Physical ids are left out: most are random."""
    return [
        {
            "name": stack.name,
            "status": stack.status,
            "resources": {
                logical_id: stack.template_dict["Resources"][logical_id]["Type"]
                for logical_id in sorted(stack.resource_map.created)
            },
        }
        for stack in sorted(backend.active_stacks(), key=lambda stack: stack.name)
    ]


def _stack_sets(organization: Organization | None, backend: SandboxCloudFormationBackend) -> list[dict[str, Any]]:
    """Describe the active StackSets with service-managed permissions, without Quick Setup's."""
    return [
        {
            "name": stack_set.name,
            "targets": {
                _unit_path(organization, unit_id) if organization else unit_id: sorted(regions)
                for unit_id, regions in stack_set.automatic_targets.items()
            },
            "instances": {
                f"{account_id} {region}": instance.status
                for (account_id, region), instance in sorted(stack_set.instances.items())
            },
        }
        for stack_set in sorted(backend.service_managed_stack_sets, key=lambda one: one.name)
        if stack_set.status == "ACTIVE"
    ]


def _cloud9_environments(backend: Cloud9Backend) -> list[dict[str, str]]:
    return [
        {"id": environment.id, "name": environment.name, "type": environment.type}
        for _, environment in sorted(backend.environments.items())
    ]


def _kms_keys(backend: SandboxKMSBackend) -> list[dict[str, Any]]:
    keys = [
        {
            "description": key.description,
            "state": key.key_state,
            "rotation": key.key_rotation_status,
            "aliases": sorted(key.aliases),
        }
        for key in backend.customer_keys()
    ]
    return sorted(keys, key=lambda key: json.dumps(key, sort_keys=True))


def _athena_workgroups(backend: AthenaBackend) -> dict[str, list[str]]:
    """Return the names of the named queries by workgroup; the primary workgroup only if it has any."""
    queries = {
        workgroup: sorted(query.name for query in backend.named_queries.values() if query.workgroup == workgroup)
        for workgroup in sorted(backend.workgroups)
    }
    return {workgroup: names for workgroup, names in queries.items() if names or workgroup != PRIMARY}


def _buckets(backend: SandboxS3Backend) -> list[dict[str, Any]]:
    return [
        {
            "name": bucket.name,
            "region": bucket.region_name,
            "versioning": bucket.versioning_status,
            "policy": json.loads(bucket.policy) if bucket.policy else None,
            "objects": sorted({str(name) for name, key in bucket.keys.items() if isinstance(key, FakeKey)}),
        }
        for _, bucket in sorted(backend.buckets.items())
    ]
