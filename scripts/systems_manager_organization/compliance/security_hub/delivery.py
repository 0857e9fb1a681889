"""Brings Security Hub of each account and Region up to date: adds, updates and archives findings of this program."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.model.columns import NOT_REPORTING, READ
from systems_manager_organization.compliance.security_hub import findings
from systems_manager_organization.compliance.store.tables import NODE_KEY
from systems_manager_organization.errors import CredentialsError, ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.account_region import AccountRegion
    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.concurrency import Task
    from systems_manager_organization.aws.session import AwsSession

ACTIONS = ("securityhub:BatchImportFindings", "securityhub:GetFindings")
NOT_ENABLED, NOT_SENT, REFUSED = "SECURITY_HUB_NOT_ENABLED", "FINDINGS_NOT_SENT", "FINDING_REFUSED"
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
# https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
_MAX_FINDINGS, _MAX_BYTES = 100, 5_500_000
_PAGE = 100
# Where Security Hub is not enabled: "The account doesn't have permission to perform this action" (model).
_NOT_ENABLED_CODE = "InvalidAccessException"


@dataclass
class Plan:
    """What to send. `imports`: by account and Region; the numbers are of all of them.

    Attributes:
        problems: what could not be read or sent: code, account and Region, message.
        lock: of all of these.
        sent: findings that Security Hub has accepted.
    """

    imports: dict[AccountRegion, list[dict[str, Any]]] = field(default_factory=dict)
    new: int = 0
    updated: int = 0
    archived: int = 0
    unchanged: int = 0
    sent: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def total(self) -> int:
        return sum(map(len, self.imports.values()))

    @property
    def description(self) -> str:
        where = pluralize(len(self.imports), "account and Region", "accounts and Regions")
        return (
            f"Security Hub: {self.new} new findings, {self.updated} updated, {self.archived} archived, "
            f"{self.unchanged} unchanged; to send in {where}: {self.total}."
        )


class Delivery:
    """Sends the findings of a report to where each node is: an administrator may not import for its members."""

    def __init__(self, aws: AwsSession, role_name: str, now: str) -> None:
        """
        Args:
            role_name: a role of every member account, with its path.
            now: as `node.time_text` has it.
        """
        self._members = AccountSessions(aws, role_name, ACTIONS)
        self._partition = aws.identity.partition
        self._now = now

    def plan(self, tables: DuckDBPyConnection) -> Plan:
        """Compares with what Security Hub has, in every account and Region that was read. Sends nothing."""
        wanted: dict[AccountRegion, dict[str, dict[str, Any]]] = defaultdict(dict)
        for finding in findings.findings(tables, self._partition, self._now):
            wanted[finding["AwsAccountId"], finding["ProductArn"].split(":")[3]][finding["Id"]] = finding
        unknown = _ids(tables, NOT_REPORTING)
        query = f"SELECT account_id, region FROM account_regions WHERE state = '{READ}' ORDER BY ALL"
        account_regions = tables.execute(query).fetchall()
        plan = Plan()

        def compare(session: AccountSession, account_region: AccountRegion) -> tuple[()]:
            with _problems_of(plan, account_region):
                self._compare(session, account_region, wanted.get(account_region, {}), unknown, plan)
            return ()

        self._in_each(account_regions, compare, plan)
        return plan

    def send(self, plan: Plan) -> None:
        """Sends what was planned; what Security Hub refuses is in the problems of the plan."""

        def send(session: AccountSession, account_region: AccountRegion) -> tuple[()]:
            subject = " ".join(account_region)
            for batch in batches(plan.imports[account_region]):
                with _problems_of(plan, account_region):
                    answer = session.call("securityhub", account_region[1], "batch_import_findings", Findings=batch)
                    with plan.lock:
                        plan.sent += answer["SuccessCount"]
                        plan.problems += [
                            (REFUSED, subject, f"{one['Id']}: {one['ErrorCode']}: {one['ErrorMessage']}")
                            for one in answer.get("FailedFindings", ())
                        ]
            return ()

        self._in_each(sorted(plan.imports), send, plan)

    def _in_each(
        self,
        account_regions: Sequence[AccountRegion],
        run: Callable[[AccountSession, AccountRegion], tuple[()]],
        plan: Plan,
    ) -> None:
        def enter(account_id: str, regions: Sequence[AccountRegion]) -> Sequence[Task]:
            try:
                session = self._members.assume_role(account_id)
            except ScriptError as error:
                _add_problem(plan, (account_id, ""), error)
                return ()
            return [partial(run, session, account_region) for account_region in regions]

        run_tasks(
            partial(enter, account_id, list(found)) for account_id, found in groupby(account_regions, key=itemgetter(0))
        )

    def _compare(
        self,
        session: AccountSession,
        account_region: AccountRegion,
        wanted: dict[str, dict[str, Any]],
        unknown: set[str],
        plan: Plan,
    ) -> None:
        existing = {finding["Id"]: finding for finding in self._existing(session, account_region)}
        imports, new, updated, archived, unchanged = [], 0, 0, 0, 0
        for finding_id, finding in wanted.items():
            if finding_id not in existing:
                imports.append(finding)
                new += 1
            elif (update := findings.updated(finding, existing[finding_id], self._now)) is not None:
                imports.append(update)
                updated += 1
            else:
                unchanged += 1
        for finding_id, finding in existing.items():
            if finding_id in wanted or finding["RecordState"] != "ACTIVE":
                continue
            if finding_id in unknown:
                # Its node does not report: nobody knows that it is fixed.
                again = findings.resent(finding, self._now)
                imports += [again] if again else []
                updated, unchanged = updated + bool(again), unchanged + (not again)
            else:
                imports.append(findings.archived(finding, self._now))
                archived += 1
        with plan.lock:
            if imports:
                plan.imports[account_region] = imports
            plan.new += new
            plan.updated += updated
            plan.archived += archived
            plan.unchanged += unchanged

    def _existing(self, session: AccountSession, account_region: AccountRegion) -> Iterator[dict[str, Any]]:
        """The findings that this program has sent, active or not."""
        product_arn = findings.product_arn(self._partition, *account_region)
        filters = {
            "ProductArn": [{"Value": product_arn, "Comparison": "EQUALS"}],
            "GeneratorId": [{"Value": findings.GENERATOR, "Comparison": "EQUALS"}],
        }
        return session.paginate("securityhub", account_region[1], "get_findings", Filters=filters, MaxResults=_PAGE)


def batches(found: Sequence[dict[str, Any]], max_bytes: int = _MAX_BYTES) -> Iterator[list[dict[str, Any]]]:
    """As many as one call takes, by number and by size."""
    batch: list[dict[str, Any]] = []
    size = 0
    for finding in found:
        length = len(json.dumps(finding).encode())
        if batch and (len(batch) == _MAX_FINDINGS or size + length > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append(finding)
        size += length
    if batch:
        yield batch


def _ids(tables: DuckDBPyConnection, status: str) -> set[str]:
    rows = tables.execute(f"SELECT {NODE_KEY} FROM nodes WHERE status = ?", [status]).fetchall()
    return {findings.finding_id(*row) for row in rows}


@contextmanager
def _problems_of(plan: Plan, account_region: AccountRegion) -> Iterator[None]:
    """Adds an error of an account and Region to the problems, so that the others go on."""
    try:
        yield
    except CredentialsError:
        raise
    except ScriptError as error:
        _add_problem(plan, account_region, error)


def _add_problem(plan: Plan, account_region: AccountRegion, error: ScriptError) -> None:
    not_enabled = isinstance(error, ServiceError) and error.code == _NOT_ENABLED_CODE
    code = NOT_ENABLED if not_enabled else NOT_SENT
    with plan.lock:
        plan.problems.append((code, " ".join(filter(None, account_region)), getattr(error, "message", str(error))))
