"""Every call that changes something, interrupted in every way, while an example is applied and destroyed.

Cells of one event are tried together in one organization, each once, since they do not concern the same call. When
such a trial fails, each half is tried, down to the single cell that fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.recovery import ADOPTED, follow
from harness.results import TerraformError
from sandbox import Fault
from sandbox.faults import FaultError, Faults
from tools.faults.cells import Cell, Outcome
from tools.faults.trial import Trial, TrialError, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.workspace import Workspaces
    from sandbox import Sandbox
    from sandbox.faults import Kind
    from tools.faults.cells import Phase

_FAULTS: dict[str, Kind] = {
    "denied": "access_denied",
    "throttled": "throttle",
    "server error": "server_error",
    "conflict": "conflict",
    "connection dropped": "dropped",
    "answer lost": "answer_lost",
}
_KILLS = ("killed before", "killed after", "killed after, state late")
EVENTS: tuple[str, ...] = (*_FAULTS, *_KILLS)


class Interruptions:
    """Trials of one example. The first one is without interruptions: the others are compared with it."""

    def __init__(self, example: str, workspaces: Workspaces, sandbox: Sandbox) -> None:
        self._example = example
        self._workspaces = workspaces
        self._sandbox = sandbox
        trial = Trial(example, workspaces, sandbox)
        trial.converge()
        self.applied = trial.snapshot()
        calls = len(sandbox.calls)
        changes: dict[Phase, list[str]] = {"apply": self._changes(0)}
        trial.converge(destroy=True)
        self.destroyed = trial.snapshot()
        changes["destroy"] = self._changes(calls)
        self.cells = [
            Cell(example, phase, event, subject)
            for phase, subjects in changes.items()
            for event in EVENTS
            for subject in subjects
            if event != "conflict" or _has_conflict(subject)
        ]

    def _changes(self, begin: int) -> list[str]:
        return sorted({subject_of(call) for call in self._sandbox.calls[begin:] if not call.is_read_only})

    def batches(self) -> list[list[Cell]]:
        """The cells that are tried together: those of one phase and event."""
        keys = sorted({(cell.phase, cell.event) for cell in self.cells}, key=lambda key: (key[0], EVENTS.index(key[1])))
        return [[cell for cell in self.cells if (cell.phase, cell.event) == key] for key in keys]

    def run(self, cells: Sequence[Cell]) -> Iterable[Outcome]:
        """Try the cells together; in halves, if that fails."""
        try:
            outcomes = self._together(cells)
        except TrialError as error:
            if len(cells) == 1:
                yield Outcome(cells[0], error.verdict, str(error))  # type: ignore[arg-type]
                return
            middle = len(cells) // 2
            yield from self.run(cells[:middle])
            yield from self.run(cells[middle:])
        else:
            yield from outcomes.values()
            # Another cell can make a call unnecessary.
            for cell in (cell for cell in cells if cell not in outcomes):
                yield from self.run([cell]) if len(cells) > 1 else [Outcome(cell, "never", "the call was not made")]

    def _together(self, cells: Sequence[Cell]) -> dict[Cell, Outcome]:
        """One organization from the first apply to the destroy. Returns how each cell that happened ended.

        Raises TrialError.
        """
        trial = Trial(self._example, self._workspaces, self._sandbox)
        phase, event = cells[0].phase, cells[0].event
        attempt = _Attempt(trial, {cell.subject for cell in cells}, event)
        self._phase(attempt, phase, "apply")
        trial.require_converged(self.applied)
        attempt.settle()
        self._phase(attempt, phase, "destroy")
        trial.require_destroyed(self.destroyed)
        return {cell: attempt.outcome(cell) for cell in cells if attempt.happened(cell)}

    @staticmethod
    def _phase(attempt: _Attempt, interrupted: Phase, phase: Phase) -> None:
        if phase == interrupted:
            attempt.interrupt(destroy=phase == "destroy")
        attempt.trial.converge(destroy=phase == "destroy", interrupted=attempt.has_news)
        attempt.has_news()


class _Attempt:
    """The interruptions of one trial, and after which of them something had to be done."""

    def __init__(self, trial: Trial, subjects: set[str], event: str) -> None:
        self.trial = trial
        self._event = event
        self._subjects = subjects
        self._seen = 0
        self._hit: list[str] = []
        self._since_followed: list[str] = []
        self._ways: dict[str, str] = {}

    def interrupt(self, *, destroy: bool) -> None:
        """Inject the faults, or run the command as often as it is killed. Raises TrialError."""
        self._seen = len(self.trial.sandbox.calls)
        if self._event in _FAULTS:
            self._inject(_FAULTS[self._event])
            return
        open_, failures = set(self._subjects), 0
        while open_ and failures < len(self._subjects) + 3:
            if self._event == "killed before":
                self._inject("dropped", open_)
            try:
                hit = self.trial.kill_at(open_, destroy=destroy, state_is_late="late" in self._event)
            except TerraformError as error:
                failures += 1
                self._follow("\n".join(found.detail or found.summary for found in error.report.errors))
                continue
            finally:
                self.trial.sandbox.faults.reset()
            (self.trial.terraform.directory / ADOPTED).unlink(missing_ok=True)
            if not hit:
                return
            self._note(hit)
            open_.discard(hit)

    def has_news(self) -> bool:
        """Whether interruptions happened since the last call of this."""
        found = [
            subject_of(call)
            for call in self.trial.sandbox.calls[self._seen :]
            if call.error_code and not call.is_read_only
        ]
        self._seen = len(self.trial.sandbox.calls)
        hit = [subject for subject in found if subject in self._subjects]
        for subject in hit:
            self._note(subject)
        self.settle()
        return bool(hit)

    def settle(self) -> None:
        """What was followed since the last time concerns the interruptions since the last time."""
        ways = self.trial.followed
        if ways:
            for subject in self._since_followed:
                self._ways.setdefault(subject, ", ".join(dict.fromkeys(ways)))
            ways.clear()
            self._since_followed.clear()

    def happened(self, cell: Cell) -> bool:
        hit = {*self._hit, *(subject_of(call) for call in self.trial.sandbox.calls if call.error_code)}
        return cell.subject in hit

    def outcome(self, cell: Cell) -> Outcome:
        """Refused, if something had to be done after the interruption."""
        way = self._ways.get(cell.subject, "")
        return Outcome(cell, "refused" if way else "converged", way)

    def _note(self, subject: str) -> None:
        self._hit.append(subject)
        self._since_followed.append(subject)

    def _follow(self, errors: str) -> None:
        done = follow(self.trial.terraform, errors)
        self.trial.followed += [done] if done else []
        self.settle()

    def _inject(self, kind: Kind, subjects: Iterable[str] | None = None) -> None:
        for subject in sorted(self._subjects if subjects is None else subjects):
            self.trial.sandbox.faults.inject(_fault(subject, kind))


def _fault(subject: str, kind: Kind) -> Fault:
    call, _, resource = subject.partition(" ")
    service, _, operation = call.partition(":")
    return Fault(service, operation, kind, resource=resource)


def _has_conflict(subject: str) -> bool:
    try:
        Faults().inject(_fault(subject, "conflict"))
    except FaultError:
        return False
    return True
