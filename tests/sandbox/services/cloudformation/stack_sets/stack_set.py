"""StackSets as Quick Setup creates them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.services.cloudformation.exceptions import OperationNotFoundException

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SERVICE_MANAGED = "SERVICE_MANAGED"
SELF_MANAGED = "SELF_MANAGED"

# An account and Region.
AccountRegion = tuple[str, str]
# Where to deploy to, with the root or unit that it is targeted by; None in a self-managed StackSet.
Targeted = dict[AccountRegion, str | None]


@dataclass
class StackInstance:
    """A stack in one account and Region, or the wish for one.

    `organizational_unit_id` is the target that the account is in, None in a self-managed StackSet; `status` is the
    model's StackInstanceDetailedStatus, `reason` is the failure reason.
    """

    account_id: str
    region: str
    organizational_unit_id: str | None
    status: str
    reason: str | None
    last_operation_id: str
    # The model's StackDriftStatus: drift detection is not implemented.
    drift_status: str = "NOT_CHECKED"

    def describe(self, stack_set: StackSet) -> dict[str, Any]:
        """Return the model's StackInstanceSummary.

        OUTDATED: "The associated stack failed during a CreateStackSet or UpdateStackSet operation" (the model).
        ASSUMPTION(stack-sets-operation-order): so is one that has yet to be deployed, or was skipped.
        """
        return {
            "StackSetId": stack_set.id,
            "Account": self.account_id,
            "Region": self.region,
            "Status": "CURRENT" if self.status == "SUCCEEDED" else "OUTDATED",
            "StackInstanceStatus": {"DetailedStatus": self.status},
            "DriftStatus": self.drift_status,
            "LastOperationId": self.last_operation_id,
            **_given(
                StackId=stack_set.stack_id(self.account_id, self.region)
                if self.status != "SKIPPED_SUSPENDED_ACCOUNT"
                else None,
                OrganizationalUnitId=self.organizational_unit_id,
                StatusReason=self.reason,
            ),
        }

    def describe_overrides(self) -> dict[str, Any]:
        """Return what the model's StackInstance has beyond the summary: nothing is known of Quick Setup's."""
        return {}


@dataclass
class Operation:
    """One run over all instances. `results` maps each account and Region to its unit, status and reason."""

    id: str
    action: str
    status: str
    created_at: datetime
    ended_at: datetime | None = None
    results: dict[AccountRegion, tuple[str | None, str, str | None]] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Return the model's StackSetOperationSummary."""
        failed = sum(status == "FAILED" for _, status, _ in self.results.values())
        return {
            "OperationId": self.id,
            "Action": self.action,
            "Status": self.status,
            "CreationTimestamp": self.created_at,
            "StatusDetails": {"FailedStackInstancesCount": failed},
            **_given(EndTimestamp=self.ended_at),
        }

    def describe_results(self) -> list[dict[str, Any]]:
        """Return the model's StackSetOperationResultSummary of every account and Region."""
        return [
            {
                "Account": account_id,
                "Region": region,
                "Status": status,
                **_given(OrganizationalUnitId=unit_id, StatusReason=reason),
            }
            for (account_id, region), (unit_id, status, reason) in sorted(
                self.results.items(), key=lambda item: item[0]
            )
        ]


