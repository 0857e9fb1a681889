"""A random walk: applies, kills at a random call, lost answers, drift and destroys, all drawn from one seed.

At the end one more apply, with what the plan says to do, leads to an empty plan, and one destroy to the beginning.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from harness.recovery import ADOPTED, follow
from harness.results import TerraformError
from sandbox import Fault
from tools.faults.cells import Cell, Outcome
from tools.faults.starts import Starts
from tools.faults.trial import Trial, TrialError, subject_of

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from sandbox.faults import Kind

STEPS = 4
_FAULTS: tuple[Kind, ...] = ("answer_lost", "access_denied", "throttle", "server_error", "dropped")


class Walks:
    """Walks of one example."""

    def __init__(self, example: str, workspaces: Workspaces, sandbox: Sandbox) -> None:
        self._starts = Starts(example, workspaces, sandbox)
        self._example = example
        self._workspaces = workspaces
        self._sandbox = sandbox
        self._calls = sorted({subject_of(call) for call in sandbox.calls if not call.is_read_only})

    def cell(self, seed: int) -> Cell:
        return Cell(self._example, "end", "random walk", f"seed {seed:03}")

    def run(self, seed: int) -> Outcome:
        """One walk."""
        cell = self.cell(seed)
        chosen = random.Random(seed)  # noqa: S311 (a walk, not a secret)
        trial = Trial(self._example, self._workspaces, self._sandbox)
        steps: list[str] = []
        try:
            for _ in range(STEPS):
                steps.append(self._step(trial, chosen))  # noqa: PERF401 (the steps before an error are shown)
            self._sandbox.faults.reset()
            trial.converge()
            trial.require_converged(self._starts.applied)
            trial.converge(destroy=True)
            trial.require_destroyed(self._starts.destroyed)
        except (TrialError, AssertionError) as error:
            verdict = error.verdict if isinstance(error, TrialError) else "never"
            return Outcome(cell, verdict, f"{'; '.join(steps)}: {error}")  # type: ignore[arg-type]
        return Outcome(cell, "refused" if trial.followed else "converged", "; ".join(steps))

    def _step(self, trial: Trial, chosen: random.Random) -> str:
        """One step, and its description."""
        subject = chosen.choice(self._calls)
        action = chosen.choice(("kill", "kill", "fault", "fault", "drift", "destroy", "apply"))
        destroy = chosen.random() < 0.25
        if action == "kill":
            _attempt(trial, lambda: trial.kill_at({subject}, destroy=destroy))
            return f"{'destroy' if destroy else 'apply'} killed after {subject}"
        if action == "fault":
            kind = chosen.choice(_FAULTS)
            service, _, rest = subject.partition(":")
            operation, _, resource = rest.partition(" ")
            self._sandbox.faults.inject(Fault(service, operation, kind, resource=resource))
            _attempt(trial, trial.terraform.destroy if destroy else trial.terraform.apply)
            return f"{'destroy' if destroy else 'apply'} with {kind} of {subject}"
        if action == "drift":
            return f"drift of {self._starts.drift(trial, chosen)}"
        _attempt(trial, trial.terraform.destroy if action == "destroy" else trial.terraform.apply)
        return action


def _attempt(trial: Trial, command: object) -> None:
    """Run a command once; if it fails, do what it says, and leave the rest to the next step."""
    assert callable(command)
    try:
        command()
    except TerraformError as error:
        done = follow(trial.terraform, "\n".join(found.detail or found.summary for found in error.report.errors))
        trial.followed += [done] if done else []
    else:
        (trial.terraform.directory / ADOPTED).unlink(missing_ok=True)
