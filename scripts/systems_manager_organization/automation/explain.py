"""`report.py explain`: with `--execution`, what failed in an automation over all accounts and Regions."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from systems_manager_organization.account_region import describe
from systems_manager_organization.automation.causes import Cause, cause_of
from systems_manager_organization.automation.executions import ACTIONS, ExecutionReader
from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.cli.options import Option
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import UsageError
from systems_manager_organization.quick_setup import explain as quick_setup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from systems_manager_organization.automation.executions import FailedStep, Findings
    from systems_manager_organization.cli.application import Command, Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal

EXIT_OK, EXIT_UNREADABLE = 0, 3

_NO_REASON = "nothing"


@dataclass(frozen=True)
class Failure:
    """What failed for one reason: the steps, at least one, of a runbook, and the cause of the first."""

    steps: tuple[FailedStep, ...]
    cause: Cause


def explain(query: Query, connect: Connect, terminal: Terminal) -> int:
    """Explains an automation, or else what `quick_setup.explain` explains.

    Returns 0; 3 when something of the automation could not be read. Raises ScriptError.
    """
    if not query["execution"]:
        return quick_setup.explain(query, connect, terminal)
    if query["name"] or query["message"]:
        raise UsageError("--execution explains an automation: leave NAME and --message out.")
    with connect() as aws:
        members = AccountSessions(aws, query["member_role_name"], ACTIONS)
        findings = ExecutionReader(members, aws.account_id).read(aws.region, query["execution"])
        account_region = describe([(aws.account_id, aws.region)])
    failures = grouped(findings.failed_steps)
    if query["json"]:
        terminal.write(json.dumps(_document(findings, failures), indent=2))
    else:
        for line in _lines(findings, failures, account_region):
            terminal.echo(line)
    for error in () if query["json"] else findings.errors:
        terminal.echo(f"Not read: {error}", err=True)
    return EXIT_UNREADABLE if findings.errors else EXIT_OK


def grouped(failed_steps: Iterable[FailedStep]) -> list[Failure]:
    """The failures by runbook, step and reason, the most frequent first; reasons differ only by account and Region."""
    groups: defaultdict[tuple[str, ...], list[FailedStep]] = defaultdict(list)
    for failed in failed_steps:
        groups[failed.runbook, failed.step, failed.status, _without_ids(failed)].append(failed)
    failures = [Failure(tuple(steps), cause_of(steps[0])) for steps in groups.values()]
    return sorted(failures, key=lambda failure: -len(failure.steps))


def _without_ids(failed: FailedStep) -> str:
    reason = failed.reason
    ids = (*failed.account_region, failed.execution_id)
    for value, name in zip(ids, ("ACCOUNT", "REGION", "EXECUTION"), strict=True):
        reason = reason.replace(value, name)
    return reason


def _lines(findings: Findings, failures: Iterable[Failure], account_region: str) -> Iterator[str]:
    execution = findings.execution
    status, name = execution["AutomationExecutionStatus"], execution["DocumentName"]
    yield f"{name}: {status}, {execution['AutomationExecutionId']} of {account_region}"
    counters = execution.get("ProgressCounters")
    if counters:
        total, successful = counters.get("TotalSteps", 0), counters.get("SuccessSteps", 0)
        yield f"{successful} of {pluralize(total, 'step')} in accounts and Regions succeeded."
    if not findings.failed_steps:
        yield "Nothing failed." if not findings.errors else "Nothing failed in what could be read."
    for failure in failures:
        first = failure.steps[0]
        what = f"Step {first.step} ({first.action})" if first.step else "The automation"
        yield ""
        yield f'{what} of {first.runbook}: {first.status}. AWS says: "{first.reason or _NO_REASON}"'
        where = describe(step.account_region for step in failure.steps)
        yield f"  {pluralize(len(failure.steps), 'time')}, in {where}"
        account_id, region = first.account_region
        yield f"  First: automation {first.execution_id} of account {account_id}, Region {region}."
        yield f"  Usually: {failure.cause.explanation}"
        yield f"  To do: {failure.cause.remedy}"


def _document(findings: Findings, failures: Iterable[Failure]) -> dict[str, Any]:
    execution = findings.execution
    counters = execution.get("ProgressCounters", {})
    return {
        "id": execution["AutomationExecutionId"],
        "runbook": execution["DocumentName"],
        "status": execution["AutomationExecutionStatus"],
        "message": execution.get("FailureMessage", ""),
        "steps": {"total": counters.get("TotalSteps", 0), "successful": counters.get("SuccessSteps", 0)},
        "failures": [_failure(failure) for failure in failures],
        "unreadable": findings.errors,
    }


def _failure(failure: Failure) -> dict[str, Any]:
    first = failure.steps[0]
    return {
        "runbook": first.runbook,
        "step": first.step,
        "action": first.action,
        "status": first.status,
        "reason": first.reason,
        "account_regions": [
            {"account_id": step.account_region[0], "region": step.account_region[1], "execution_id": step.execution_id}
            for step in failure.steps
        ],
        "explanation": failure.cause.explanation,
        "remedy": failure.cause.remedy,
    }


COMMAND: Command[str] = replace(
    quick_setup.COMMAND,
    summary="Explains failures of a configuration, or of an automation: their reasons, usual causes, and remedies.",
    description=f"""\
{quick_setup.COMMAND.description}
With --execution it explains an automation instead, in the account and Region in which it was started, and with
--member-role-name those that it ran in other accounts. It calls ssm:GetAutomationExecution,
DescribeAutomationStepExecutions and DescribeAutomationExecutions there, and sts:AssumeRole. It exits with 3 when one of
these could not be read.""",
    options=(
        *quick_setup.COMMAND.options,
        Option(
            "execution",
            "explains this automation instead, by its id",
            "[0-9a-fA-F-]{36}",
            "the id of an automation, as 01234567-89ab-cdef-0123-456789abcdef",
            cli_only=True,
        ),
    ),
    cli_handler=explain,
)
