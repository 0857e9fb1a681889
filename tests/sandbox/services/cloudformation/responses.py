"""Handles requests to CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from moto.cloudformation.exceptions import StackInstanceNotFound, ValidationError
from moto.core.responses import ActionResult

from sandbox.clock import clock
from sandbox.protocol.pagination import page_result
from sandbox.services.cloudformation.operation import Operation, operation
from sandbox.services.cloudformation.stack_sets.responses import POLLING_INTERVAL, StackSetResponse
from sandbox.services.cloudformation.stack_sets.service_managed import UNFINISHED, Deployment, ServiceManagedStackSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from sandbox.services.cloudformation.stack_sets.stack_set import StackSet

Item = TypeVar("Item")

# MaxResults in botocore's model `cloudformation`. ASSUMPTION(cloudformation-default-pages): it is the default too.
MAXIMUM_PAGE = 100


class CloudFormationResponse(StackSetResponse):
    """moto's operations, those of trusted access that it lacks, and what is read of StackSets.

    User-created StackSets with self-managed permissions are moto's.
    """

    def activate_organizations_access(self) -> ActionResult:
        self._backend.activate_organizations_access()
        return ActionResult({})

    def deactivate_organizations_access(self) -> ActionResult:
        self._backend.deactivate_organizations_access()
        return ActionResult({})

    def describe_organizations_access(self) -> ActionResult:
        return ActionResult({"Status": self._backend.organizations_access(self._call_as)})

    # Stacks

    def create_stack(self) -> ActionResult:
        on_failure, disable_rollback = self._get_param("OnFailure"), self._get_param("DisableRollback")
        if on_failure is not None and disable_rollback is not None:
            raise ValidationError(message="You can specify either DisableRollback or OnFailure, but not both.")
        with self._operation(on_failure or ("DO_NOTHING" if disable_rollback else "ROLLBACK")):
            return super().create_stack()

    def update_stack(self) -> ActionResult:
        with self._operation():
            return super().update_stack()

    def delete_stack(self) -> ActionResult:
        with self._operation():
            return super().delete_stack()

    def describe_stack_resource(self) -> ActionResult:
        """moto's lacks the time of the last update, which the model requires."""
        name = self._get_param("LogicalResourceId")
        stack, resource = self._backend.describe_stack_resource(self._get_param("StackName"), name)
        last = next(event for event in reversed(stack.events) if event.logical_resource_id == name)
        detail = {
            "StackName": stack.name,
            "StackId": stack.stack_id,
            "LogicalResourceId": name,
            "PhysicalResourceId": resource.physical_resource_id,  # type: ignore[attr-defined]
            "ResourceType": last.resource_type,
            "LastUpdatedTimestamp": last.timestamp,
            "ResourceStatus": last.resource_status,
        }
        return ActionResult({"StackResourceDetail": detail})

    def _operation(self, on_failure: str = "ROLLBACK") -> AbstractContextManager[None]:
        return operation(Operation(self._get_param("ClientRequestToken"), on_failure))

    # StackSets

    def list_stack_sets(self) -> ActionResult:
        status = self._get_param("Status")
        summaries = [known.summarize() for known in self._backend.visible_stack_sets(self._call_as)]
        if self._call_as == "SELF":
            # moto's, which lack the drift status and would show members that the model does not have.
            summaries += [
                {
                    "StackSetName": known.name,
                    "StackSetId": known.id,
                    "Status": known.status,
                    "PermissionModel": known.permission_model,
                }
                for known in self._backend.list_stack_sets()
            ]
        return self._page([summary for summary in summaries if status in {None, summary["Status"]}])

    def describe_stack_set(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().describe_stack_set()
        # moto turns these two from mappings into lists, and cannot do without.
        tags = stack_set.tags if isinstance(stack_set, ServiceManagedStackSet) else {}
        return ActionResult({"StackSet": {**stack_set.describe(), "Parameters": stack_set.parameters, "Tags": tags}})

    def list_stack_set_operations(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().list_stack_set_operations()
        # The newest first, as the console and the AWS CLI show them (ASSUMPTION(cloudformation-default-pages): the
        # model has no order).
        return self._page([operation.describe() for operation in reversed(stack_set.operations)])

    def list_stack_set_operation_results(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().list_stack_set_operation_results()
        results = stack_set.operation(self._get_param("OperationId")).describe_results()
        requested = self._filters
        return self._page(
            [one for one in results if one["Status"] == requested.get("OPERATION_RESULT_STATUS", one["Status"])]
        )

    def list_stack_instances(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().list_stack_instances()
        requested = {
            "account_id": self._get_param("StackInstanceAccount"),
            "region": self._get_param("StackInstanceRegion"),
            "status": self._filters.get("DETAILED_STATUS"),
            "last_operation_id": self._filters.get("LAST_OPERATION_ID"),
            "drift_status": self._filters.get("DRIFT_STATUS"),
        }
        instances = [instance for _, instance in sorted(stack_set.instances.items(), key=lambda item: item[0])]
        found = [
            instance
            for instance in instances
            if all(value in {None, getattr(instance, name)} for name, value in requested.items())
        ]
        return self._page(found, lambda instance: instance.describe(stack_set))

    def describe_stack_instance(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().describe_stack_instance()
        location = (self._get_param("StackInstanceAccount"), self._get_param("StackInstanceRegion"))
        if location not in stack_set.instances:
            raise StackInstanceNotFound
        described = stack_set.instances[location].describe(stack_set)
        return ActionResult({"StackInstance": described | stack_set.instances[location].describe_overrides()})

    def describe_stack_set_operation(self) -> ActionResult:
        stack_set = self._stack_set
        if stack_set is None:
            return super().describe_stack_set_operation()
        operation = stack_set.operation(self._get_param("OperationId"))
        described = {**operation.describe(), "StackSetId": stack_set.id}
        if isinstance(operation, Deployment):
            described |= operation.describe_whole()
            if operation.status in UNFINISHED:
                # As if the client had waited before the next poll.
                clock.advance(POLLING_INTERVAL)
        return ActionResult({"StackSetOperation": described})

    def list_stack_set_auto_deployment_targets(self) -> ActionResult:
        stack_set = self._changeable
        return self._page(
            [
                {"OrganizationalUnitId": unit_id, "Regions": sorted(regions)}
                for unit_id, regions in sorted(stack_set.automatic_targets.items())
            ]
        )

    @property
    def _stack_set(self) -> StackSet | None:
        return self._backend.visible_stack_set(self._get_param("StackSetName"), self._call_as)

    @property
    def _filters(self) -> dict[str, str]:
        return {entry["Name"]: entry["Values"] for entry in self._get_param("Filters", [])}

    def _page(self, items: Sequence[Item], describe: Callable[[Item], Any] = lambda item: item) -> ActionResult:
        return page_result(
            "Summaries",
            [describe(item) for item in items],
            token=self._get_param("NextToken"),
            limit=self._get_param("MaxResults", MAXIMUM_PAGE),
            invalid_token=ValidationError(message="The NextToken is invalid."),
        )
