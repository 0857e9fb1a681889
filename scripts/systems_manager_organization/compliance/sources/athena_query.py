"""A query of Athena."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from systems_manager_organization.aws.waiters import QUERY_DELAYS, wait_until
from systems_manager_organization.errors import ScriptError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession

_MODULE = "modules/compliance-reporting"
# The words of https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-per-query.html
_SCAN_LIMIT = "Bytes scanned limit was exceeded"
_CANCELLED, _FAILED, _SUCCEEDED = "CANCELLED", "FAILED", "SUCCEEDED"


class Query:
    """A query that was started."""

    def __init__(self, aws: AwsSession, workgroup: str, database: str, sql: str) -> None:
        """Starts the query. Raises ScriptError when it is denied, or the workgroup does not exist."""
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
        """Waits for the result; then its rows, page by page. Raises ScriptError when the query fails."""
        status = wait_until(
            self._aws.clock,
            self._status,
            lambda status: status["State"] in (_SUCCEEDED, _FAILED, _CANCELLED),
            delays=QUERY_DELAYS,
            timeout_message=lambda _status: (
                f"Athena has not completed query {self._id} of workgroup {self._workgroup} in half an hour: check it "
                "in the console, and run this again."
            ),
        )
        if status["State"] != _SUCCEEDED:
            raise self._failure(status)
        # The first row of a SELECT has the names of the columns.
        # https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
        results = self._aws.paginate(self._aws.athena.get_query_results, QueryExecutionId=self._id, MaxResults=1000)
        for row in islice(results, 1, None):
            yield [value.get("VarCharValue", "") for value in row["Data"]]

    def _status(self) -> dict[str, str]:
        execution = self._aws.call(self._aws.athena.get_query_execution, QueryExecutionId=self._id)
        status: dict[str, str] = execution["QueryExecution"]["Status"]
        return status

    def _failure(self, status: Mapping[str, str]) -> ScriptError:
        reason = " ".join(status.get("StateChangeReason", "").split()).rstrip(".")
        text = (
            f"Athena ended query {self._id} of workgroup {self._workgroup}, {status['State']}: {reason or 'no reason'}."
        )
        if _SCAN_LIMIT in reason:
            return ScriptError(f"{text} Raise bytes_scanned_cutoff_per_query of {_MODULE}, and apply it.")
        return ScriptError(
            f"{text} Where something is not found: apply {_MODULE} again. Where permission is denied: allow "
            "glue:GetTable, s3:ListBucket and s3:GetObject on the bucket, s3:PutObject for the results, kms:Decrypt "
            "and kms:GenerateDataKey with its key."
        )
