"""Query executions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.services.athena.workgroups import ENGINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Virtual seconds. ASSUMPTION(athena-durations-and-limits): they are the same for every query.
QUEUED_FOR = 1
RUNNING_FOR = 3
# As though the poller had waited.
POLLED_AFTER = 2

SCAN_LIMIT_REASON = "Bytes scanned limit was exceeded"


@dataclass(frozen=True)
class Column:
    """A column of a result, with its type as Athena names it."""

    name: str
    type: str


@dataclass(frozen=True)
class Result:
    """The rows of a query as texts, None for NULL; `scanned` in bytes."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    scanned: int


@dataclass
class Execution:
    """A started query. `results` is the model's ResultConfiguration, of its workgroup or of its caller."""

    id: str
    text: str
    workgroup: str
    context: Mapping[str, Any]
    results: Mapping[str, Any]
    submitted_at: datetime
    token: str | None = None
    state: str = "QUEUED"
    reason: str | None = None
    completed_at: datetime | None = None
    scanned: int = 0
    result: Result | None = None

    @property
    def is_terminal(self) -> bool:
        return self.completed_at is not None

    @property
    def ends_at(self) -> datetime:
        return self.submitted_at + timedelta(seconds=QUEUED_FOR + RUNNING_FOR)

    @property
    def location(self) -> str:
        """Where the rows are written: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html"""
        return f"{str(self.results['OutputLocation']).rstrip('/')}/{self.id}.csv"

    def end(self, state: str, at: datetime, reason: str | None = None) -> None:
        self.state, self.completed_at, self.reason = state, at, reason

    def describe(self) -> dict[str, Any]:
        """Return the model's QueryExecution."""
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.submitted_at}
        if self.completed_at is not None:
            status["CompletionDateTime"] = self.completed_at
        if self.reason is not None:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            # https://docs.aws.amazon.com/athena/latest/ug/error-reference.html: category 2 is the user's.
            status["AthenaError"] = {"ErrorCategory": 2, "Retryable": False, "ErrorMessage": self.reason}
        return {
            "QueryExecutionId": self.id,
            "Query": self.text,
            "StatementType": "DML",
            "ResultConfiguration": {**self.results, "OutputLocation": self.location},
            "QueryExecutionContext": dict(self.context),
            "Status": status,
            "Statistics": {"DataScannedInBytes": self.scanned, **self._milliseconds()},
            "WorkGroup": self.workgroup,
            "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": ENGINE},
            "SubstatementType": "SELECT",
        }

    def _milliseconds(self) -> dict[str, int]:
        if self.completed_at is None:
            return {}
        took = int((self.completed_at - self.submitted_at).total_seconds() * 1000)
        queued = min(took, QUEUED_FOR * 1000)
        return {
            "EngineExecutionTimeInMillis": took - queued,
            "QueryQueueTimeInMillis": queued,
            "TotalExecutionTimeInMillis": took,
        }
