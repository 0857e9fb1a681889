"""One apply of the minimal example in which one AWS call fails, and its outcome.

The apply, or a second one, must succeed, with the same result as without the failure, and without duplicates.
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

# The installation.
_UNIQUE = re.compile(r'(?<="systems-manager-organization:created": ")[^"]+')

KINDS: tuple[Literal["throttle", "server_error"], ...] = ("throttle", "server_error")


@dataclass(frozen=True, order=True)
class Case:
    """The `occurrence`-th call of an operation, counted from 1, fails with `kind`."""

    service: str
    operation: str
    occurrence: int
    kind: Literal["throttle", "server_error"]

    def __str__(self) -> str:
        return f"{self.kind:<12} {self.service}:{self.operation} #{self.occurrence}"


@dataclass(frozen=True)
class Outcome:
    """The number of applies of cases, and the problem, if any."""

    cases: tuple[Case, ...]
    applies: int
    problem: str = ""


class Sweep:
    """Runs cases in sequence on one sandbox.

    `expected`: the organization after an apply without failures. `cases`: each call of that apply, with each kind.
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
        """Apply with these calls failing, again if that fails, and compare."""
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
        return Outcome(cases, 2, f"the second apply failed too: {problem}")

    def _terraform(self) -> Terraform:
        self._sandbox.reset(Scenario.named("bare"))
        return self._copies.checkout(
            "examples/minimal", self._sandbox.environment(), variables={"administrator_account_id": ADMINISTRATOR}
        )

    def _snapshot(self) -> dict[str, Any]:
        """The organization, without values that differ between runs."""
        found: dict[str, Any] = json.loads(_UNIQUE.sub("", json.dumps(self._sandbox.snapshot())))
        return found

    def _problem(self, cases: tuple[Case, ...]) -> str:
        # 404 is the response for a missing role or manager.
        errors = (call for call in self._sandbox.calls if call.error_code and call.status != 404)
        failed = {(call.service, call.operation) for call in errors}
        untouched = [str(case) for case in cases if (case.service, case.operation) not in failed]
        if untouched:
            return f"the call was not made: {', '.join(untouched)}"
        found = differences(self.expected, self._snapshot())
        return "; ".join(
            [*(f"{path}: {difference}" for path, difference in found.items()), *map(str, self._sandbox.violations)]
        )
