"""Handles requests to Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ssm.responses import SimpleSystemManagerResponse as MotoSystemsManagerResponse
from moto.sts.models import sts_backends

from sandbox.clock import clock
from sandbox.protocol.pagination import page_result
from sandbox.services.ssm import compliance
from sandbox.services.ssm.automation.across_accounts import AUTOMATION_REQUEST, start
from sandbox.services.ssm.automation.listing import find, steps_of, summaries
from sandbox.services.ssm.exceptions import InvalidNextToken
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backend_of
from sandbox.services.ssm.ops_data import summarized
from sandbox.services.ssm.resource_data_syncs.collection import TO_DESTINATION
from sandbox.services.ssm.resource_data_syncs.managed_nodes import list_nodes
from sandbox.services.ssmquicksetup.models import process_due_operations

if TYPE_CHECKING:
    from collections.abc import Sequence

# MaxResults of DescribePatchBaselines, DescribeInstanceInformation, DescribeInstancePatchStates,
# DescribeInstancePatches, of both summaries of compliance, ListResourceDataSync and GetOpsSummary in botocore's model
# `ssm`. ASSUMPTION(sync-names-and-conflicts): pages are as large where no MaxResults is given.
MAXIMUM_BASELINES = 100
MAXIMUM_PATCH_STATES = 100
MAXIMUM_PATCHES = 100
MAXIMUM_SUMMARIES = 50
MAXIMUM_INSTANCES = 50
MAXIMUM_ASSOCIATIONS = 50
MAXIMUM_NODES = 50
MAXIMUM_SYNCS = 50
MAXIMUM_ENTITIES = 50
MAXIMUM_VERSIONS = 50
MAXIMUM_AUTOMATIONS = 50


# Of a patch baseline.
CHANGEABLE = (
    "Name",
    "GlobalFilters",
    "ApprovalRules",
    "ApprovedPatches",
    "ApprovedPatchesComplianceLevel",
    "ApprovedPatchesEnableNonSecurity",
    "RejectedPatches",
    "RejectedPatchesAction",
    "Description",
    "Sources",
)


class SystemsManagerResponse(MotoSystemsManagerResponse):
    """moto's operations, and those that it lacks."""

    @property
    def ssm_backend(self) -> SandboxSSMBackend:
        # What Quick Setup deployed here by now is to be seen.
        process_due_operations()
        return ssm_backend_of(self.current_account, self.region)

    def get_service_setting(self) -> ActionResult:
        setting_id = self._get_param("SettingId")
        return ActionResult({"ServiceSetting": self.ssm_backend.service_settings.describe(setting_id)})

    def update_service_setting(self) -> ActionResult:
        _, caller_arn, _ = sts_backends[self.current_account][self.partition].get_caller_identity(
            self.get_access_key(), self.region
        )
        self.ssm_backend.service_settings.update(
            self._get_param("SettingId"),
            self._get_param("SettingValue"),
            modified_at=clock.now(),
            modified_by=caller_arn,
        )
        return EmptyResult()

    def reset_service_setting(self) -> ActionResult:
        settings, setting_id = self.ssm_backend.service_settings, self._get_param("SettingId")
        settings.reset(setting_id)
        return ActionResult({"ServiceSetting": settings.describe(setting_id)})

    def list_associations(self) -> ActionResult:
        filters = {entry["key"]: entry["value"] for entry in self._get_param("AssociationFilterList", [])}
        return self._page("Associations", self.ssm_backend.list_associations(filters), MAXIMUM_ASSOCIATIONS)

    def list_nodes(self) -> ActionResult:
        nodes = list_nodes(self.ssm_backend, self._get_param("SyncName"), self._get_param("Filters", []))
        return self._page("Nodes", nodes, MAXIMUM_NODES)

    def list_document_versions(self) -> ActionResult:
        versions = self.ssm_backend.list_document_versions(self._get_param("Name"))
        return self._page("DocumentVersions", versions, MAXIMUM_VERSIONS)

    def start_automation_execution(self) -> ActionResult:
        request = {name: value for name in AUTOMATION_REQUEST if (value := self._get_param(name)) is not None}
        return ActionResult({"AutomationExecutionId": start(self.ssm_backend, request).id})

    def get_automation_execution(self) -> ActionResult:
        found = find(self.ssm_backend, self._get_param("AutomationExecutionId"))
        return ActionResult({"AutomationExecution": found.describe()})

    def get_calendar_state(self) -> ActionResult:
        if self._get_param("AtTime"):
            raise NotImplementedError
        return ActionResult(self.ssm_backend.calendar_states(self._get_param("CalendarNames")))

    def describe_automation_step_executions(self) -> ActionResult:
        found = find(self.ssm_backend, self._get_param("AutomationExecutionId"))
        steps = steps_of(found, self._get_param("Filters", []))
        return self._page("StepExecutions", steps, MAXIMUM_AUTOMATIONS)

    def describe_automation_executions(self) -> ActionResult:
        executions = summaries(self.ssm_backend, self._get_param("Filters", []))
        return self._page("AutomationExecutionMetadataList", executions, MAXIMUM_AUTOMATIONS)

    def describe_patch_baselines(self) -> ActionResult:
        filters = {entry["Key"]: entry["Values"] for entry in self._get_param("Filters", [])}
        identities = self.ssm_backend.patch_baseline_identities(filters)
        return self._page("BaselineIdentities", identities, MAXIMUM_BASELINES)

    def get_patch_baseline(self) -> ActionResult:
        return ActionResult(self.ssm_backend.patch_baseline(self._get_param("BaselineId")))

    def update_patch_baseline(self) -> ActionResult:
        changes = {name: value for name in CHANGEABLE if (value := self._get_param(name)) is not None}
        return ActionResult(
            self.ssm_backend.update_patch_baseline(
                self._get_param("BaselineId"), changes, replace=self._get_param("Replace", False)
            )
        )

    def delete_patch_baseline(self) -> ActionResult:
        super().delete_patch_baseline()
        return ActionResult({"BaselineId": self._get_param("BaselineId")})

    def register_default_patch_baseline(self) -> ActionResult:
        self.ssm_backend.register_default_patch_baseline(self._get_param("BaselineId"))
        return ActionResult({"BaselineId": self._get_param("BaselineId")})

    def get_default_patch_baseline(self) -> ActionResult:
        system = self._get_param("OperatingSystem", "WINDOWS")
        return ActionResult({"BaselineId": self.ssm_backend.default_patch_baseline(system), "OperatingSystem": system})

    def describe_instance_information(self) -> ActionResult:
        filters = {entry["Key"]: entry["Values"] for entry in self._get_param("Filters", [])}
        filters |= {entry["key"]: entry["valueSet"] for entry in self._get_param("InstanceInformationFilterList", [])}
        instances = self.ssm_backend.describe_managed_instances(filters)
        return self._page("InstanceInformationList", instances, MAXIMUM_INSTANCES)

    def describe_instance_patch_states(self) -> ActionResult:
        states = self.ssm_backend.instance_patch_states(self._get_param("InstanceIds"))
        return self._page("InstancePatchStates", states, MAXIMUM_PATCH_STATES)

    def describe_instance_patches(self) -> ActionResult:
        filters = self._get_param("Filters", [])
        patches = self.ssm_backend.instance_patches(self._get_param("InstanceId"), filters)
        return self._page("Patches", patches, MAXIMUM_PATCHES)

    def list_resource_compliance_summaries(self) -> ActionResult:
        items = self.ssm_backend.compliance_items(self._get_param("Filters", []))
        return self._page("ResourceComplianceSummaryItems", items, MAXIMUM_SUMMARIES)

    def list_compliance_summaries(self) -> ActionResult:
        items = self.ssm_backend.compliance_items(self._get_param("Filters", []))
        return self._page("ComplianceSummaryItems", compliance.summarized(items), MAXIMUM_SUMMARIES)

    def list_resource_data_sync(self) -> ActionResult:
        syncs = self.ssm_backend.resource_data_syncs
        found = syncs.of_type(self._get_param("SyncType"))
        page = self._page("ResourceDataSyncItems", [sync.describe() for sync in found], MAXIMUM_SYNCS)
        syncs.poll(found)
        return page

    def create_resource_data_sync(self) -> ActionResult:
        self.ssm_backend.resource_data_syncs.create(
            self._get_param("SyncName"),
            self._get_param("SyncType", TO_DESTINATION),
            self._get_param("SyncSource"),
            self._get_param("S3Destination"),
        )
        return EmptyResult()

    def update_resource_data_sync(self) -> ActionResult:
        self.ssm_backend.resource_data_syncs.update(
            self._get_param("SyncName"), self._get_param("SyncType"), self._get_param("SyncSource")
        )
        return EmptyResult()

    def delete_resource_data_sync(self) -> ActionResult:
        # ASSUMPTION(sync-names-and-conflicts): the default type is that of CreateResourceDataSync.
        self.ssm_backend.resource_data_syncs.delete(
            self._get_param("SyncName"), self._get_param("SyncType", TO_DESTINATION)
        )
        return EmptyResult()

    def get_ops_summary(self) -> ActionResult:
        process_due_operations()
        names = ("SyncName", "ResultAttributes", "Aggregators", "Filters")
        request = {name: self._get_param(name) for name in names}
        return self._page("Entities", summarized(self.current_account, self.region, request), MAXIMUM_ENTITIES)

    def _page(self, member: str, items: Sequence[dict[str, Any]], limit: int) -> ActionResult:
        return page_result(
            member,
            items,
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", limit),
            invalid_token=InvalidNextToken("The specified token isn't valid."),
        )
