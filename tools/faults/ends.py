"""The ways in which an example ends: destroyed in the middle, counted away, deleted from the configuration, lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.results import TerraformError
from harness.scripts import run_script
from sandbox import Fault
from tools.faults.cells import Cell, Outcome
from tools.faults.trial import Trial, TrialError, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.workspace import Workspaces
    from sandbox import Sandbox

_AFTER_FAILURE = "destroyed after an apply that failed"
_COUNT, _BLOCK, _STATE = "count = 0", "block deleted, then restored", "state lost, then restored"
# As often as a client repeats a call, and more.
_ALWAYS = 1000


class Ends:
    """Trials of one example."""

    def __init__(self, example: str, workspaces: Workspaces, sandbox: Sandbox) -> None:
        self._example = example
        self._workspaces = workspaces
        self._sandbox = sandbox
        trial = Trial(example, workspaces, sandbox)
        trial.converge()
        subjects = sorted({subject_of(call) for call in sandbox.calls if not call.is_read_only})
        trial.converge(destroy=True)
        self.destroyed = trial.snapshot()
        self.cells = [
            *(Cell(example, "end", _AFTER_FAILURE, subject) for subject in subjects),
            *(Cell(example, "end", event, "module.systems_manager") for event in (_COUNT, _BLOCK, _STATE)),
        ]

    def batches(self) -> list[list[Cell]]:
        """Each cell ends an organization of its own."""
        return [[cell] for cell in self.cells]

    def run(self, cells: Sequence[Cell]) -> Iterable[Outcome]:
        """Try each cell."""
        for cell in cells:
            trial = Trial(self._example, self._workspaces, self._sandbox)
            try:
                self._end(trial, cell)
                trial.require_destroyed(self.destroyed)
            except TrialError as error:
                yield Outcome(cell, error.verdict, str(error))  # type: ignore[arg-type]
            else:
                way = ", ".join(dict.fromkeys(trial.followed))
                yield Outcome(cell, "refused" if way else "converged", way)

    def _end(self, trial: Trial, cell: Cell) -> None:
        """Raises TrialError."""
        if cell.event == _AFTER_FAILURE:
            self._fail(trial, cell.subject)
            trial.converge(destroy=True)
            return
        trial.converge()
        if cell.event == _STATE:
            (trial.terraform.directory / "terraform.tfstate").unlink()
        else:
            _edit(trial, count=cell.event == _COUNT)
        if cell.event == _COUNT:
            trial.converge()
            return
        if cell.event == _BLOCK:
            _apply(trial)
        options = ["--deployed"] if cell.event == _STATE else []
        restored = run_script(trial.sandbox, "report.py", "restore", "--yes", *options)
        if restored.returncode:
            raise TrialError("never", restored.stdout + restored.stderr)
        trial.followed.append("restore")
        if cell.event == _BLOCK:
            trial.converge()

    @staticmethod
    def _fail(trial: Trial, subject: str) -> None:
        """An apply in which a call is always denied. Raises TrialError."""
        call, _, resource = subject.partition(" ")
        service, _, operation = call.partition(":")
        fault = Fault(service, operation, "access_denied", resource=resource, times=_ALWAYS)
        trial.sandbox.faults.inject(fault)
        if _apply(trial):
            raise TrialError("never", "the apply does not fail")
        trial.sandbox.faults.reset()


def _apply(trial: Trial) -> bool:
    """Whether it succeeds."""
    try:
        trial.terraform.apply()
    except TerraformError:
        return False
    return True


def _edit(trial: Trial, *, count: bool) -> None:
    """Set `count = 0` in the module call, or delete it; and its outputs, which refer to it."""
    directory = trial.terraform.directory
    (directory / "outputs.tf").unlink()
    file = directory / "main.tf"
    text = file.read_text()
    if count:
        text = re.sub(r'(module "systems_manager" \{\n)', r"\1  count = 0\n", text)
    else:
        text = text[: text.index('module "systems_manager"')]
    file.write_text(text)
