"""Systems Manager of one account and Region: what moto lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from moto.core.utils import camelcase_to_underscores
from moto.ssm.exceptions import BaselineDoesNotExistException, InvalidFilterKey
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends

from sandbox.clock import clock
from sandbox.services.moto_internals import backend_of, existing_backends
from sandbox.services.ssm.automation.calendars import state_of
from sandbox.services.ssm.compliance import filtered, items_of
from sandbox.services.ssm.documents import TEXT, describe_versions, known_document_types
from sandbox.services.ssm.exceptions import InvalidFilter, InvalidInstanceId, ResourceInUseException
from sandbox.services.ssm.instance_patches import FILTERS, patches_of
from sandbox.services.ssm.instances import STOPPED
from sandbox.services.ssm.patch_baselines import DEFAULTS_OF_BASELINES, provided_baselines, short_id
from sandbox.services.ssm.resource_data_syncs.collection import ResourceDataSyncs
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT, ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from moto.ssm.models import FakePatchBaseline

    from sandbox.services.ssm.automation.associations import Association
    from sandbox.services.ssm.automation.executions import Execution
    from sandbox.services.ssm.instances import ManagedInstance

__all__ = ["SandboxSSMBackend", "delete_organization_syncs", "deliver_inventory", "ssm_backend_of", "ssm_backends"]

# InstanceInformationFilterKey in botocore's model `ssm`, and the member of the response that each filters.
INSTANCE_FILTERS = {
    "InstanceIds": "InstanceId",
    "AgentVersion": "AgentVersion",
    "PingStatus": "PingStatus",
    "PlatformTypes": "PlatformType",
    "IamRole": "IamRole",
    "ResourceType": "ResourceType",
    "AssociationStatus": "AssociationStatus",
}


class SandboxSSMBackend(SimpleSystemManagerBackend):
    """moto's backend, with service settings, resource data syncs, AWS's patch baselines and managed nodes."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.service_settings = ServiceSettings(account_id, region_name)
        self.resource_data_syncs = ResourceDataSyncs(account_id, region_name)
        self.instances: dict[str, ManagedInstance] = {}
        #: The document and the last status of each association of Quick Setup's, by name.
        self.association_documents: dict[str, str] = {}
        self.association_statuses: dict[str, str] = {}
        #: When the sync of the unified console collected nodes; None without it.
        self.nodes_collected_at: datetime | None = None
        #: Associations of stacks, by name, and automations, the first one first.
        self.automation_associations: dict[str, Association] = {}
        self.automations: list[Execution] = []
        #: By operating system; and when each of the account's own was created and changed.
        self.default_baselines: dict[str, str] = {}
        self.baseline_times: dict[str, tuple[datetime, datetime]] = {}

    @property
    def default_host_management_role(self) -> str | None:
        """The role of Default Host Management Configuration, with its path; None while it is off."""
        return self.service_settings.value(DEFAULT_HOST_MANAGEMENT)

    def list_associations(self, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the associations whose members have these values. Raises InvalidFilter."""
        known = {"Name", "AssociationName", "AssociationId"}
        if not set(filters) <= known:
            raise InvalidFilter(f"The sandbox filters associations by {', '.join(sorted(known))} only.")
        listed = [
            {
                "Name": document,
                "AssociationName": name,
                "AssociationId": str(uuid5(NAMESPACE_URL, name)),
                "Overview": {"Status": self.association_statuses.get(name, "Pending")},
            }
            for name, document in sorted(self.association_documents.items())
        ]
        listed += [association.describe() for _, association in sorted(self.automation_associations.items())]
        return [one for one in listed if all(one[key] == value for key, value in filters.items())]

    def create_document(self, *arguments: Any, **request: Any) -> Any:
        """moto's, with the types of approval policies and the format of calendars, which moto's lists lack."""
        with known_document_types():
            return super().create_document(*arguments, **request)

    def update_document(self, *arguments: Any, **request: Any) -> Any:
        """moto's, with the format of calendars."""
        with known_document_types():
            return super().update_document(*arguments, **request)

    def get_document(self, name: str, document_version: str, version_name: str, document_format: str) -> dict[str, Any]:
        """moto's; of a calendar, its text."""
        document = self._get_documents(name).find(document_version, version_name)
        if document.document_format != TEXT:
            return super().get_document(name, document_version, version_name, document_format)
        described = self._generate_document_information(document, "JSON")
        return {**described, "DocumentFormat": TEXT, "Content": document.content}

    def calendar_states(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the answer of GetCalendarState, now. Raises InvalidDocument."""
        documents = [self._get_documents(name.rpartition("/")[2]) for name in names]
        return state_of([document.get_default_version().content for document in documents], clock.now())

    def list_document_versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a document. Raises InvalidDocument."""
        return describe_versions(self._get_documents(name))

    def managed_instances(self) -> list[ManagedInstance]:
        """Return the managed nodes, by id."""
        role = self.default_host_management_role
        return [instance for _, instance in sorted(self.instances.items()) if instance.is_managed(role)]

    def registered_instances(self) -> list[ManagedInstance]:
        """Return the nodes of inventory, including terminated ones, by id."""
        role = self.default_host_management_role
        return [instance for _, instance in sorted(self.instances.items()) if instance.is_registered(role)]

    def describe_managed_instances(self, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return the nodes that match every filter. Raises InvalidFilterKey or InvalidInstanceId."""
        unknown = sorted(set(filters) - set(INSTANCE_FILTERS))
        if unknown:
            raise InvalidFilterKey(f"The filter key {unknown[0]} is not one of {', '.join(INSTANCE_FILTERS)}.")
        role, now = self.default_host_management_role, clock.now()
        managed = self.managed_instances()
        # ASSUMPTION(stopped-node-is-not-listed): "This operation does not return information for nodes that are either
        # Stopped or Terminated" (botocore's model `ssm`).
        described = [instance.describe(role, now) for instance in managed if instance.status != STOPPED]
        # "If you specify a node ID that isn't valid or a node that you don't own, you receive an error" (same model).
        missing = set(filters.get("InstanceIds", [])) - {instance.id for instance in managed}
        if missing:
            raise InvalidInstanceId(f"Managed nodes {', '.join(sorted(missing))} were not found.")
        return [
            instance
            for instance in described
            if all(instance.get(INSTANCE_FILTERS[key]) in values for key, values in filters.items())
        ]

    def list_tags_for_resource(self, resource_type: str, resource_id: str) -> dict[str, str]:
        """Return the tags; of a managed node outside EC2, of which moto knows nothing, those of the scenario."""
        instance = self.instances.get(resource_id)
        if resource_type == "ManagedInstance" and instance is not None and resource_id.startswith("mi-"):
            return dict(instance.tags)
        return super().list_tags_for_resource(resource_type, resource_id)

    def instance_patch_states(self, instance_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return the model's InstancePatchState of those of the nodes that have one.

        ASSUMPTION(patch-states): unknown nodes, and nodes that were never scanned, are left out without an error
        (the model has none for it).
        """
        requested = set(instance_ids)
        return [
            instance.patch_state.describe()
            for instance in self.managed_instances()
            if instance.id in requested and instance.patch_state is not None
        ]

    def instance_patches(self, instance_id: str, filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the model's PatchComplianceData of a node. Raises InvalidInstanceId or InvalidFilter."""
        for given in filters:
            if given["Key"] not in FILTERS:
                raise InvalidFilter(f"The filter key {given['Key']} is not one of {', '.join(FILTERS)}.")
        found = [instance for instance in self.managed_instances() if instance.id == instance_id]
        if not found:
            raise InvalidInstanceId(f"Managed node {instance_id} was not found.")
        # ASSUMPTION(patch-state-filter-is-or): several values of one filter mean any of them.
        return [
            described
            for described in (patch.describe() for patch in patches_of(found[0]))
            if all(described[given["Key"]] in given["Values"] for given in filters)
        ]

    def compliance_items(self, filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the model's ResourceComplianceSummaryItem of every node, by node and type. Raises InvalidFilter."""
        return filtered((item for instance in self.managed_instances() for item in items_of(instance)), filters)

    # Patch baselines

    def create_patch_baseline(self, **kwargs: Any) -> str:  # type: ignore[override]
        # The defaults: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreatePatchBaseline.html
        given = {name: value for name, value in kwargs.items() if value is not None}
        baseline_id = super().create_patch_baseline(**{**kwargs, **DEFAULTS_OF_BASELINES, **given})
        self.baseline_times[baseline_id] = (clock.now(), clock.now())
        return baseline_id

    def update_patch_baseline(self, baseline_id: str, changes: Mapping[str, Any], *, replace: bool) -> dict[str, Any]:
        """Change what is given, or everything with `replace`; return it as the model's UpdatePatchBaselineResult."""
        baseline = self._own_baseline(baseline_id)
        if replace:
            for name in ("global_filters", "approval_rules", "approved_patches", "rejected_patches", "description"):
                setattr(baseline, name, None)
            for name, value in DEFAULTS_OF_BASELINES.items():
                if name != "operating_system":
                    setattr(baseline, name, value)
        for member, value in changes.items():
            setattr(baseline, camelcase_to_underscores(member), value)
        self.baseline_times[baseline.id] = (self.baseline_times[baseline.id][0], clock.now())
        described = self.patch_baseline(baseline_id)
        del described["PatchGroups"]
        return described

    def patch_baseline(self, baseline_id: str) -> dict[str, Any]:
        """Return a baseline as the model's GetPatchBaselineResult; of AWS's own without the rules.

        Raises BaselineDoesNotExistException.
        """
        for provided in provided_baselines(self.region_name):
            if short_id(baseline_id) == short_id(provided["BaselineId"]):
                return {
                    "BaselineId": provided["BaselineId"],
                    "Name": provided["BaselineName"],
                    "OperatingSystem": provided["OperatingSystem"],
                    "Description": provided["BaselineDescription"],
                }
        baseline = self._own_baseline(baseline_id)
        created_at, modified_at = self.baseline_times[baseline.id]
        described = {
            **baseline.to_json(),
            "Name": baseline.name,
            "Description": baseline.description,
            "GlobalFilters": baseline.global_filters or {"PatchFilters": []},
            "ApprovalRules": baseline.approval_rules or {"PatchRules": []},
            "ApprovedPatches": baseline.approved_patches or [],
            "RejectedPatches": baseline.rejected_patches or [],
            "Sources": baseline.sources or [],
            "PatchGroups": self._patch_groups_of(baseline.id),
            "CreatedDate": created_at.timestamp(),
            "ModifiedDate": modified_at.timestamp(),
        }
        absent = {"BaselineName", "BaselineDescription", "DefaultBaseline"}
        return {name: value for name, value in described.items() if name not in absent and value is not None}

    def delete_patch_baseline(self, baseline_id: str) -> None:
        if baseline_id in self.default_baselines.values() or self._patch_groups_of(baseline_id):
            raise ResourceInUseException("The patch baseline is a default one, or registered for a patch group.")
        self.baselines.pop(baseline_id, None)
        self.baseline_times.pop(baseline_id, None)

    def register_default_patch_baseline(self, baseline_id: str) -> None:
        """Make a baseline the account's default for its operating system. Raises BaselineDoesNotExistException."""
        found = self.patch_baseline(baseline_id)
        self.default_baselines[found["OperatingSystem"]] = found["BaselineId"]

    def default_patch_baseline(self, operating_system: str) -> str:
        """Return the id of the account's default for an operating system; AWS's, an ARN, unless it registered one."""
        provided = {one["OperatingSystem"]: str(one["BaselineId"]) for one in provided_baselines(self.region_name)}
        return self.default_baselines.get(operating_system, provided[operating_system])

    def _own_baseline(self, baseline_id: str) -> FakePatchBaseline:
        baseline = self.baselines.get(short_id(baseline_id))
        if baseline is None:
            raise BaselineDoesNotExistException
        return baseline

    def _patch_groups_of(self, baseline_id: str) -> list[str]:
        return sorted(name for name, group in self.patch_groups.items() if baseline_id in group.associations.values())

    def patch_baseline_identities(self, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return AWS's baselines and the account's own as the model's PatchBaselineIdentity.

        `filters` has the keys OWNER (AWS, Self), NAME_PREFIX and OPERATING_SYSTEM:
        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribePatchBaselines.html
        """
        owners = filters.get("OWNER", ["AWS", "Self"])
        provided = provided_baselines(self.region_name) if "AWS" in owners else []
        identities = [
            {**one, "DefaultBaseline": one["BaselineId"] == self.default_patch_baseline(one["OperatingSystem"])}
            for one in provided
        ]
        if "Self" in owners:
            identities += [
                {
                    "BaselineId": baseline.id,
                    "BaselineName": baseline.name,
                    "OperatingSystem": baseline.operating_system,
                    "DefaultBaseline": baseline.id in self.default_baselines.values(),
                    **({"BaselineDescription": baseline.description} if baseline.description else {}),
                }
                for baseline in self.baselines.values()
            ]
        prefixes, systems = tuple(filters.get("NAME_PREFIX", [""])), filters.get("OPERATING_SYSTEM")
        return [
            identity
            for identity in identities
            if identity["BaselineName"].startswith(prefixes)
            and (systems is None or identity["OperatingSystem"] in systems)
        ]


def ssm_backend_of(account_id: str, region: str) -> SandboxSSMBackend:
    """Return Systems Manager of an account and Region."""
    return backend_of(ssm_backends, SandboxSSMBackend, account_id, region)


def deliver_inventory() -> None:
    """Have every resource data sync that writes to a bucket write what is new by now."""
    for backend in existing_backends(ssm_backends, SandboxSSMBackend):
        backend.resource_data_syncs.deliver(backend.registered_instances())


def delete_organization_syncs(account_id: str) -> None:
    """Delete the organization syncs of an account that is no longer delegated administrator.

    "When a delegated administrator account is deregistered, the system deletes all AWS Organizations resource data
    syncs created by the delegated administrator":
    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    """
    for backend in ssm_backends[account_id].values():
        if isinstance(backend, SandboxSSMBackend):
            backend.resource_data_syncs.delete_organization_syncs()
