"""What becomes of each account and Region of which resource data syncs collect: the same for Athena and for S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_LEFT_ORGANIZATION,
    ACCOUNT_NOT_ACTIVE,
    MALFORMED_OBJECT,
    NOT_READ,
    READ,
    SYNC_NOT_DEPLOYED,
)
from systems_manager_organization.compliance.model.node import AccountRegionResult, node_of, stale_cutoff
from systems_manager_organization.compliance.sources.organization_tree import list_accounts_with_ou
from systems_manager_organization.compliance.sources.result_sink import Problem
from systems_manager_organization.errors import QueryError, ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.model.node import NodeRecord
    from systems_manager_organization.compliance.sources.organization_tree import AccountWithOu
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope

MODULE = "modules/compliance-reporting"

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceComprehensiveStatus.html
_SUCCEEDED = "SUCCEEDED"

# By table, what a report lacks when one of its objects cannot be understood.
_CONSEQUENCES = {
    "instance_information": "The node is missing from this report.",
    "patch_summary": "The node counts as not reporting.",
    "compliance_summary": "The severities of the node's noncompliant patches are missing from this report.",
}


@dataclass(frozen=True)
class Deployment:
    """Where a StackSet has made its resource data syncs. `failures`: why not, by account and Region, or ""."""

    stack_set_name: str
    failures: Mapping[AccountRegion, str]

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({region for _, region in self.failures}))


def _deployment_of(aws: AwsSession, stack_set_name: str) -> Deployment:
    """Raises ScriptError when the call is denied, or the StackSet does not exist."""
    listed = aws.paginate(
        aws.cloudformation.list_stack_instances,
        StackSetName=stack_set_name,
        CallAs="DELEGATED_ADMIN",
        MaxResults=100,
    )
    try:
        return Deployment(
            stack_set_name, {(instance["Account"], instance["Region"]): _failure_of(instance) for instance in listed}
        )
    except ServiceError as error:
        raise ScriptError(
            f"{error} Use the output stack_set_name of {MODULE}, with credentials of its delegated administrator."
        ) from error


def _require_known_regions(aws: AwsSession, scope: Scope, deployment: Deployment) -> None:
    """Raises QueryError for a Region of the scope that neither the StackSet nor AWS's SDK knows."""
    known = {*deployment.regions, *aws.session.get_available_regions("ssm", aws.identity.partition)}
    if unknown := [region for region in scope.regions if region not in known]:
        raise QueryError(
            f"There is no Region {', '.join(unknown)}: StackSet {deployment.stack_set_name} has made resource data "
            f"syncs in {', '.join(deployment.regions) or 'none'}."
        )


def accounts_to_read(
    aws: AwsSession, stack_set_name: str, scope: Scope, sink: ResultSink, now: float
) -> tuple[Iterator[AccountWithOu], SyncReader]:
    """The accounts of a scope, and their reader. Raises ScriptError before anything is read or scanned."""
    deployment = _deployment_of(aws, stack_set_name)
    _require_known_regions(aws, scope, deployment)
    accounts = list_accounts_with_ou(aws, scope)
    return accounts, SyncReader(deployment, scope, sink, now)


class SyncReader:
    """Adds the results of a scope to a sink. Not thread-safe."""

    def __init__(self, deployment: Deployment, scope: Scope, sink: ResultSink, now: float) -> None:
        """`now` in epoch seconds. Raises ScriptError when the Regions are unknown."""
        self.regions = scope.regions or deployment.regions
        if not self.regions:
            raise ScriptError(
                f"StackSet {deployment.stack_set_name} has no instance yet, so the Regions are unknown: apply "
                f"{MODULE}, or use --regions."
            )
        self._deployment = deployment
        self._is_whole_organization = not scope.organizational_unit and not scope.account_ids
        self._oldest = stale_cutoff(now, scope.stale_after_days)
        self._sink = sink

    def start(self, account_with_ou: AccountWithOu) -> list[str]:
        """The readable Regions of an account; reports the others, with the reason."""
        account = account_with_ou.account
        remaining = [region for region in self.regions if not self._sink.is_done(account.id, region)]
        self._sink.expect(len(remaining))
        readable = []
        for region in remaining:
            failure = self._deployment.failures.get((account.id, region))
            if not account.is_active:
                reason = f"The account is {account.state}, and Systems Manager does not work in it."
                self.add_unread(account_with_ou, region, ACCOUNT_NOT_ACTIVE, reason)
            elif failure:
                self.add_unread(account_with_ou, region, SYNC_NOT_DEPLOYED, failure)
            else:
                readable.append(region)
        return readable

    def finish(
        self, account_with_ou: AccountWithOu, region: str, nodes: Sequence[NodeRecord], *, has_malformed: bool = False
    ) -> None:
        """Adds the result of a Region that `start` returned."""
        has_sync = (account_with_ou.account.id, region) in self._deployment.failures
        if not has_sync and not nodes and not has_malformed:
            self.add_unread(account_with_ou, region, SYNC_NOT_DEPLOYED, self._no_data_reason())
            return
        result = result_of(account_with_ou, region, READ)
        self._sink.add_result(result, [node_of(result, node, self._oldest) for node in nodes])

    def add_unread(self, account_with_ou: AccountWithOu, region: str, code: str, reason: str) -> None:
        self._sink.add_result(result_of(account_with_ou, region, NOT_READ, code, reason))

    def add_unknown_accounts(self, account_ids: Iterable[str]) -> None:
        """Accounts of which there are objects, and that are not in the scope: in the organization no more."""
        if not self._is_whole_organization:
            return
        for account_id in sorted(account_ids):
            reason = (
                "The bucket has objects of this account, which is not in the organization: they are in no number. "
                f"Delete the objects below accountid={account_id}/ if they are not needed."
            )
            self._sink.add_problem(Problem(ACCOUNT_LEFT_ORGANIZATION, account_id, reason))

    def add_malformed(self, table: str, key: str, lines: int) -> None:
        """An object with so many lines that are no JSON, or name no node."""
        reason = (
            f"{lines} of its lines {'is' if lines == 1 else 'are'} no JSON object with a resourceId. "
            f"{_CONSEQUENCES[table]} Systems Manager rewrites the object when the node's data changes."
        )
        self._sink.add_problem(Problem(MALFORMED_OBJECT, key, reason))

    def _no_data_reason(self) -> str:
        return (
            f"StackSet {self._deployment.stack_set_name} has no instance there, and nothing arrived. A service-managed "
            "StackSet never reaches the management account: make its resource data sync there, as the output "
            f"management_account_sync of {MODULE} says. Any other account: add its organizational unit and Region to "
            "the module, and apply it."
        )


def _failure_of(instance: Mapping[str, Any]) -> str:
    state = instance.get("StackInstanceStatus", {}).get("DetailedStatus", "") or instance.get("Status", "")
    if state == _SUCCEEDED:
        return ""
    reason = " ".join(instance.get("StatusReason", "").split())
    return f"StackSets has not made the resource data sync there: {state}{': ' if reason else ''}{reason or '.'}"


def result_of(
    account_with_ou: AccountWithOu, region: str, state: str, code: str = "", reason: str = ""
) -> AccountRegionResult:
    """The result of an account in a Region; `code` and `reason` where it was not read."""
    account = account_with_ou.account
    return AccountRegionResult(
        account.id, account.name, account_with_ou.organizational_unit, region, state, code, reason
    )
