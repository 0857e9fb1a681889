"""The resources of one stack: created in order, rolled back in reverse, with an event for each step.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from moto.cloudformation.parsing import ResourceMap, get_references_from_template, parse_and_update_resource
from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from sandbox.services.cloudformation.handlers import HandlerError, InvalidPropertiesError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

# The latter is not for a rollback of the operation that created the resource:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
RETAINED_IN_A_ROLLBACK = frozenset({"Retain"})

# "The resource is temporarily unavailable to be acted upon. ... Type: Retriable":
# https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
RETRIABLE = "ResourceConflict"
# ASSUMPTION(cloudformation-handler-words): how often CloudFormation tries.
ATTEMPTS = 5

_FAILURES = (HandlerError, InvalidPropertiesError, ServiceException, HTTPException)


class Record(Protocol):
    """Records each step; `physical_id` is "" before the resource has one."""

    def __call__(
        self, logical_id: str, physical_id: str, resource_type: str, status: str, reason: str | None
    ) -> None: ...


class ResourceFailure(Exception):  # noqa: N818 (an outcome that the stack shows, and no error of the sandbox)
    """A resource could not be created or updated."""

    def __init__(self, logical_id: str) -> None:
        super().__init__(logical_id)
        self.logical_id = logical_id


@dataclass
class _Update:
    """What an update has done so far. `changed`: logical ids, each resource as it was, and whether it was replaced."""

    before: tuple[dict[str, Any], dict[str, Any]]
    created_before: int
    changed: list[tuple[str, Any, bool]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class Resources(ResourceMap):
    """moto's resources of a stack, created at first access. Raises ResourceFailure."""

    def __init__(self, *args: Any, record: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._record = record
        self._update: _Update | None = None
        #: Logical ids, in the order of creation.
        self.created: list[str] = []

    def __getitem__(self, key: str) -> Any:
        if key in self._parsed_resources or key not in self._resource_json_map:
            return super().__getitem__(key)
        condition = self._resource_json_map[key].get("Condition")
        if condition and not self.lazy_condition_map[condition]:
            return None
        make = super().__getitem__
        resource = self._do("CREATE", key, lambda: make(key))
        self.created.append(key)
        return resource

    def update(self, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
        """Create and update resources; `clean_up` deletes the obsolete ones.

        Raises ResourceFailure, after which `roll_back` is to be called.
        """
        difference = self.build_resource_diff(template, parameters)
        self._update = _Update((self._template, self.input_parameters), len(self.created))
        self._update.removed = difference["Remove"]
        old = self._resource_json_map
        self._switch(template, parameters or self.input_parameters)
        # Deletions need the old template of a resource.
        self._obsolete = {name: old[name] for name in (*difference["Remove"], *difference["Modify"])}
        for logical_id in difference["Add"]:
            self[logical_id]
        pending = _in_order(difference["Modify"], self._resource_json_map)
        for logical_id in pending:
            self._change(self._update, logical_id)
            if self._update.changed and self._update.changed[-1][0] == logical_id and self._update.changed[-1][2]:
                # What refers to a replaced resource has another property now.
                dependents = [name for name, one in self._resource_json_map.items() if logical_id in _references(one)]
                pending += _in_order(
                    (name for name in dependents if name in old and name not in pending), self._resource_json_map
                )

    def roll_back(self) -> list[str]:
        """Roll back the update. Return the logical ids of resources that failed.

        ASSUMPTION(cloudformation-rollback-leaves): what failed to be changed is as it was, and not changed back.
        """
        update = self._finished_update()
        new = self._resource_json_map
        self._switch(*update.before)
        # First: what is changed back refers to the resources that were replaced.
        replacing = {
            logical_id: self._parsed_resources[logical_id]
            for logical_id, _, is_replaced in update.changed
            if is_replaced
        }
        self._parsed_resources.update({one: previous for one, previous, _ in update.changed if one in replacing})
        failed = []
        for logical_id, _, is_replaced in reversed(update.changed):
            if is_replaced:
                done = self._discard(logical_id, replacing[logical_id], new[logical_id])
            else:
                done = self._change_back(logical_id)
            failed += [] if done else [logical_id]
        for logical_id in reversed(self.created[update.created_before :]):
            retained = RETAINED_IN_A_ROLLBACK
            resource = self._parsed_resources.pop(logical_id)
            if not self._discard(logical_id, resource, new[logical_id], "DeletionPolicy", retained):
                failed.append(logical_id)
            self.created.remove(logical_id)
        return failed

    def clean_up(self) -> None:
        """Delete removed and replaced resources. ASSUMPTION(cloudformation-rollback-leaves): failures are ignored."""
        update = self._finished_update()
        for logical_id, previous, is_replaced in update.changed:
            if is_replaced:
                self._discard(logical_id, previous, self._obsolete[logical_id], "UpdateReplacePolicy", RETAINED)
        for logical_id in update.removed:
            if logical_id in self.created:
                resource = self._parsed_resources.pop(logical_id)
                self._discard(logical_id, resource, self._obsolete[logical_id], "DeletionPolicy", RETAINED)
                self.created.remove(logical_id)

    def delete_created(self, retained: Collection[str] = RETAINED) -> list[str]:
        """Delete all resources but those with such a DeletionPolicy. Return the logical ids of what could not be."""
        for logical_id in reversed(self.created.copy()):
            resource, resource_json = self._parsed_resources[logical_id], self._resource_json_map[logical_id]
            if self._discard(logical_id, resource, resource_json, "DeletionPolicy", retained):
                del self._parsed_resources[logical_id]
                self.created.remove(logical_id)
        return self.created[::-1]

    # Steps

    def _change(self, update: _Update, logical_id: str) -> None:
        previous = self._parsed_resources.get(logical_id)
        if previous is None:
            self[logical_id]
            return
        changed = self._do("UPDATE", logical_id, partial(self._changed, logical_id))
        self._parsed_resources[logical_id] = changed
        update.changed.append((logical_id, previous, getattr(changed, "replaced", None) is not None))

    def _change_back(self, logical_id: str) -> bool:
        try:
            self._parsed_resources[logical_id] = self._do("UPDATE", logical_id, partial(self._changed, logical_id))
        except ResourceFailure:
            return False
        return True

    def _changed(self, logical_id: str) -> Any:
        resource_json = self._resource_json_map[logical_id]
        changed: Any = parse_and_update_resource(logical_id, resource_json, self, self._account_id, self._region_name)
        if changed is None:
            raise HandlerError("NotUpdatable", f"The sandbox cannot update resources of type {resource_json['Type']}.")
        return changed

    def _discard(
        self,
        logical_id: str,
        resource: Any,
        resource_json: dict[str, Any],
        policy: str = "",
        retained: Collection[str] = (),
    ) -> bool:
        """Delete a resource, unless its policy retains it. Return whether the stack no longer has it."""
        physical_id = str(resource.physical_resource_id)
        record = partial(self._record, logical_id, physical_id, resource_json["Type"])
        if resource_json.get(policy) in retained:
            record("DELETE_SKIPPED", None)
            return True
        record("DELETE_IN_PROGRESS", None)
        try:
            _attempt(partial(self._delete_resource, resource, resource_json))
        except _FAILURES as error:
            # ASSUMPTION(cloudformation-handler-words): a resource that the handler does not find counts as deleted.
            if not (isinstance(error, HandlerError) and error.code == "NotFound"):
                record("DELETE_FAILED", _reason(logical_id, error))
                return False
        record("DELETE_COMPLETE", None)
        return True

    def _do(self, action: str, logical_id: str, step: Callable[[], Any]) -> Any:
        existing = self._parsed_resources.get(logical_id)
        physical_id = str(getattr(existing, "physical_resource_id", ""))
        record = partial(self._record, logical_id)
        resource_type = self._resource_json_map[logical_id]["Type"]
        record(physical_id, resource_type, f"{action}_IN_PROGRESS", None)
        try:
            resource = _attempt(step)
        except ResourceFailure:
            # Of another resource, which this one refers to.
            record(physical_id, resource_type, f"{action}_FAILED", "Resource creation cancelled")
            raise
        except _FAILURES as error:
            record(physical_id, resource_type, f"{action}_FAILED", _reason(logical_id, error))
            raise ResourceFailure(logical_id) from error
        record(str(resource.physical_resource_id), resource_type, f"{action}_COMPLETE", None)
        return resource

    def _switch(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._template = template
        self._resource_json_map = template.get("Resources", {})
        self.input_parameters = parameters
        self.resolved_parameters = {}
        self.load()

    def _finished_update(self) -> _Update:
        update, self._update = self._update, None
        if update is None:
            raise RuntimeError("no update of this stack has begun")
        return update


def _references(resource_json: dict[str, Any]) -> set[str]:
    depends_on = resource_json.get("DependsOn", [])
    return {
        *get_references_from_template(resource_json),
        *([depends_on] if isinstance(depends_on, str) else depends_on),
    }


def _in_order(logical_ids: Iterable[str], resources: dict[str, Any]) -> list[str]:
    """Return the logical ids, each after those of them that it refers to."""
    remaining, ordered = list(logical_ids), []
    while remaining:
        first = next((one for one in remaining if not _references(resources[one]) & set(remaining)), remaining[0])
        remaining.remove(first)
        ordered.append(first)
    return ordered


def _attempt(step: Callable[[], Any]) -> Any:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return step()
        except HandlerError as error:
            if error.code != RETRIABLE or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _reason(logical_id: str, error: BaseException) -> str:
    if isinstance(error, HandlerError):
        return error.reason
    if isinstance(error, InvalidPropertiesError):
        return f"Properties validation failed for resource {logical_id} with message:\n{error}"
    return str(getattr(error, "message", None) or getattr(error, "description", None) or error)
