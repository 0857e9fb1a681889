"""Handles requests that change StackSets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse as MotoCloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.clock import clock
from sandbox.services.cloudformation.exceptions import OperationInProgressException
from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backend_of
from sandbox.services.cloudformation.stack_sets import changes
from sandbox.services.cloudformation.stack_sets.stack_set import SERVICE_MANAGED
from sandbox.services.cloudformation.template_url import read_template
from sandbox.services.ssmquicksetup.models import process_due_operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.services.cloudformation.stack_sets.service_managed import Deployment, ServiceManagedStackSet

# Virtual seconds between two polls of an operation.
POLLING_INTERVAL = 30


class StackSetResponse(MotoCloudFormationResponse):
    """StackSets with service-managed permissions; what concerns others is moto's."""

    def create_stack_set(self) -> ActionResult:
        request = self._request
        if request.get("PermissionModel") != SERVICE_MANAGED:
            if self._call_as != "SELF" or "AutoDeployment" in request:
                # ASSUMPTION(stack-sets-own-words): the message. CallAs and AutoDeployment are "[Service-managed
                # permissions]" in the model.
                raise ValidationError(message="CallAs and AutoDeployment are for SERVICE_MANAGED permissions only.")
            return super().create_stack_set()
        self._process_due_operations()
        return ActionResult({"StackSetId": changes.create(self.current_account, self.region, request).id})

    def update_stack_set(self) -> ActionResult:
        return self._change(changes.update) if self._is_managed else super().update_stack_set()

    def delete_stack_set(self) -> ActionResult:
        if not self._is_managed:
            return super().delete_stack_set()
        changes.delete(self._changeable)
        return EmptyResult()

    def create_stack_instances(self) -> ActionResult:
        return self._change(changes.create_instances) if self._is_managed else super().create_stack_instances()

    def update_stack_instances(self) -> ActionResult:
        return self._change(changes.update_instances) if self._is_managed else super().update_stack_instances()

    def delete_stack_instances(self) -> ActionResult:
        return self._change(changes.delete_instances) if self._is_managed else super().delete_stack_instances()

    def stop_stack_set_operation(self) -> ActionResult:
        if not self._is_managed:
            return super().stop_stack_set_operation()
        changes.stop(self._changeable, self._get_param("OperationId"))
        return EmptyResult()

    @property
    def cloudformation_backend(self) -> SandboxCloudFormationBackend:
        return self._backend

    @property
    def _backend(self) -> SandboxCloudFormationBackend:
        self._process_due_operations()
        return cloudformation_backend_of(self.current_account, self.region)

    @property
    def _changeable(self) -> ServiceManagedStackSet:
        self._process_due_operations()
        return changes.changeable(self.current_account, self.region, self._request)

    @property
    def _is_managed(self) -> bool:
        """Whether the StackSet is, or would have to be, service-managed."""
        name = self._get_param("StackSetName")
        known = self._backend.service_managed_stack_sets
        return self._call_as != "SELF" or any(name in {one.name, one.id} and one.status == "ACTIVE" for one in known)

    @property
    def _call_as(self) -> str:
        return str(self._get_param("CallAs", "SELF"))

    def _get_stack_from_s3_url(self, template_url: str) -> str:
        return read_template(template_url, self.current_account)

    @property
    def _request(self) -> dict[str, Any]:
        requested: dict[str, Any] = dict(self._get_params())
        if requested.get("TemplateURL"):
            requested["TemplateBody"] = self._get_stack_from_s3_url(requested["TemplateURL"])
        return requested

    def _change(self, change: Callable[[ServiceManagedStackSet, dict[str, Any]], Deployment]) -> ActionResult:
        try:
            operation = change(self._changeable, self._request)
        except OperationInProgressException:
            # As if the caller had waited before the next attempt, so that an operation without a poller ends too.
            clock.advance(POLLING_INTERVAL)
            raise
        return ActionResult({"OperationId": operation.id})

    def _process_due_operations(self) -> None:
        # What has been deployed by now is to be seen.
        process_due_operations()
