"""The ways in which an example ends: destroyed in the middle, counted away, deleted from the configuration, lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.organization import settings_records
from harness.results import TerraformError
from harness.scripts import run_script
from tools.faults.cells import Cell, Outcome
from tools.faults.matrix import Matrix
from tools.faults.starts import STACK_SET, delete_stack_set
from tools.faults.trial import EXAMPLES, TrialError, fault_of, type_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.faults.matrix import Baseline
    from tools.faults.trial import Trial

_AFTER_FAILURE = "destroyed after an apply that failed"
_COUNT, _BLOCK, _STATE = "count = 0", "block deleted, then restored", "state lost, then restored"
# As often as a client repeats a call, and more.
_ALWAYS = 1000


class Ends(Matrix):
    """Each of them ends an organization of its own."""

    def __init__(self, baseline: Baseline) -> None:
        super().__init__(baseline)
        example = baseline.example
        self.cells = [
            *(Cell(example, "end", _AFTER_FAILURE, subject) for subject in baseline.apply_calls),
            *(
                Cell(example, "end", event, f"module.{EXAMPLES[example].module}")
                for event in (_COUNT, _BLOCK, _STATE)
                # docs/operations/uninstall.md: without a state, the stack of modules/explorer is deleted by hand.
                if event != _STATE or EXAMPLES[example].account_id is None
            ),
        ]

    def try_together(self, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """The one cell of a batch."""
        (cell,) = cells
        trial = self.baseline.new_trial()
        self._end(trial, cell)
        trial.require_destroyed(self.baseline.destroyed)
        return {cell: Outcome.after(cell, trial.followed)}

    def _end(self, trial: Trial, cell: Cell) -> None:
        """Raises TrialError."""
        if cell.event == _AFTER_FAILURE:
            self._fail(trial, cell.subject)
            trial.converge(destroy=True)
            return
        trial.converge()
        if cell.event == _STATE:
            stack_sets = [
                values for address, values in trial.terraform.state().items() if type_of(address) == STACK_SET
            ]
            (trial.terraform.directory / "terraform.tfstate").unlink()
            _restore(trial, "--deployed")
            # docs/operations/uninstall.md: by hand.
            for values in stack_sets:
                delete_stack_set(trial, values)
            return
        edit(trial, count=cell.event == _COUNT)
        if cell.event == _BLOCK:
            _apply(trial)
            _restore(trial)
        trial.converge()

    @staticmethod
    def _fail(trial: Trial, subject: str) -> None:
        """An apply in which a call is always denied. Raises TrialError."""
        trial.sandbox.faults.inject(fault_of(subject, "access_denied", times=_ALWAYS))
        if _apply(trial):
            raise TrialError("never", "the apply does not fail")
        trial.sandbox.faults.reset()


def _restore(trial: Trial, *options: str) -> None:
    """Restore each installation, from its record in each Region. Raises TrialError."""
    account_id = trial.configuration.account_id
    records = [
        ("--record-region", region, "--installation", name)
        for region in trial.configuration.record_regions
        for name in sorted(settings_records(trial.sandbox, account_id, region))
    ]
    for record in records if len(records) > 1 else [()]:
        arguments = ("restore", "--yes", *record, *options)
        restored = run_script(trial.sandbox, "report.py", *arguments, account_id=account_id)
        if restored.returncode:
            raise TrialError("never", restored.stdout + restored.stderr)
    trial.followed.append("restore")


def _apply(trial: Trial) -> bool:
    """Whether it succeeds."""
    try:
        trial.terraform.apply()
    except TerraformError:
        return False
    return True


def edit(trial: Trial, *, count: bool) -> None:
    """Set `count = 0` in the module call and those that refer to it, or delete them; and the outputs, which do too."""
    directory = trial.terraform.directory
    (directory / "outputs.tf").unlink()
    file = directory / "main.tf"
    text, module = file.read_text(), trial.configuration.module
    if count:
        blocks = re.split(r'^(?=module ")', text, flags=re.MULTILINE)
        text = "".join(
            block.replace("{\n", "{\n  count = 0\n", 1).replace(f" module.{module}.", f" module.{module}[0].")
            if block.startswith(f'module "{module}" ') or f" module.{module}." in block
            else block
            for block in blocks
        )
    else:
        text = text[: text.index(f'module "{module}" {{\n')]
    file.write_text(text)
