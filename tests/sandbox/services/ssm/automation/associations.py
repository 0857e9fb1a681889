"""State Manager associations that run a runbook of the account's own.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-state.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.clock import clock
from sandbox.services.moto_internals import existing_backends
from sandbox.services.ssm.automation.executions import execute
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backends

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sandbox.services.ssm.automation.executions import Execution

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
# ASSUMPTION(association-runs-after-creation): how long after.
_FIRST_RUN = timedelta(seconds=30)


@dataclass
class Association:
    """`due_at` is the time of the next run, None of one without a schedule that has run."""

    name: str
    document_name: str
    parameters: Mapping[str, list[str]]
    schedule: str
    due_at: datetime | None = None
    runs: list[Execution] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_URL, self.name))

    def describe(self) -> dict[str, Any]:
        """Return the model's Association."""
        described: dict[str, Any] = {
            "Name": self.document_name,
            "AssociationName": self.name,
            "AssociationId": self.id,
            "Overview": {"Status": self.runs[-1].status if self.runs else "Pending"},
        }
        if self.schedule:
            described["ScheduleExpression"] = self.schedule
        return {**described, "LastExecutionDate": self.runs[-1].started_at} if self.runs else described

    def begin(self) -> None:
        """Run it soon: "the system runs it immediately after it is created", and after a change."""
        self.due_at = clock.now() + _FIRST_RUN

    def run_if_due(self, backend: SandboxSSMBackend, now: datetime) -> None:
        """Run it once if it is due; of several due runs only the last one is visible."""
        if self.due_at is None or now < self.due_at:
            return
        self.runs.append(execute(backend, self.document_name, self.parameters))
        found = _RATE.fullmatch(self.schedule)
        if found is None:
            self.due_at = None
            return
        interval = timedelta(**{f"{found[2]}s": int(found[1])})
        self.due_at += interval * ((now - self.due_at) // interval + 1)


def run_due_associations() -> None:
    """Run what is due by now, in every account and Region."""
    now = clock.now()
    for backend in existing_backends(ssm_backends, SandboxSSMBackend):
        for association in list(backend.automation_associations.values()):
            association.run_if_due(backend, now)
