"""Removes each action of each policy in turn, and prints how the example ends without it.

One process for each processor, each with its own sandbox.
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
from tools.iam.policies import statement_of
from tools.iam.roles import ROLES
from tools.iam.runs import RUNS_OF_MODULES
from tools.iam.runs.compliance import run_compliance_report
from tools.iam.runs.examples import run_changes, run_complete
from tools.iam.runs.nodes import run_nodes
from tools.iam.runs.recorder import PermissionRecorder
from tools.worker_processes import worker_processes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.queues import SimpleQueue

    from tools.iam.runs.recorder import Documents

Example = Callable[[PermissionRecorder, Workspaces], None]
Ending = Literal[
    "fails, names the action", "continues, names the action", "fails silently", "continues silently", "not required"
]

# Role and action, as patterns, and why a missing action is not reported.
_EXCEPTIONS = {
    ("*", "cloudformation:ListStackSet*"): "it adds the reasons to a failure that Quick Setup reports",
    ("*", "tag:GetResources"): "without it, no plan looks for keys without an alias",
    ("just-in-time-node-access", "kms:ListAliases"): "without it, no plan finds a key without an alias",
    ("member", "iam:GetRole"): "without it, every Region is checked for Cloud9 environments",
    (
        "administrator-account",
        "organizations:ListAccounts",
    ): "without it, the AWS provider treats the account as a member account",
}


@dataclass(frozen=True, order=True)
class Case:
    """An action that is removed from a statement of a role's policy."""

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
        """Why a missing action is not reported, if known."""
        return next(
            (
                why
                for (role, action), why in _EXCEPTIONS.items()
                if fnmatchcase(self.case.role, role) and fnmatchcase(self.case.action, action)
            ),
            None,
        )

    @property
    def is_expected(self) -> bool:
        """Whether the missing action is reported, or an exception is known. Every action must be required."""
        named = self.ending.endswith("names the action")
        return named or (self.ending != "not required" and self.explanation is not None)

    def __str__(self) -> str:
        known = None if self.ending.endswith("names the action") else self.explanation
        return f"{self.case}: {self.ending}{f' ({known})' if known else ''}"


def cases_of(documents: Documents) -> list[Case]:
    """Every action of every policy that is generated from calls."""
    return [
        Case(role, statement["Sid"], action)
        for role in ROLES
        for statement in documents[role]["Statement"]
        for action in statement["Action"]
    ]


def without(documents: Documents, case: Case) -> Documents:
    """The policies without the action in the one statement."""
    changed: dict[str, Any] = copy.deepcopy(dict(documents))
    statements = changed[case.role]["Statement"]
    for statement in statements:
        if statement["Sid"] == case.sid:
            statement["Action"].remove(case.action)
    changed[case.role]["Statement"] = [statement for statement in statements if statement["Action"]]
    return changed


def ending_of(sandbox: Sandbox, copies: Workspaces, documents: Documents, case: Case, example: Example) -> Ending:
    """Run an example without the action. Returns how it ends."""
    recorder = PermissionRecorder(sandbox, without(documents, case))
    try:
        example(recorder, copies)
    except TerraformError as error:
        return "fails, names the action" if case.action in str(error) else "fails silently"
    if not recorder.denied:
        return "not required"
    return "continues, names the action" if case.action in recorder.output else "continues silently"


def sweep(documents: Documents) -> int:
    """Sweep, and print a line for each case. Returns the exit status."""
    began = time.monotonic()
    workers = os.cpu_count() or 1
    outcomes: SimpleQueue[Outcome | None] = multiprocessing.SimpleQueue()
    planned = _planned(documents)
    with worker_processes(_work, [(planned[number::workers], documents, outcomes) for number in range(workers)]):
        found_outcomes = _collect(outcomes, workers)
    bad = sum(not found.is_expected for found in found_outcomes)
    endings = Counter(found.ending for found in found_outcomes)
    summary = ", ".join(f"{number} {ending}" for ending, number in sorted(endings.items()))
    print(f"{len(found_outcomes)} of {len(planned)} actions removed: {summary} ({time.monotonic() - began:.0f} s).")
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
    """Run these cases with their examples, and put None at the end."""
    try:
        with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
            for case, example in planned:
                outcomes.put(Outcome(case, ending_of(sandbox, copies, documents, case, example)))
    finally:
        outcomes.put(None)


def _planned(documents: Documents) -> list[tuple[Case, Example]]:
    """Every case with the shortest example that needs its action."""
    shortest: dict[Case, Example] = {}
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        for example in (run_nodes, run_compliance_report, run_changes, *RUNS_OF_MODULES.values()):
            recorder = PermissionRecorder(sandbox)
            example(recorder, copies)
            for role, needs in recorder.needs.items():
                for need in needs:
                    shortest.setdefault(Case(role, statement_of(need).sid, need.action), example)
    return [(case, shortest.get(case, RUNS_OF_MODULES.get(case.role, run_complete))) for case in cases_of(documents)]
