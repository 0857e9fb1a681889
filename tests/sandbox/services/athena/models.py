"""Athena of one account and Region: workgroups, named queries, and queries that run.

https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.clock import clock
from sandbox.services.athena.exceptions import (
    InvalidRequestException,
    QueryFailed,
    ResourceNotFoundException,
    ScanLimitExceeded,
)
from sandbox.services.athena.executions import QUEUED_FOR, SCAN_LIMIT_REASON, Execution, Result
from sandbox.services.athena.query import engine
from sandbox.services.athena.query.statement import parse
from sandbox.services.athena.results import write
from sandbox.services.athena.workgroups import PRIMARY, NamedQuery, WorkGroup, new_workgroup

if TYPE_CHECKING:
    from collections.abc import Mapping


class AthenaBackend(BaseBackend):
    """The workgroups, by name, and the queries, by id."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # Every account has it: https://docs.aws.amazon.com/athena/latest/ug/workgroups-benefits.html
        primary = new_workgroup(PRIMARY, {"EnforceWorkGroupConfiguration": False}, "", {}, clock.now())
        self.workgroups: dict[str, WorkGroup] = {PRIMARY: primary}
        self.named_queries: dict[str, NamedQuery] = {}
        self.executions: dict[str, Execution] = {}

    def create_workgroup(
        self, name: str, configuration: Mapping[str, Any], description: str, tags: Mapping[str, str]
    ) -> None:
        """Raises InvalidRequestException for a name that is taken."""
        if name in self.workgroups:
            raise InvalidRequestException("WorkGroup is already created")
        self.workgroups[name] = new_workgroup(name, configuration, description, tags, clock.now())

    def workgroup(self, name: str | None) -> WorkGroup:
        """Return a workgroup, the primary one without a name. Raises InvalidRequestException."""
        found = self.workgroups.get(name or PRIMARY)
        if found is None:
            raise InvalidRequestException(f"WorkGroup {name} is not found.")
        return found

    def workgroup_of_arn(self, arn: str) -> WorkGroup:
        """Raises ResourceNotFoundException."""
        found = self.workgroups.get(arn.partition(":workgroup/")[2])
        if found is None:
            raise ResourceNotFoundException(f"{arn} is not found.")
        return found

    def delete_workgroup(self, name: str, *, is_recursive: bool) -> None:
        """Raises InvalidRequestException for the primary one, and one in which there are queries still.

        https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
        """
        workgroup = self.workgroup(name)
        if workgroup.name == PRIMARY:
            raise InvalidRequestException("The primary workgroup cannot be deleted")
        named = [one.id for one in self.named_queries.values() if one.workgroup == name]
        executed = [one.id for one in self.executions.values() if one.workgroup == name]
        if (named or executed) and not is_recursive:
            raise InvalidRequestException(f"WorkGroup {name} is not empty")
        for query_id in named:
            del self.named_queries[query_id]
        for query_id in executed:
            del self.executions[query_id]
        del self.workgroups[name]

    def create_named_query(self, query: NamedQuery) -> str:
        """Return the id, that of the earlier query for a token that was used. Raises InvalidRequestException."""
        self.workgroup(query.workgroup)
        for known in self.named_queries.values():
            if query.token is not None and known.token == query.token:
                if replace(known, id=query.id) != query:
                    raise InvalidRequestException("Idempotent parameters do not match")
                return known.id
        self.named_queries[query.id] = query
        return query.id

    def named_query(self, query_id: str) -> NamedQuery:
        """Raises InvalidRequestException."""
        found = self.named_queries.get(query_id)
        if found is None:
            raise InvalidRequestException(f"NamedQuery {query_id} does not exist")
        return found

    def start(
        self,
        text: str,
        workgroup_name: str | None,
        context: Mapping[str, Any],
        results: Mapping[str, Any] | None,
        token: str | None,
    ) -> str:
        """Start a query and return its id. Raises InvalidRequestException."""
        known = next((one for one in self.executions.values() if token is not None and one.token == token), None)
        if known is not None:
            if known.text != text:
                raise InvalidRequestException("Idempotent parameters do not match")
            return known.id
        workgroup = self.workgroup(workgroup_name)
        if workgroup.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {workgroup.name} is disabled")
        configuration = workgroup.result_configuration(results)
        parse(text, context.get("Database"))
        execution = Execution(str(uuid4()), text, workgroup.name, context, configuration, clock.now(), token)
        self.executions[execution.id] = execution
        return execution.id

    def execution(self, query_id: str) -> Execution:
        """Return a query as it is now. Raises InvalidRequestException."""
        found = self.executions.get(query_id)
        if found is None:
            raise InvalidRequestException(f"QueryExecution {query_id} was not found")
        self._process_due_operations(found)
        return found

    def stop(self, query_id: str) -> None:
        """Cancel a query, if it is not over. Raises InvalidRequestException."""
        execution = self.execution(query_id)
        if not execution.is_terminal:
            execution.end("CANCELLED", clock.now(), "Query cancelled by user")

    def result(self, query_id: str) -> Result:
        """Raises InvalidRequestException unless the query has succeeded."""
        execution = self.execution(query_id)
        if execution.result is None:
            raise InvalidRequestException(
                f"Query did not finish successfully. Final query state: {execution.state}"
                if execution.is_terminal
                else f"Query has not yet finished. Current state: {execution.state}"
            )
        return execution.result

    def arn(self, workgroup: str) -> str:
        return f"arn:aws:athena:{self.region_name}:{self.account_id}:workgroup/{workgroup}"

    def _process_due_operations(self, execution: Execution) -> None:
        if execution.is_terminal:
            return
        now = clock.now()
        if now >= execution.submitted_at + timedelta(seconds=QUEUED_FOR):
            execution.state = "RUNNING"
        if now >= execution.ends_at:
            self._run(execution)

    def _run(self, execution: Execution) -> None:
        limit = self.workgroup(execution.workgroup).scan_limit
        location = engine.AccountRegion(self.account_id, self.region_name)
        try:
            result = engine.run(location, execution.text, execution.context.get("Database"), limit)
            write(self.account_id, execution.location, result)
        except QueryFailed as failure:
            execution.end("FAILED", execution.ends_at, str(failure))
        except ScanLimitExceeded:
            execution.scanned = limit or 0
            execution.end("CANCELLED", execution.ends_at, SCAN_LIMIT_REASON)
        else:
            execution.scanned, execution.result = result.scanned, result
            execution.end("SUCCEEDED", execution.ends_at)


athena_backends = BackendDict(AthenaBackend, "athena")
