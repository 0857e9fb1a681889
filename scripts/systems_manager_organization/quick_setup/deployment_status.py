"""The deployment status of a configuration by account and Region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.organizations.accounts import Account
from systems_manager_organization.quick_setup.configuration_managers import (
    FAILED_STATUSES,
    IN_PROGRESS_STATUSES,
    definitions_in,
    statuses_in,
)
from systems_manager_organization.quick_setup.stack_sets import (
    failure_reasons,
    find_stack_sets,
    find_stack_sets_if_allowed,
    stack_instances,
)

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
ONE_STATUS = "AWS reports one status for all accounts and Regions, and StackSets could not be read."
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
        association_message: AWS's message about the associations as a whole; "" if it has none.
        accounts: the targeted ones, and all others that it is deployed to.
    """

    configuration: Configuration
    deployment_status: str
    deployment_message: str
    association_status: str
    association_message: str
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
        """Accounts and Regions in which associations failed after a deployment, by message; none if unknown."""
        found: dict[str, list[AccountRegion]] = {}
        for account_region, state in self.states.items():
            if state.associations == "FAILED" and state.state != FAILED:
                found.setdefault(state.association_message or NO_REASON, []).append(account_region)
        is_of_the_whole = not any(map(_has_associations, self.states.values()))
        if self.association_status == "FAILED" and is_of_the_whole and not self.has_failed:
            found[self.association_message or NO_REASON] = []
        return found

    @property
    def is_terminal(self) -> bool:
        in_progress = {self.deployment_status, self.association_status} & IN_PROGRESS_STATUSES
        return not in_progress and not self.count(IN_PROGRESS)


def list_deployments(aws: AwsSession, arn: str) -> list[dict[str, Any]]:
    """The items of ListConfigurations of a configuration manager. Raises ScriptError."""
    return list(aws.paginate(aws.quick_setup.list_configurations, ManagerArn=arn, MaxItems=100))


def get_deployment_status(
    aws: AwsSession, configuration: Configuration, directory: AccountDirectory, description: Mapping[str, Any]
) -> DeploymentStatus:
    """Reads the deployment status; `description` is the response of GetConfigurationManager. Raises ScriptError."""
    rows = list_deployments(aws, description["ManagerArn"]) if description else []
    return to_deployment_status(aws, configuration, directory, description, rows)


def to_deployment_status(
    aws: AwsSession,
    configuration: Configuration,
    directory: AccountDirectory,
    description: Mapping[str, Any],
    rows: list[dict[str, Any]],
) -> DeploymentStatus:
    """As `get_deployment_status`, with the result of `list_deployments`."""
    accounts = {account.id: account for account in directory.of(configuration)}
    statuses = statuses_in(description)
    targeted = {(account_id, region) for account_id in accounts for region in configuration.regions}
    unread = None
    if _is_by_account_region(aws, configuration, rows, targeted):
        states = _states_of_rows(aws, rows)
    elif statuses.get("Deployment") in IN_PROGRESS_STATUSES:
        states = {}
    else:
        try:
            states = _states_of_stacks(aws, configuration, description)
        except _UnreadError:
            states, unread = {}, _state_of_all(description)
    deployed = {
        account_region: state
        for account_region, state in states.items()
        if configuration.account_id or account_region in targeted or account_region[0] != aws.account_id
    }
    missing = partial(_missing_state, configuration, description, unread=unread, nothing_deployed=not deployed)
    return DeploymentStatus(
        configuration,
        deployment_status=statuses.get("Deployment", "NONE"),
        deployment_message=_status_message(description, "Deployment"),
        association_status=statuses.get("AsyncExecutions", "NONE"),
        association_message=_status_message(description, "AsyncExecutions"),
        states={
            account_region: deployed[account_region]
            if account_region in deployed
            else missing(accounts[account_region[0]])
            for account_region in sorted(targeted | set(deployed))
        },
        accounts={**{account_id: Account(account_id, "", "ACTIVE") for account_id, _ in deployed}, **accounts},
    )


def _is_by_account_region(
    aws: AwsSession, configuration: Configuration, rows: list[dict[str, Any]], targeted: set[AccountRegion]
) -> bool:
    """Whether ListConfigurations has a row for each account and Region, or one of the whole in the account that asks.

    Its page can be read either way: "configurations deployed by Quick Setup in the requesting AWS account and Region".
    https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ListConfigurations.html
    """
    asking = (aws.account_id, aws.region)
    listed = {_account_region(row) for row in rows}
    if configuration.account_id:
        return not rows or listed != {asking} or targeted == {asking}
    return not rows or any(account_id not in ("", aws.account_id) for account_id, _ in listed)


