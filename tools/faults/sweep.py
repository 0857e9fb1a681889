"""One apply of the minimal example in which one AWS call fails once, and what came of it.

The apply must succeed, or the next one must; and the organization must end the same as without the failure, with
nothing twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.assertions import differences
from harness.complete import ADMINISTRATOR
from harness.results import TerraformError
from sandbox import Fault, Scenario

if TYPE_CHECKING:
    from typing import Any

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

# Of the installation, and of the configuration that AWS named the role after: managers are made side by side.
_OF_THE_RUN = re.compile(r'(?<="systems-manager-organization:created": ")[^"]+|(?<=-)[0-9a-f]{5}(?=")')

KINDS: tuple[Literal["throttle", "server_error"], ...] = ("throttle", "server_error")


@dataclass(frozen=True, order=True)
class Case:
    """The `occurrence`-th call of an operation, counted from 1, fails in the way of `kind`."""

    service: str
    operation: str
    occurrence: int
    kind: Literal["throttle", "server_error"]

    def __str__(self) -> str:
        return f"{self.kind:<12} {self.service}:{self.operation} #{self.occurrence}"


@dataclass(frozen=True)
class Outcome:
    """What came of cases: how many applies they took, and what is wrong (nothing: an empty string)."""

    cases: tuple[Case, ...]
    applies: int
    problem: str = ""


class Sweep:
    """Runs cases, one after the other, on one sandbox.

    `expected` is the organization after an apply in which nothing fails, `cases` every call of it, in every kind.
    """

    def __init__(self, copies: Workspaces, sandbox: Sandbox) -> None:
        self._copies = copies
        self._sandbox = sandbox
        self._terraform().apply()
        self.expected = self._snapshot()
        counts = Counter((call.service, call.operation) for call in sandbox.calls)
        self.cases = [
            Case(service, operation, occurrence, kind)
            for (service, operation), count in sorted(counts.items())
            for occurrence in range(1, count + 1)
            for kind in KINDS
        ]

    def run(self, *cases: Case) -> Outcome:
        """Apply with these calls failing, once more if that fails, and compare."""
        terraform = self._terraform()
        for case in cases:
            self._sandbox.faults.inject(Fault(case.service, case.operation, case.kind, occurrence=case.occurrence))
        for applies in (1, 2):
            try:
                terraform.apply()
            except TerraformError as error:
                problem = str(error)
            else:
                return Outcome(cases, applies, self._problem(cases))
        return Outcome(cases, 2, f"the second apply failed as well: {problem}")

    def _terraform(self) -> Terraform:
        self._sandbox.reset(Scenario.named("bare"))
        return self._copies.checkout(
            "examples/minimal", self._sandbox.environment(), variables={"administrator_account_id": ADMINISTRATOR}
        )

    def _snapshot(self) -> dict[str, Any]:
        """The organization, without what differs from one run to another."""
        found: dict[str, Any] = json.loads(_OF_THE_RUN.sub("", json.dumps(self._sandbox.snapshot())))
        return found

    def _problem(self, cases: tuple[Case, ...]) -> str:
        # 404 is how AWS tells that there is no such role or manager yet, and no fault.
        errors = (call for call in self._sandbox.calls if call.error_code and call.status != 404)
        failed = {(call.service, call.operation) for call in errors}
        untouched = [str(case) for case in cases if (case.service, case.operation) not in failed]
        if untouched:
            return f"this time nothing failed: {', '.join(untouched)}"
        found = differences(self.expected, self._snapshot())
        return "; ".join([*(f"{path}: {told}" for path, told in found.items()), *map(str, self._sandbox.violations)])