@dataclass(kw_only=True)
class StackSet:
    """A StackSet, its instances as the last operation left them, and its operations, the first one first."""

    name: str
    account_id: str
    region: str
    permission_model: str
    status: str = "ACTIVE"
    organizational_unit_ids: tuple[str, ...] = ()
    administration_role_arn: str | None = None
    execution_role_name: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    instances: dict[AccountRegion, StackInstance] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    @property
    def id(self) -> str:
        # Deterministic, so that runs can be compared.
        return f"{self.name}:{uuid5(NAMESPACE_URL, f'{self.account_id}/{self.region}/{self.name}')}"

    def stack_id(self, account_id: str, region: str) -> str:
        """Return the id of its stack in an account and Region."""
        unique = uuid5(NAMESPACE_URL, f"{self.id}/{account_id}/{region}")
        return f"arn:aws:cloudformation:{region}:{account_id}:stack/StackSet-{self.name}-{unique}/{unique}"

    def begin(self, locations: Targeted, suspended: Targeted, at: datetime) -> None:
        """Start to deploy to `locations` and to skip `suspended`; nothing happens while that is going on.

        Instances that are elsewhere go. SKIPPED_SUSPENDED_ACCOUNT: "has been skipped because the account was suspended
        at the time of the operation" (the model, where it is a status of instances and not of results).
        """
        if self._running is not None:
            return
        operation = self._new_operation("UPDATE" if self.operations else "CREATE", "RUNNING", at)
        # ASSUMPTION(stack-sets-operation-order): all of them run at once.
        operation.results = {location: (unit_id, "RUNNING", None) for location, unit_id in locations.items()}
        self.instances = {
            location: StackInstance(*location, unit_id, status, None, operation.id)
            for targeted, status in ((locations, "RUNNING"), (suspended, "SKIPPED_SUSPENDED_ACCOUNT"))
            for location, unit_id in targeted.items()
        }

    def finish(self, reasons: Mapping[AccountRegion, str | None], at: datetime) -> None:
        """End the operation; `reasons` has the failure reason of each account and Region, None on success."""
        operation = self._running
        if operation is None:
            return
        for location, (unit_id, _, _) in operation.results.items():
            reason = reasons.get(location)
            instance = self.instances[location]
            instance.status, instance.reason = ("SUCCEEDED", None) if reason is None else ("FAILED", reason)
            operation.results[location] = (unit_id, instance.status, reason)
        # ASSUMPTION(quick-setup-one-failure-fails-all): Quick Setup tolerates failures, so that nothing is cancelled,
        # and one fails the operation.
        failed = any(reason is not None for reason in reasons.values())
        operation.status, operation.ended_at = "FAILED" if failed else "SUCCEEDED", at

    def fail(self, reason: str, at: datetime) -> None:
        """End the operation, if there is one, everywhere for the same reason."""
        if self._running is not None:
            self.finish(dict.fromkeys(self._running.results, reason), at)

    def delete(self, at: datetime, reasons: Mapping[AccountRegion, str] = MappingProxyType({})) -> None:
        """Delete all instances but those that have a failure reason, and the StackSet if none has."""
        operation = self._new_operation("DELETE", "FAILED" if reasons else "SUCCEEDED", at)
        operation.ended_at = at
        for location, instance in list(self.instances.items()):
            reason, unit_id = reasons.get(location), instance.organizational_unit_id
            if instance.status != "SKIPPED_SUSPENDED_ACCOUNT":
                operation.results[location] = (unit_id, "FAILED" if reason else "SUCCEEDED", reason)
            if reason is None:
                del self.instances[location]
            else:
                instance.status, instance.reason, instance.last_operation_id = "FAILED", reason, operation.id
        self.status = "ACTIVE" if reasons else "DELETED"

    def operation(self, operation_id: str) -> Operation:
        """Return one operation. Raises OperationNotFoundException."""
        for operation in self.operations:
            if operation.id == operation_id:
                return operation
        raise OperationNotFoundException(f"Operation {operation_id} not found for StackSet {self.name}")

    def summarize(self) -> dict[str, Any]:
        """Return the model's StackSetSummary."""
        return {
            "StackSetName": self.name,
            "StackSetId": self.id,
            "Status": self.status,
            "PermissionModel": self.permission_model,
            "DriftStatus": "NOT_CHECKED",
        }

    def describe(self) -> dict[str, Any]:
        """Return the model's StackSet, without the template, which only Quick Setup has."""
        return {
            "StackSetName": self.name,
            "StackSetId": self.id,
            "StackSetARN": f"arn:aws:cloudformation:{self.region}:{self.account_id}:stackset/{self.id}",
            "Status": self.status,
            "PermissionModel": self.permission_model,
            "Regions": sorted({region for _, region in self.instances}),
            **_given(
                OrganizationalUnitIds=list(self.organizational_unit_ids) or None,
                AdministrationRoleARN=self.administration_role_arn,
                ExecutionRoleName=self.execution_role_name,
            ),
        }

    @property
    def _running(self) -> Operation | None:
        return next((operation for operation in self.operations if operation.status == "RUNNING"), None)

    def _new_operation(self, action: str, status: str, at: datetime) -> Operation:
        operation_id = str(uuid5(NAMESPACE_URL, f"{self.id}/{len(self.operations)}"))
        operation = Operation(operation_id, action, status, at)
        self.operations.append(operation)
        return operation


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
