"""Handles requests to Athena."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from sandbox.clock import clock
from sandbox.protocol.pagination import page_result
from sandbox.services.athena.exceptions import InvalidRequestException
from sandbox.services.athena.executions import POLLED_AFTER
from sandbox.services.athena.models import AthenaBackend, athena_backends
from sandbox.services.athena.results import page
from sandbox.services.athena.workgroups import PRIMARY, NamedQuery

# MaxResults of every list in the model.
MAXIMUM_PAGE = 50


class AthenaResponse(BaseResponse):
    """Workgroups, named queries, and queries that run."""

    def __init__(self) -> None:
        super().__init__(service_name="athena")
        self.automated_parameter_parsing = True

    @property
    def athena(self) -> AthenaBackend:
        return athena_backends[self.current_account][self.region]

    def create_work_group(self) -> ActionResult:
        self.athena.create_workgroup(
            self._get_param("Name"),
            self._get_param("Configuration", {}),
            self._get_param("Description", ""),
            {tag["Key"]: tag.get("Value", "") for tag in self._get_param("Tags", [])},
        )
        return EmptyResult()

    def get_work_group(self) -> ActionResult:
        return ActionResult({"WorkGroup": self.athena.workgroup(self._get_param("WorkGroup")).describe()})

    def list_work_groups(self) -> ActionResult:
        return self._page("WorkGroups", [one.summarize() for _, one in sorted(self.athena.workgroups.items())])

    def update_work_group(self) -> ActionResult:
        workgroup = self.athena.workgroup(self._get_param("WorkGroup"))
        workgroup.update(self._get_param("ConfigurationUpdates", {}))
        workgroup.description = self._get_param("Description", workgroup.description)
        workgroup.state = self._get_param("State", workgroup.state)
        return EmptyResult()

    def delete_work_group(self) -> ActionResult:
        is_recursive = bool(self._get_param("RecursiveDeleteOption"))
        self.athena.delete_workgroup(self._get_param("WorkGroup"), is_recursive=is_recursive)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        tags = self.athena.workgroup_of_arn(self._get_param("ResourceARN")).tags
        return ActionResult({"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]})

    def tag_resource(self) -> ActionResult:
        tags = self.athena.workgroup_of_arn(self._get_param("ResourceARN")).tags
        tags.update({tag["Key"]: tag.get("Value", "") for tag in self._get_param("Tags")})
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        tags = self.athena.workgroup_of_arn(self._get_param("ResourceARN")).tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return EmptyResult()

    def create_named_query(self) -> ActionResult:
        query = NamedQuery(
            id=str(uuid4()),
            name=self._get_param("Name"),
            description=self._get_param("Description", ""),
            database=self._get_param("Database"),
            text=self._get_param("QueryString"),
            workgroup=self._get_param("WorkGroup", PRIMARY),
            token=self._get_param("ClientRequestToken"),
        )
        return ActionResult({"NamedQueryId": self.athena.create_named_query(query)})

    def get_named_query(self) -> ActionResult:
        return ActionResult({"NamedQuery": self.athena.named_query(self._get_param("NamedQueryId")).describe()})

    def batch_get_named_query(self) -> ActionResult:
        known = self.athena.named_queries
        ids = self._get_param("NamedQueryIds")
        unknown = [
            {"NamedQueryId": one, "ErrorCode": "RESOURCE_NOT_FOUND", "ErrorMessage": f"NamedQuery {one} does not exist"}
            for one in ids
            if one not in known
        ]
        return ActionResult(
            {
                "NamedQueries": [known[one].describe() for one in ids if one in known],
                "UnprocessedNamedQueryIds": unknown,
            }
        )

    def list_named_queries(self) -> ActionResult:
        workgroup = self.athena.workgroup(self._get_param("WorkGroup")).name
        return self._page(
            "NamedQueryIds", [k for k, one in self.athena.named_queries.items() if one.workgroup == workgroup]
        )

    def update_named_query(self) -> ActionResult:
        query = self.athena.named_query(self._get_param("NamedQueryId"))
        query.name, query.text = self._get_param("Name"), self._get_param("QueryString")
        query.description = self._get_param("Description", "")
        return EmptyResult()

    def delete_named_query(self) -> ActionResult:
        del self.athena.named_queries[self.athena.named_query(self._get_param("NamedQueryId")).id]
        return EmptyResult()

    def start_query_execution(self) -> ActionResult:
        if self._get_param("ExecutionParameters"):
            raise InvalidRequestException("The sandbox has not built ExecutionParameters.")
        query_id = self.athena.start(
            self._get_param("QueryString"),
            self._get_param("WorkGroup"),
            self._get_param("QueryExecutionContext", {}),
            self._get_param("ResultConfiguration"),
            self._get_param("ClientRequestToken"),
        )
        return ActionResult({"QueryExecutionId": query_id})

    def get_query_execution(self) -> ActionResult:
        execution = self.athena.execution(self._get_param("QueryExecutionId"))
        described = execution.describe()
        if not execution.is_terminal:
            clock.advance(POLLED_AFTER)
        return ActionResult({"QueryExecution": described})

    def list_query_executions(self) -> ActionResult:
        workgroup = self.athena.workgroup(self._get_param("WorkGroup")).name
        newest_first = [k for k, one in reversed(self.athena.executions.items()) if one.workgroup == workgroup]
        # The model's list has at least one.
        return self._page("QueryExecutionIds", newest_first) if newest_first else EmptyResult()

    def stop_query_execution(self) -> ActionResult:
        self.athena.stop(self._get_param("QueryExecutionId"))
        return EmptyResult()

    def get_query_results(self) -> ActionResult:
        result = self.athena.result(self._get_param("QueryExecutionId"))
        return ActionResult(page(result, self._get_param("NextToken"), self._get_param("MaxResults")))

    def _page(self, member: str, items: list[Any]) -> ActionResult:
        return page_result(
            member,
            items,
            token=self._get_param("NextToken"),
            # The model allows 0. ASSUMPTION(athena-durations-and-limits): it means the default.
            limit=self._get_param("MaxResults") or MAXIMUM_PAGE,
            invalid_token=InvalidRequestException("The NextToken is invalid."),
        )
