"""An automation and those that it runs in other accounts and Regions, as far as they failed.

https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import product
from threading import Lock
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.aws.error_translation import error_message
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.account_sessions import AccountSession, AccountSessions
    from systems_manager_organization.aws.concurrency import Task

ACTIONS = ("ssm:DescribeAutomationExecutions", "ssm:DescribeAutomationStepExecutions", "ssm:GetAutomationExecution")

FAILED, TIMED_OUT, CANCELLED, REJECTED = "Failed", "TimedOut", "Cancelled", "Rejected"
# Of AutomationExecutionStatus in botocore's model `ssm`. A filter takes at most ten values.
UNSUCCESSFUL = (FAILED, TIMED_OUT, CANCELLED, REJECTED, "CompletedWithFailure", "ChangeCalendarOverrideRejected")

RUN_COMMAND, RUN_AUTOMATION = "aws:runCommand", "aws:executeAutomation"

_NOT_FOUND = "AutomationExecutionNotFoundException"
_PAGE = 50


@dataclass(frozen=True)
class FailedStep:
    """A step that was not successful, in an account and Region.

    Attributes:
        step: "" of an automation that failed before its first step, or whose steps were not read.
        status: one of UNSUCCESSFUL.
        failure_type: AWS's FailureType: Action, Permission, Throttling, Verification or Internal; "" without one.
        command_id: of the command that an `aws:runCommand` step ran; "" of other steps.
    """

    account_region: AccountRegion
    execution_id: str
    runbook: str
    step: str
    action: str
    status: str
    reason: str
    failure_type: str = ""
    command_id: str = ""


@dataclass
class Findings:
    """The automation as AWS describes it, the steps that were not successful, and what could not be read."""

    execution: dict[str, Any] = field(default_factory=dict)
    failed_steps: list[FailedStep] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Automation:
    account_region: AccountRegion
    id: str


class ExecutionReader:
    """Reads an automation of an account and Region, and what it runs elsewhere.

    An automation in other accounts and Regions is successful as long as fewer failed than it tolerates, so that its
    steps are read whatever its status. ASSUMPTION(automation-across-accounts-steps): each of them has one account and
    Region as its target, and the automation there has this one as its parent.
    """

    def __init__(self, members: AccountSessions, own_account_id: str) -> None:
        """
        Args:
            members: without a role's name, only `own_account_id` is read.
        """
        self._members = members
        self._own_account_id = own_account_id
        self._findings = Findings()
        self._sessions: dict[str, AccountSession] = {}
        self._followed: set[str] = set()
        self._lock = Lock()

    def read(self, region: str, execution_id: str) -> Findings:
        """Raises ScriptError when the automation itself cannot be read."""
        account_region = (self._own_account_id, region)
        try:
            self._findings.execution = self._get(self._member(account_region), account_region, execution_id)
        except ServiceError as error:
            if error.code != _NOT_FOUND:
                raise
            raise ScriptError(
                f"Account {self._own_account_id} has no automation {execution_id} in {region}: use credentials of the "
                "account, and with --region the Region, in which it was started."
            ) from error
        run_tasks([partial(self._read, _Automation(account_region, execution_id), self._findings.execution)])
        self._findings.failed_steps.sort(key=lambda one: (one.account_region, one.execution_id, one.step))
        self._findings.errors.sort()
        return self._findings

    def _read(self, automation: _Automation, execution: dict[str, Any]) -> Iterable[Task]:
        """Adds what failed in an automation; returns tasks for those that it runs."""
        try:
            steps = self._failed_steps(automation)
        except ScriptError as error:
            self._add_error(automation.account_region, error)
            steps = []
        if not steps and execution["AutomationExecutionStatus"] in UNSUCCESSFUL:
            self._findings.failed_steps.append(_of_execution(automation, execution))
        tasks: list[Task] = []
        for step in steps:
            targets = _targets(step) or ([automation.account_region] if _runs_others(execution, step) else [])
            tasks += [partial(self._follow, automation, execution, step, target) for target in targets]
            if not targets:
                self._findings.failed_steps.append(_of_step(automation, execution, step, automation.account_region))
        return tasks

    def _follow(
        self, automation: _Automation, execution: dict[str, Any], step: dict[str, Any], account_region: AccountRegion
    ) -> Iterable[Task]:
        """Returns tasks for the automations that failed in `account_region`; without any, the step is what failed."""
        children: list[tuple[_Automation, dict[str, Any]]] = []
        try:
            children = self._children(automation, account_region)
        except ScriptError as error:
            self._add_error(account_region, error)
        if not children:
            self._findings.failed_steps.append(_of_step(automation, execution, step, account_region))
        # Several steps may find the same ones, at the same time.
        with self._lock:
            unread = [(child, described) for child, described in children if child.id not in self._followed]
            self._followed.update(child.id for child, _ in unread)
        return [partial(self._read, child, described) for child, described in unread]

    def _failed_steps(self, automation: _Automation) -> list[dict[str, Any]]:
        listed = self._member(automation.account_region).paginate(
            "ssm",
            automation.account_region[1],
            "describe_automation_step_executions",
            AutomationExecutionId=automation.id,
            Filters=[{"Key": "StepExecutionStatus", "Values": list(UNSUCCESSFUL)}],
            MaxResults=_PAGE,
        )
        return list(listed)

    def _children(self, parent: _Automation, account_region: AccountRegion) -> list[tuple[_Automation, dict[str, Any]]]:
        member = self._member(account_region)
        listed = member.paginate(
            "ssm",
            account_region[1],
            "describe_automation_executions",
            Filters=[{"Key": "ParentExecutionId", "Values": [parent.id]}],
            MaxResults=_PAGE,
        )
        ids = [one["AutomationExecutionId"] for one in listed if one["AutomationExecutionStatus"] in UNSUCCESSFUL]
        return [
            (_Automation(account_region, child_id), self._get(member, account_region, child_id)) for child_id in ids
        ]

    def _member(self, account_region: AccountRegion) -> AccountSession:
        """Raises ScriptError."""
        account_id = account_region[0]
        if account_id != self._own_account_id and not self._members.role_name:
            raise ScriptError("not read without --member-role-name.")
        if account_id not in self._sessions:
            self._sessions[account_id] = self._members.assume_role(account_id)
        return self._sessions[account_id]

    def _get(self, member: AccountSession, account_region: AccountRegion, execution_id: str) -> dict[str, Any]:
        response = member.call("ssm", account_region[1], "get_automation_execution", AutomationExecutionId=execution_id)
        found: dict[str, Any] = response["AutomationExecution"]
        return found

    def _add_error(self, account_region: AccountRegion, error: ScriptError) -> None:
        self._findings.errors.append(f"{account_region[0]} {account_region[1]}: {error_message(error)}")


def _runs_others(execution: dict[str, Any], step: dict[str, Any]) -> bool:
    """Whether a step runs an automation in its own account and Region: for a target, or of another runbook."""
    return step["Action"] == RUN_AUTOMATION or bool(execution.get("Targets") or execution.get("TargetMaps"))


def _targets(step: dict[str, Any]) -> list[AccountRegion]:
    """The accounts and Regions of a step that runs an automation in them."""
    location = step.get("TargetLocation", {})
    return list(product(location.get("Accounts", ()), location.get("Regions", ())))


def _of_step(
    automation: _Automation, execution: dict[str, Any], step: dict[str, Any], account_region: AccountRegion
) -> FailedStep:
    is_elsewhere = bool(_targets(step))
    return FailedStep(
        account_region,
        automation.id,
        execution["DocumentName"],
        "" if is_elsewhere else step["StepName"],
        "" if is_elsewhere else step["Action"],
        step["StepStatus"],
        step.get("FailureMessage") or step.get("Response", ""),
        step.get("FailureDetails", {}).get("FailureType", ""),
        # The list of an output may be empty: botocore's model `ssm`, AutomationParameterValueList.
        next(iter(step.get("Outputs", {}).get("CommandId", ())), "") if step["Action"] == RUN_COMMAND else "",
    )


def _of_execution(automation: _Automation, execution: dict[str, Any]) -> FailedStep:
    return FailedStep(
        automation.account_region,
        automation.id,
        execution["DocumentName"],
        "",
        "",
        execution["AutomationExecutionStatus"],
        execution.get("FailureMessage", ""),
    )
