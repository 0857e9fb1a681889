"""What Systems Manager does by itself, caught up with before somebody looks where its results are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.clock import clock
from sandbox.services.ssm.models import deliver_inventory
from sandbox.services.ssmquicksetup.models import process_due_operations

if TYPE_CHECKING:
    from datetime import datetime

# The services through which buckets are read, and Systems Manager, which knows what associations did.
READERS = frozenset({"s3", "athena", "ssm"})


class BackgroundTasks:
    """Up to when it has been caught up with. Nothing is due while time stands still."""

    def __init__(self) -> None:
        self._caught_up_at: datetime | None = None

    def run_due(self, service: str) -> None:
        """Do what is due by now, where it is to be seen through a service."""
        now = clock.now()
        if service in READERS and now != self._caught_up_at:
            process_due_operations()
            deliver_inventory()
            self._caught_up_at = now

    def reset(self) -> None:
        """Begin again with another organization."""
        self._caught_up_at = None


background_tasks = BackgroundTasks()