def _account_region(row: Mapping[str, Any]) -> AccountRegion:
    return row.get("Account", ""), row.get("Region", "")


def _states_of_rows(aws: AwsSession, rows: list[dict[str, Any]]) -> dict[AccountRegion, State]:
    # StackSets is only called after a failure.
    failed = {row["ConfigurationDefinitionId"] for row in rows if statuses_in(row).get("Deployment") in FAILED_STATUSES}
    reasons = failure_reasons(aws, find_stack_sets_if_allowed(aws, failed)) if failed else {}
    return {_account_region(row): _deployed_state(row, reasons.get(_account_region(row), "")) for row in rows}


class _UnreadError(Exception):
    """StackSets does not show where the configuration is deployed."""


# The worst first, where several StackSets deploy to one account and Region.
_BY_DETAILED_STATUS = {
    "FAILED": FAILED,
    "FAILED_IMPORT": FAILED,
    "INOPERABLE": FAILED,
    "PENDING": IN_PROGRESS,
    "RUNNING": IN_PROGRESS,
    "CANCELLED": NOT_DEPLOYED,
    "SUCCEEDED": SUCCEEDED,
}


def _states_of_stacks(
    aws: AwsSession, configuration: Configuration, description: Mapping[str, Any]
) -> dict[AccountRegion, State]:
    """Raises _UnreadError when StackSets denies the calls, or has no StackSet of what has succeeded."""
    try:
        names = find_stack_sets(aws, [definition.id for definition in definitions_in(description)])
        # The stacks of an organization's configuration in the management account hold what its targets read.
        instances = [
            item
            for item in stack_instances(aws, names)
            if item.status in _BY_DETAILED_STATUS and (configuration.account_id or item.organizational_unit_id)
        ]
    except ServiceError as error:
        raise _UnreadError from error
    # StackSets of the management account are not listed in another account.
    if not names and statuses_in(description).get("Deployment") not in FAILED_STATUSES:
        raise _UnreadError
    order = list(_BY_DETAILED_STATUS)
    instances.sort(key=lambda item: order.index(item.status), reverse=True)
    states = {item.account_region: _stack_state(item.status, item.reason, description) for item in instances}
    if any(state.state == FAILED for state in states.values()):
        reasons = failure_reasons(aws, names)
        for account_region, state in states.items():
            if state.state == FAILED and account_region in reasons:
                states[account_region] = State(FAILED, reasons[account_region], state.associations)
    return states


def _stack_state(status: str, reason: str, description: Mapping[str, Any]) -> State:
    state = _BY_DETAILED_STATUS[status]
    if state == FAILED:
        return State(FAILED, reason or NO_REASON, "NONE")
    if state == NOT_DEPLOYED:
        return State(NOT_DEPLOYED, "The deployment was stopped.")
    associations = statuses_in(description).get("AsyncExecutions", "")
    # One that failed is not of every account and Region.
    return State(state, "", "" if associations == "FAILED" else associations)


def _state_of_all(description: Mapping[str, Any]) -> State:
    """The manager's, for each account and Region."""
    state = _deployed_state(description, "")
    message = _status_message(description, "Deployment")
    return State(state.state, f"{message} {ONE_STATUS}".strip())


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
    configuration: Configuration,
    description: Mapping[str, Any],
    account: Account,
    *,
    unread: State | None,
    nothing_deployed: bool,
) -> State:
    if not configuration.account_id and account.is_management:
        return State(NOT_DEPLOYED, MANAGEMENT_ACCOUNT)
    if not account.is_active:
        return State(NOT_DEPLOYED, f"The account is {account.state}: StackSets does not deploy to it.")
    if unread:
        return unread
    status = statuses_in(description).get("Deployment", "NONE")
    if status in IN_PROGRESS_STATUSES:
        return State(IN_PROGRESS)
    if status in FAILED_STATUSES and nothing_deployed:
        return State(FAILED, _status_message(description, "Deployment") or NO_REASON)
    return State(NOT_DEPLOYED, NOT_YET_DEPLOYED if description else "The configuration manager does not exist.")


def _has_associations(state: State) -> bool:
    return state.associations not in ("", "NONE")


def _status_message(item: Mapping[str, Any], kind: str) -> str:
    return next(
        (s.get("StatusMessage", "") for s in item.get("StatusSummaries", []) if s["StatusType"] == kind), ""
    ).strip()
