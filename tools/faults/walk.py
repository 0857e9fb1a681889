"""A random walk: applies, kills at a random call, lost answers, drift and destroys, all drawn from one seed.

At the end one more apply, with what the plan says to do, leads to an empty plan, and one destroy to the beginning.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tools.faults.cells import Cell, Outcome, verdict_after
from tools.faults.starts import drift
from tools.faults.trial import TrialError, fault_of

if TYPE_CHECKING:
    from sandbox.faults import Kind
    from tools.faults.matrix import Baseline
    from tools.faults.trial import Trial

STEPS = 4
_FAULTS: tuple[Kind, ...] = ("answer_lost", "access_denied", "throttle", "server_error", "dropped")


class Walks:
    """Walks of one example."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._calls = sorted({*baseline.apply_calls, *baseline.destroy_calls})

    def cell(self, seed: int) -> Cell:
        return Cell(self._baseline.example, "end", "random walk", f"seed {seed:03}")

    def run(self, seed: int) -> Outcome:
        """One walk."""
        cell = self.cell(seed)
        chosen = random.Random(seed)  # noqa: S311 (a walk, not a secret)
        trial = self._baseline.new_trial()
        steps: list[str] = []
        try:
            for _ in range(STEPS):
                steps.append(self._step(trial, chosen))  # noqa: PERF401 (the steps before an error are shown)
            trial.sandbox.faults.reset()
            trial.converge()
            trial.require_converged(self._baseline.applied, interrupted=True)
            trial.converge(destroy=True)
            trial.require_destroyed(self._baseline.destroyed)
        except (TrialError, AssertionError) as error:
            verdict = error.verdict if isinstance(error, TrialError) else "never"
            return Outcome(cell, verdict, f"{'; '.join(steps)}: {error}")
        return Outcome(cell, verdict_after(trial.followed), "; ".join(steps))

    def _step(self, trial: Trial, chosen: random.Random) -> str:
        """One step, and its description."""
        subject = chosen.choice(self._calls)
        action = chosen.choice(("kill", "kill", "fault", "fault", "drift", "destroy", "apply"))
        destroy = chosen.random() < 0.25
        if action == "kill":
            trial.attempt(lambda: trial.kill_at({subject}, destroy=destroy))
            return f"{'destroy' if destroy else 'apply'} killed after {subject}"
        if action == "fault":
            kind = chosen.choice(_FAULTS)
            trial.sandbox.faults.inject(fault_of(subject, kind))
            trial.attempt(trial.terraform.destroy if destroy else trial.terraform.apply)
            return f"{'destroy' if destroy else 'apply'} with {kind} of {subject}"
        if action == "drift":
            return f"drift of {drift(trial, chosen)}"
        trial.attempt(trial.terraform.destroy if action == "destroy" else trial.terraform.apply)
        return action
