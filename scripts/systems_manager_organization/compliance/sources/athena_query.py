"""One query of Athena, from its text to its rows."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from systems_manager_organization.aws.pagination import paginate
from systems_manager_organization.aws.waiters import querying_pauses
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession

_MODULE = "modules/compliance-reporting"
# In these words: https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-per-query.html
_SCAN_LIMIT = "Bytes scanned limit was exceeded"
_CANCELLED, _FAILED, _SUCCEEDED = "CANCELLED", "FAILED", "SUCCEEDED"


class Query:
    """A query that Athena works on."""

    def __init__(self, aws: AwsSession, workgroup: str, database: str, sql: str) -> None:
        """Starts it. Raises ScriptError when it may not be, or there is no such workgroup."""
        self._aws = aws
        self._workgroup = workgroup
        context = {"Database": database}
        try:
            started = aws.call(
                aws.athena.start_query_execution, QueryString=sql, WorkGroup=workgroup, QueryExecutionContext=context
            )
        except ServiceError as error:
            raise ScriptError(
                f"{error} The query runs in workgroup {workgroup} of the Region {aws.region}: the output workgroup of "
                f"{_MODULE} has its name."
            ) from error
        self._id = started["QueryExecutionId"]

    def rows(self) -> Iterator[list[str]]:
        """Waits until it is over; then its rows, page by page. Raises ScriptError when it fails."""
        self._wait()
        # Of a SELECT the first row has the names of the columns.
        # https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
        for row in islice(paginate(self._page, "Rows"), 1, None):
            yield [told.get("VarCharValue", "") for told in row["Data"]]

    def _page(self, **token: str) -> dict[str, Any]:
        aws = self._aws
        answer = aws.call(aws.athena.get_query_results, QueryExecutionId=self._id, MaxResults=1000, **token)
        return {"Rows": answer["ResultSet"]["Rows"], "NextToken": answer.get("NextToken", "")}

    def _wait(self) -> None:
        aws = self._aws
        for pause in querying_pauses():
            execution = aws.call(aws.athena.get_query_execution, QueryExecutionId=self._id)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == _SUCCEEDED:
                return
            if status["State"] in (_FAILED, _CANCELLED):
                raise self._failure(status)
            aws.clock.sleep(pause)
        raise ScriptError(
            f"Athena has not answered query {self._id} of workgroup {self._workgroup} in half an hour: look at it in "
            "the console, and run this again."
        )

    def _failure(self, status: Mapping[str, str]) -> ScriptError:
        said = " ".join(status.get("StateChangeReason", "").split()).rstrip(".")
        ended = (
            f"Athena ended query {self._id} of workgroup {self._workgroup}, {status['State']}: {said or 'no reason'}."
        )
        if _SCAN_LIMIT in said:
            return ScriptError(f"{ended} Raise bytes_scanned_cutoff_per_query of {_MODULE}, and apply it.")
        return ScriptError(
            f"{ended} Where something is not found: apply {_MODULE} again. Where permission is denied: allow "
            "glue:GetTable, s3:ListBucket and s3:GetObject on the bucket, s3:PutObject for the results, kms:Decrypt "
            "and kms:GenerateDataKey with its key."
        )
