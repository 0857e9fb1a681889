"""Stacks with failures and their reasons.

moto's end as they should or stop half-way with an error that CloudFormation's operations do not have.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation.models import Event
from moto.cloudformation.models import Stack as MotoStack

from sandbox.clock import clock
from sandbox.services.cloudformation.operation import current_operation
from sandbox.services.cloudformation.resources import RETAINED_IN_A_ROLLBACK, ResourceFailure, Resources

# In these a stack has all its resources, so that it has outputs, and can be updated.
UPDATABLE_STATUSES = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})


class Stack(MotoStack):
    """A stack. moto looks up the class by its name.

    Nothing takes time; an operation is over when it is answered.
    """

    resource_map: Resources

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.creation_time = clock.now()
        self.last_updated_time: Any = None
        self.deletion_time: Any = None
        self.stack_status_reason: str | None = None
        self.disable_rollback = current_operation().on_failure == "DO_NOTHING"

    # Responses

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        return super().outputs if self.status in UPDATABLE_STATUSES else None

    @property
    def exports(self) -> list[Any]:
        return super().exports if self.status in UPDATABLE_STATUSES else []

    @property
    def stack_resources(self) -> list[Any]:
        """Those that exist."""
        return [self.resource_map[logical_id] for logical_id in self.resource_map.created]

    @property
    def parameter_list(self) -> list[dict[str, str]]:
        """The values of the request: moto splits lists and converts numbers."""
        declared = self.template_dict.get("Parameters") or {}
        shown = []
        for name, declaration in declared.items():
            value = "****" if declaration.get("NoEcho") else self.parameters.get(name, declaration.get("Default", ""))
            shown.append({"ParameterKey": name, "ParameterValue": str(value)})
        return shown

    # Operations

    def create_resources(self) -> None:
        try:
            super().create_resources()
        except ResourceFailure as failure:
            self.roll_back_creation(f"The following resource(s) failed to create: [{failure.logical_id}].")

    def roll_back_creation(self, reason: str) -> None:
        """Apply CreateStack's OnFailure."""
        on_failure = current_operation().on_failure
        if on_failure == "DO_NOTHING":
            self._add_stack_event("CREATE_FAILED", reason)
            return
        word = "Delete" if on_failure == "DELETE" else "Rollback"
        self._add_stack_event(f"{word.upper()}_IN_PROGRESS", f"{reason} {word} requested by user.")
        self._end_deletion(word.upper(), self.resource_map.delete_created(RETAINED_IN_A_ROLLBACK))

    def update(
        self,
        template: str,
        role_arn: str | None = None,
        parameters: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        before = self.template
        self._add_stack_event("UPDATE_IN_PROGRESS", "User Initiated")
        self.last_updated_time = clock.now()
        self._show_template(template)
        try:
            self.resource_map.update(self.template_dict, parameters)
        except ResourceFailure as failure:
            self._show_template(before)
            self.roll_back_update(failure)
            return
        self.complete_update()
        self.role_arn = role_arn
        self.parameters = parameters or self.parameters
        # Without tags in the request the existing ones remain.
        self.tags = self.tags if tags is None else tags

    def complete_update(self) -> None:
        """Delete obsolete resources, and complete the update.

        The statuses of that time, such as UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, are no ResourceStatus of the model.
        """
        self.resource_map.clean_up()
        self.output_map = self._create_output_map()
        self._add_stack_event("UPDATE_COMPLETE")

    def roll_back_update(self, failure: ResourceFailure) -> None:
        """Roll back a failed update."""
        reason = f"The following resource(s) failed to create or update: [{failure.logical_id}]."
        self._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        left = self.resource_map.roll_back()
        if left:
            reason = f"The following resource(s) failed to update: [{', '.join(left)}]."
            self._add_stack_event("UPDATE_ROLLBACK_FAILED", reason)
        else:
            self._add_stack_event("UPDATE_ROLLBACK_COMPLETE")

    def delete(self) -> None:
        self._add_stack_event("DELETE_IN_PROGRESS", "User Initiated")
        self._end_deletion("DELETE", self.resource_map.delete_created())

    def _end_deletion(self, action: str, left: list[str]) -> None:
        if left:
            reason = f"The following resource(s) failed to delete: [{', '.join(left)}]."
            self._add_stack_event(f"{action}_FAILED", reason)
            return
        self.deletion_time = clock.now()
        self._add_stack_event(f"{action}_COMPLETE")

    # Parts of moto's

    def _show_template(self, template: str | dict[str, Any]) -> None:
        self.template = template
        self._parse_template()

    def _create_resource_map(self) -> Resources:
        resources = Resources(
            self.stack_id,
            self.name,
            self.parameters,
            self.tags,
            account_id=self.account_id,
            region_name=self.region_name,
            template=self.template_dict,
            cross_stack_resources=self.cross_stack_resources,
            record=self._add_resource_event,
        )
        resources.load()
        return resources

    def _add_stack_event(
        self,
        resource_status: str,
        resource_status_reason: str | None = None,
        resource_properties: str | None = None,
    ) -> None:
        super()._add_stack_event(resource_status, resource_status_reason, resource_properties)
        self._stamp(self.events[-1])
        self.status, self.stack_status_reason = resource_status, resource_status_reason

    def _add_resource_event(
        self, logical_id: str, physical_id: str, resource_type: str, status: str, reason: str | None
    ) -> None:
        event = Event(self.stack_id, self.name, logical_id, physical_id, resource_type, status, reason, None)
        event.sendToSns(self.account_id, self.region_name, self.notification_arns)
        self._stamp(event)
        self.events.append(event)

    def _stamp(self, event: Event) -> None:
        event.timestamp = clock.now()
        # The Terraform provider reads the events of its own operation by it.
        event.client_request_token = current_operation().client_request_token  # type: ignore[assignment]
