"""Every call that changes something, interrupted in every way, while an example is applied and destroyed.

Cells of one event are tried together, those of the apply and then those of the destroy, each once, since they do not
concern the same call.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from sandbox.faults import FaultError, Faults
from tools.faults.cells import Cell, Outcome
from tools.faults.matrix import Matrix
from tools.faults.trial import fault_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.faults import Kind
    from tools.faults.cells import Phase
    from tools.faults.matrix import Baseline
    from tools.faults.trial import Trial

_LATE = "visible late"
_FAULTS: dict[str, Kind] = {
    "denied": "access_denied",
    "throttled": "throttle",
    "server error": "server_error",
    "conflict": "conflict",
    "connection dropped": "dropped",
    "answer lost": "answer_lost",
    _LATE: "visible_late",
}
_KILLS = ("killed before", "killed after", "killed after, state late")
# In this order they are tried: first those that left the most behind when they were first tried.
EVENTS: tuple[str, ...] = tuple(dict.fromkeys(("answer lost", *_KILLS, *_FAULTS)))


class Interruptions(Matrix):
    """Interruptions of each call of an apply and of a destroy."""

    def __init__(self, baseline: Baseline) -> None:
        super().__init__(baseline)
        calls: dict[Phase, list[str]] = {"apply": baseline.apply_calls, "destroy": baseline.destroy_calls}
        self.cells = [
            Cell(baseline.example, phase, event, subject)
            for event in EVENTS
            for phase, subjects in calls.items()
            for subject in subjects
            if event not in _FAULTS or _can_occur(subject, _FAULTS[event])
        ]

    def batches(self) -> list[list[Cell]]:
        """Those of one event."""
        return [list(batch) for _, batch in groupby(self.cells, lambda cell: cell.event)]

    def try_together(self, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """One organization from the first apply to the destroy."""
        trial = self.baseline.new_trial()
        applied = [cell for cell in cells if cell.phase == "apply"]
        outcomes = self._phase(trial, applied, destroy=False)
        outcomes |= self._phase(trial, [cell for cell in cells if cell not in applied], destroy=True)
        trial.require_destroyed(self.baseline.destroyed)
        return outcomes

    def _phase(self, trial: Trial, cells: Sequence[Cell], *, destroy: bool) -> dict[Cell, Outcome]:
        """An apply or a destroy with these interruptions. Raises TrialError."""
        attempt = _Attempt(trial, {cell.subject for cell in cells}, cells[0].event if cells else EVENTS[0])
        if cells:
            attempt.interrupt(destroy=destroy)
        trial.converge(destroy=destroy, interrupted=attempt.has_news)
        attempt.has_news()
        if not destroy:
            if attempt.is_late:
                # The next plan can still see what was there before; what it changes then must be right as well.
                trial.converge()
            trial.require_converged(self.baseline.applied, interrupted=True)
            attempt.settle()
        # What did not happen would happen later.
        trial.sandbox.faults.reset()
        return {cell: attempt.outcome(cell) for cell in cells if attempt.happened(cell)}


class _Attempt:
    """The interruptions of one trial, and after which of them something had to be done."""

    def __init__(self, trial: Trial, subjects: set[str], event: str) -> None:
        self.trial = trial
        self._event = event
        self._subjects = subjects
        self._begin = self._seen = 0
        self._hit: list[str] = []
        self._since_followed: list[str] = []
        self._ways: dict[str, list[str]] = {}

    @property
    def is_late(self) -> bool:
        return self._event == _LATE

    def interrupt(self, *, destroy: bool) -> None:
        """Inject the faults, or run the command as often as it is killed. Raises TrialError."""
        self._begin = self._seen = len(self.trial.sandbox.calls)
        if self._event in _FAULTS:
            self._inject(_FAULTS[self._event])
            return
        open_, failures = set(self._subjects), 0
        while open_ and failures < len(self._subjects) + 3:
            if self._event == "killed before":
                self._inject("dropped", open_)
            hits: set[str] = set()
            failed = self.trial.attempt(partial(self._kill, open_, hits, destroy=destroy))
            self.trial.sandbox.faults.reset()
            self.settle()
            if failed:
                failures += 1
                continue
            if not hits:
                return
            for hit in sorted(hits):
                self._note(hit)
            open_ -= hits

    def _kill(self, subjects: set[str], hits: set[str], *, destroy: bool) -> None:
        hits |= self.trial.kill_at(subjects, destroy=destroy, state_is_late="late" in self._event)

    def has_news(self) -> bool:
        """Whether interruptions happened since the last call of this."""
        hit = self._hits(self._seen)
        self._seen = len(self.trial.sandbox.calls)
        for subject in hit:
            self._note(subject)
        self.settle()
        return bool(hit)

    def settle(self) -> None:
        """What was followed since the last time concerns the interruptions since the last time."""
        ways = self.trial.followed
        if ways:
            for subject in self._since_followed:
                self._ways.setdefault(subject, list(ways))
            ways.clear()
            self._since_followed.clear()

    def happened(self, cell: Cell) -> bool:
        return cell.subject in {*self._hit, *self._hits(self._begin)}

    def _hits(self, begin: int) -> list[str]:
        """The calls from `begin` on that were interrupted. What is visible late is no error."""
        return [
            subject
            for call in self.trial.sandbox.calls[begin:]
            if (call.error_code or self.is_late) and (subject := subject_of(call)) in self._subjects
        ]

    def outcome(self, cell: Cell) -> Outcome:
        """Refused, if something had to be done after the interruption."""
        return Outcome.after(cell, self._ways.get(cell.subject, ()))

    def _note(self, subject: str) -> None:
        self._hit.append(subject)
        self._since_followed.append(subject)

    def _inject(self, kind: Kind, subjects: Iterable[str] | None = None) -> None:
        for subject in sorted(self._subjects if subjects is None else subjects):
            self.trial.sandbox.faults.inject(fault_of(subject, kind))


def _can_occur(subject: str, kind: Kind) -> bool:
    try:
        Faults().inject(fault_of(subject, kind))
    except FaultError:
        return False
    return True
