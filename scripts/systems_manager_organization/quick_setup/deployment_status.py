"""The deployment status of a configuration by account and Region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from systems_manager_organization.organizations.accounts import Account
from systems_manager_organization.quick_setup.configuration_managers import (
    FAILED_STATUSES,
    IN_PROGRESS_STATUSES,
    statuses_in,
)
from systems_manager_organization.quick_setup.stack_set_failures import failure_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.organizations.account_directory import AccountDirectory
    from systems_manager_organization.quick_setup.configurations import Configuration

SUCCEEDED, IN_PROGRESS, FAILED, NOT_DEPLOYED = "succeeded", "in_progress", "failed", "not_deployed"
STATES = (SUCCEEDED, IN_PROGRESS, FAILED, NOT_DEPLOYED)

NO_REASON = "AWS gives no reason."
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html
MANAGEMENT_ACCOUNT = "Deployments to organizational units never reach the management account."
NOT_YET_DEPLOYED = "Quick Setup has no deployment there: the account or the Region may be newer than the last one."


@dataclass(frozen=True)
class State:
    """The deployment state of one account and Region.

    Attributes:
        state: one of STATES.
        reason: AWS's reason of a failure, or why nothing is deployed; otherwise "".
        associations: AWS's status of the associations there; "" if AWS returns none.
        association_message: AWS's message about them.
    """

    state: str
    reason: str = ""
    associations: str = ""
    association_message: str = ""


@dataclass(frozen=True)
class DeploymentStatus:
    """The deployment status of one configuration.

    Attributes:
        deployment_message: AWS's message about the deployment as a whole; "" if it has none.
        accounts: the targeted ones, and all others that it is deployed to.
    """

    configuration: Configuration
    deployment_status: str
    deployment_message: str
    association_status: str
    states: Mapping[AccountRegion, State]
    accounts: Mapping[str, Account]

    def count(self, state: str) -> int:
        return sum(item.state == state for item in self.states.values())

    @property
    def has_failed(self) -> bool:
        return self.deployment_status in FAILED_STATUSES or bool(self.count(FAILED))

    @property
    def deployment_error(self) -> str:
        """Why it failed if no account and Region did: a deployment that did not start, or a deletion; else ""."""
        if self.deployment_status not in FAILED_STATUSES or self.count(FAILED):
            return ""
        return self.deployment_message or NO_REASON

    def by_reason(self, *states: str) -> dict[tuple[str, str], list[AccountRegion]]:
        """Accounts and Regions in one of these states, by state and reason."""
        found: dict[tuple[str, str], list[AccountRegion]] = {}
        for account_region, state in self.states.items():
            if state.state in states:
                found.setdefault((state.state, state.reason), []).append(account_region)
        return found

    @property
    def failed_associations(self) -> dict[str, list[AccountRegion]]:
        """Accounts and Regions in which associations failed after a deployment, by message."""
        found: dict[str, list[AccountRegion]] = {}
        for account_region, state in self.states.items():
            if state.associations == "FAILED" and state.state != FAILED:
                found.setdefault(state.association_message or NO_REASON, []).append(account_region)
        return found

    @property
    def is_terminal(self) -> bool:
        in_progress = {self.deployment_status, self.association_status} & IN_PROGRESS_STATUSES
        return not in_progress and not self.count(IN_PROGRESS)


def get_deployment_status(
    aws: AwsSession, configuration: Configuration, directory: AccountDirectory, description: Mapping[str, Any]
) -> DeploymentStatus:
    """Reads the deployment status; `description` is the response of GetConfigurationManager. Raises ScriptError."""
    deployed = {(item["Account"], item["Region"]): item for item in _deployed(aws, description)}
    accounts = {account.id: account for account in directory.of(configuration)}
    statuses = statuses_in(description)
    expected = {(account_id, region) for account_id in accounts for region in configuration.regions}
    reasons = _reasons(aws, deployed)
    missing = partial(_missing_state, aws, configuration, description, nothing_deployed=not deployed)
    return DeploymentStatus(
        configuration,
        deployment_status=statuses.get("Deployment", "NONE"),
        deployment_message=_status_message(description, "Deployment"),
        association_status=statuses.get("AsyncExecutions", "NONE"),
        states={
            account_region: _deployed_state(deployed[account_region], reasons.get(account_region, ""))
            if account_region in deployed
            else missing(accounts[account_region[0]])
            for account_region in sorted(expected | set(deployed))
        },
        accounts={**{account_id: Account(account_id, "", "ACTIVE") for account_id, _ in deployed}, **accounts},
    )


def _deployed(aws: AwsSession, description: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not description:
        return []
    listed = aws.paginate(
        aws.quick_setup.list_configurations,
        ManagerArn=description["ManagerArn"],
        MaxItems=100,
    )
    return list(listed)


def _reasons(aws: AwsSession, deployed: Mapping[AccountRegion, dict[str, Any]]) -> dict[AccountRegion, str]:
    """The reasons in StackSets, which is only called after a failure."""
    failed = {
        item["ConfigurationDefinitionId"]
        for item in deployed.values()
        if statuses_in(item).get("Deployment") in FAILED_STATUSES
    }
    reasons: dict[AccountRegion, str] = {}
    for definition_id in sorted(failed):
        reasons |= failure_reasons(aws, definition_id)
    return reasons


def _deployed_state(item: Mapping[str, Any], stack_sets_reason: str) -> State:
    status = statuses_in(item).get("Deployment", "NONE")
    associations = statuses_in(item).get("AsyncExecutions", "")
    association = (associations, _status_message(item, "AsyncExecutions"))
    if status == "SUCCEEDED":
        return State(SUCCEEDED, "", *association)
    if status in IN_PROGRESS_STATUSES:
        return State(IN_PROGRESS, "", *association)
    if status in FAILED_STATUSES:
        reasons = dict.fromkeys(filter(None, (_status_message(item, "Deployment"), stack_sets_reason)))
        return State(FAILED, " ".join(reasons) or NO_REASON, *association)
    reason = "The deployment was stopped." if status == "STOPPED" else "Quick Setup has not started there."
    return State(NOT_DEPLOYED, reason, *association)


def _missing_state(
    aws: AwsSession,
    configuration: Configuration,
    description: Mapping[str, Any],
    account: Account,
    *,
    nothing_deployed: bool,
) -> State:
    if not configuration.account_id and account.id == aws.account_id:
        return State(NOT_DEPLOYED, MANAGEMENT_ACCOUNT)
    if not account.is_active:
        return State(NOT_DEPLOYED, f"The account is {account.state}: StackSets does not deploy to it.")
    status = statuses_in(description).get("Deployment", "NONE")
    if status in IN_PROGRESS_STATUSES:
        return State(IN_PROGRESS)
    if status in FAILED_STATUSES and nothing_deployed:
        return State(FAILED, _status_message(description, "Deployment") or NO_REASON)
    return State(NOT_DEPLOYED, NOT_YET_DEPLOYED if description else "The configuration manager does not exist.")


def _status_message(item: Mapping[str, Any], kind: str) -> str:
    return next(
        (s.get("StatusMessage", "") for s in item.get("StatusSummaries", []) if s["StatusType"] == kind), ""
    ).strip()
