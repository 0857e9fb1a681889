"""Each action of each policy taken away in turn, and what becomes of the examples then: a line for each.

As many at a time as there are processors, each with a sandbox of its own.
"""

from __future__ import annotations

import copy
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from harness.results import TerraformError
from harness.workspace import Workspaces, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.iam.recording import COMPLIANCE, ROLES, Witness, run_complete, run_compliance_reporting, run_troubles
from tools.iam.policies import statement_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.queues import SimpleQueue

    from tools.iam.recording import Documents

Example = Callable[[Witness, Workspaces], None]
Ending = Literal[
    "fails and names it", "goes on and names it", "fails without naming it", "goes on without a word", "is not missed"
]

# Role and action, as patterns, and why nobody names what is missing.
_EXPLAINED = {
    ("*", "cloudformation:ListStackSet*"): "it adds the reasons to a failure that Quick Setup tells of anyway",
    ("member", "iam:GetRole"): "every Region is asked for Cloud9 then, where one question would have done",
    (
        "administrator-account",
        "organizations:ListAccounts",
    ): "the AWS provider takes the account for a mere member then",
}


@dataclass(frozen=True, order=True)
class Case:
    """The policy of a role, without an action in one of its statements."""

    role: str
    sid: str
    action: str

    def __str__(self) -> str:
        return f"{self.role:<22} {self.sid:<26} {self.action}"


@dataclass(frozen=True)
class Outcome:
    """How the example ended without the action."""

    case: Case
    ending: Ending

    @property
    def explanation(self) -> str | None:
        """Why nobody names what is missing, where that is known."""
        return next(
            (
                why
                for (role, action), why in _EXPLAINED.items()
                if fnmatchcase(self.case.role, role) and fnmatchcase(self.case.action, action)
            ),
            None,
        )

    @property
    def is_good(self) -> bool:
        """Whether a person learns what is missing, or it is known why not. What nobody misses is never good."""
        named = self.ending in ("fails and names it", "goes on and names it")
        return named or (self.ending != "is not missed" and self.explanation is not None)

    def __str__(self) -> str:
        known = None if self.ending.endswith("and names it") else self.explanation
        return f"{self.case}: {self.ending}{f' ({known})' if known else ''}"


def cases_of(documents: Documents) -> list[Case]:
    """Every action of every policy that is made from evidence."""
    return [
        Case(role, statement["Sid"], action)
        for role in ROLES
        for statement in documents[role]["Statement"]
        for action in statement["Action"]
    ]


def without(documents: Documents, case: Case) -> Documents:
    """The policies, with the action taken away from the one statement."""
    changed: dict[str, Any] = copy.deepcopy(dict(documents))
    statements = changed[case.role]["Statement"]
    for statement in statements:
        if statement["Sid"] == case.sid:
            statement["Action"].remove(case.action)
    changed[case.role]["Statement"] = [statement for statement in statements if statement["Action"]]
    return changed


def ending_of(sandbox: Sandbox, copies: Workspaces, documents: Documents, case: Case, example: Example) -> Ending:
    """Run one of the examples without the action, and tell how it ends."""
    witness = Witness(sandbox, without(documents, case))
    try:
        example(witness, copies)
    except TerraformError as error:
        return "fails and names it" if case.action in str(error) else "fails without naming it"
    if not witness.refused:
        return "is not missed"
    return "goes on and names it" if case.action in witness.heard else "goes on without a word"


def sweep(documents: Documents) -> int:
    """Sweep, and print a line for each case. Returns the exit status."""
    began = time.monotonic()
    workers = os.cpu_count() or 1
    outcomes: SimpleQueue[Outcome | None] = multiprocessing.SimpleQueue()
    planned = _planned(documents)
    processes = [
        multiprocessing.Process(target=_work, args=(planned[number::workers], documents, outcomes))
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        found_outcomes = _collect(outcomes, workers)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    bad = sum(not found.is_good for found in found_outcomes)
    endings = Counter(found.ending for found in found_outcomes)
    told = ", ".join(f"{number} {ending}" for ending, number in sorted(endings.items()))
    print(f"{len(found_outcomes)} of {len(planned)} actions taken away: {told} ({time.monotonic() - began:.0f} s).")
    return 1 if bad or len(found_outcomes) < len(planned) else 0


def _collect(outcomes: SimpleQueue[Outcome | None], workers: int) -> list[Outcome]:
    collected: list[Outcome] = []
    ended = 0
    while ended < workers:
        found = outcomes.get()
        if found is None:
            ended += 1
            continue
        collected.append(found)
        print(found, flush=True)
    return collected


def _work(planned: Sequence[tuple[Case, Example]], documents: Documents, outcomes: SimpleQueue[Outcome | None]) -> None:
    """Run these cases, each with its example; None at the end."""
    try:
        with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
            for case, example in planned:
                outcomes.put(Outcome(case, ending_of(sandbox, copies, documents, case, example)))
    finally:
        outcomes.put(None)


def _planned(documents: Documents) -> list[tuple[Case, Example]]:
    """Every case, with an example that needs the action: the shorter one, where it does."""
    short: set[Case] = set()
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        witness = Witness(sandbox)
        run_troubles(witness, copies)
        for role, needs in witness.needs.items():
            short.update(Case(role, statement_of(need).sid, need.action) for need in needs)
    by_role = {COMPLIANCE: run_compliance_reporting}
    return [
        (case, run_troubles if case in short else by_role.get(case.role, run_complete)) for case in cases_of(documents)
    ]
