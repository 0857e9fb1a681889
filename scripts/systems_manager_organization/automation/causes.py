"""The usual cause of a step that was not successful, and its remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from systems_manager_organization.automation.executions import CANCELLED, REJECTED, RUN_COMMAND, TIMED_OUT

if TYPE_CHECKING:
    from systems_manager_organization.automation.executions import FailedStep

TROUBLESHOOTING = "https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-troubleshooting.html"


@dataclass(frozen=True)
class Cause:
    """Sentences; the remedy is an imperative."""

    explanation: str
    remedy: str


_THROTTLED = Cause(
    "AWS throttled the calls of too many automations at a time.",
    "Start it again for what failed, with a lower max_concurrency of modules/automation-across-accounts.",
)
_TIMED_OUT = Cause(
    "The step did not end within its timeoutSeconds: it waits for a state that did not come.",
    "See what it waits for in the account; a longer timeoutSeconds in the runbook helps only where it would come.",
)

# By AWS's text, the first that matches; the explanation may name the groups of its pattern.
_BY_TEXT = (
    # https://github.com/CrowdStrike/aws-ssm-distributor/issues/55, and of a runbook that was not shared
    # https://blog.mmmcorp.co.jp/2025/04/18/difficulty-_in_cross-account_execution_of_custom_automation
    (
        r"The execution role \S+ in the target location is unable to be assumed",
        Cause(
            "The account does not have the role, or the role trusts another one; or the runbook is your own and is not "
            "shared with the account, of which AWS says the same.",
            "Create the role there: modules/automation-across-accounts names the accounts without it in "
            "failed_accounts. Share a runbook of your own with the account in each Region (aws ssm "
            "modify-document-permission). Exclude the management account, which no StackSet gives the role.",
        ),
    ),
    # The page TROUBLESHOOTING; and https://github.com/aws-solutions/instance-scheduler-on-aws/issues/274
    (
        r"assume role is unable to be assumed|The provided role\b.* can't be assumed",
        Cause(
            "The role of the automation does not exist, or does not trust ssm.amazonaws.com.",
            "Create the role, or correct its trust policy; then start the automation again.",
        ),
    ),
    (
        r"not authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z]+).*explicit deny in a service control policy",
        Cause(
            "A service control policy denies {action} in the account.",
            "Find the policy in Organizations (the account, or an organizational unit above it) and except the role of "
            "the automation, or exclude the account.",
        ),
    ),
    (
        r"(not|n't) authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z]+)",
        Cause(
            "The role with which the automation works in the account does not allow {action}.",
            "Allow it: execution_policy_arns of modules/automation-across-accounts, or the policies of your own role.",
        ),
    ),
    (r"timed out", _TIMED_OUT),
    (r"Throttling|Rate exceeded|TooManyRequests", _THROTTLED),
)
_BY_STATUS = {
    TIMED_OUT: _TIMED_OUT,
    CANCELLED: Cause(
        "Somebody stopped the automation, or the one that runs it.",
        "Start it again for what was cancelled. Who stopped it is in CloudTrail: StopAutomationExecution.",
    ),
    REJECTED: Cause(
        "An approver rejected it.", "Read the comment of the approver in that step, and start the automation again."
    ),
    "ChangeCalendarOverrideRejected": Cause(
        "A change calendar is closed, and the approval to run nevertheless was rejected.",
        "Start it while the calendar is open: aws ssm get-calendar-state tells when.",
    ),
}
# Of FailureType in botocore's model `ssm`.
_BY_TYPE = {
    "Permission": Cause(
        "The role of the automation lacks a permission.",
        "Allow what the step calls: execution_policy_arns of modules/automation-across-accounts, or its own policies.",
    ),
    "Throttling": _THROTTLED,
    "Internal": Cause("AWS failed.", "Start it again for what failed; if it fails again, ask AWS Support."),
}


def cause_of(failed: FailedStep) -> Cause:
    """By AWS's text, the type of the failure, the status; or else where AWS has more details."""
    for pattern, cause in _BY_TEXT:
        match = re.search(pattern, failed.reason, re.IGNORECASE | re.DOTALL)
        if match:
            return replace(cause, explanation=cause.explanation.format(**match.groupdict()))
    known = _BY_STATUS.get(failed.status) or _BY_TYPE.get(failed.failure_type)
    if known:
        return known
    return Cause("Unknown.", _where_to_look(failed))


def _where_to_look(failed: FailedStep) -> str:
    region = failed.account_region[1]
    if failed.action == RUN_COMMAND and failed.command_id:
        return (
            f"Read the output of the command in that account: aws ssm list-command-invocations --details "
            f"--region {region} --command-id {failed.command_id}"
        )
    logs = (
        " The log of its script is in /aws/ssm/automation/executeScript of CloudWatch Logs, if the account logs "
        "Automation (modules/account-settings)."
        if failed.action == "aws:executeScript"
        else ""
    )
    return (
        f"Read the step in that account: aws ssm get-automation-execution --region {region} "
        f"--automation-execution-id {failed.execution_id}.{logs} {TROUBLESHOOTING}"
    )
