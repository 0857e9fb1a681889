"""What all cells of an example have in common: the run that they are compared with, and trials of several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.faults.cells import Outcome
from tools.faults.trial import Trial, TrialError, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from tools.faults.cells import Cell


@dataclass(frozen=True)
class Baseline:
    """An example that was applied and destroyed without interruptions.

    Attributes:
        applied, destroyed: snapshots after each.
        apply_calls, destroy_calls: the calls of each that change something, as subjects of cells.
        addresses: the AWS resources in the state of the apply.
        settings: the settings in its records, with the values that the example gives them.
    """

    example: str
    workspaces: Workspaces
    sandbox: Sandbox
    applied: dict[str, Any]
    destroyed: dict[str, Any]
    apply_calls: list[str]
    destroy_calls: list[str]
    addresses: list[str]
    settings: Mapping[str, str]

    @classmethod
    def run(cls, example: str, workspaces: Workspaces, sandbox: Sandbox) -> Baseline:
        """Raises TrialError."""
        trial = Trial(example, workspaces, sandbox)
        trial.converge()
        applied, calls = trial.snapshot(), len(sandbox.calls)
        apply_calls = trial.changing_calls()
        addresses = sorted(address for address in trial.terraform.state() if type_of(address).startswith("aws_"))
        recorded = trial.recorded_settings()
        trial.converge(destroy=True)
        return cls(
            example,
            workspaces,
            sandbox,
            applied,
            trial.snapshot(),
            apply_calls,
            trial.changing_calls(calls),
            addresses,
            {key: recorded[key]["value"] for key in sorted(recorded)},
        )

    def new_trial(self) -> Trial:
        return Trial(self.example, self.workspaces, self.sandbox)


class Matrix:
    """The `cells` of one kind."""

    cells: list[Cell]

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline

    def batches(self) -> list[list[Cell]]:
        """The cells that are tried together: by default each alone."""
        return [[cell] for cell in self.cells]

    def try_together(self, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """Try cells of one batch in one organization. Returns how each that happened ended. Raises TrialError."""
        raise NotImplementedError

    def run(self, cells: Sequence[Cell]) -> Iterable[Outcome]:
        """Try the cells together; in halves, if that fails."""
        try:
            outcomes = self.try_together(cells)
        except (TrialError, AssertionError, ClientError) as error:
            if len(cells) == 1:
                yield Outcome(cells[0], error.verdict if isinstance(error, TrialError) else "never", str(error))
                return
            middle = len(cells) // 2
            yield from self.run(cells[:middle])
            yield from self.run(cells[middle:])
        else:
            yield from outcomes.values()
            # Another cell can make a call unnecessary.
            for cell in (cell for cell in cells if cell not in outcomes):
                yield from self.run([cell]) if len(cells) > 1 else [Outcome(cell, "never", "the call was not made")]
