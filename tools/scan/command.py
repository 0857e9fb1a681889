"""Runs Checkov over the code and over the plan of every example, with its built-in checks and with `policies/`.

Exit status 1 when a check fails, when one is skipped without a reason, and when a policy has no result for a resource
that it applies to.
"""

from __future__ import annotations

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.entry_point import run
from tools.scan.checkov import POLICIES, Scan, checkov
from tools.scan.plans import NOT_PLANNED, examples, plan_examples
from tools.scan.policies import PROVISIONERS, coverage_gaps, declared, planned, provisioned
from tools.scan.reports import write_junit, write_sarif
from tools.scan.skips import apply_to_plan, find_skips

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tools.scan.checkov import Result
    from tools.scan.plans import ExamplePlan
    from tools.scan.skips import Skip

REPORTS = REPOSITORY / ".cache" / "scan"
SOURCE = "source"


@dataclass
class Outcome:
    """Results and numbers of resources by scan, skips, and problems."""

    results: dict[str, list[Result]] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def everything(self) -> list[Result]:
        return [result for results in self.results.values() for result in results]


def scan() -> int:
    """Scan. Returns the exit status."""
    console = Console(width=None if Console().is_terminal else 110)
    began = time.monotonic()
    identifiers = declared(POLICIES)
    with ThreadPoolExecutor(1) as executor, console.status("Checkov, and a plan of every example"):
        source = executor.submit(checkov, REPOSITORY, "terraform", skipped=[REPOSITORY / "tests"])
        with temporary_workspaces() as copies, Sandbox.start(Scenario.named("realistic")) as sandbox:
            plans = list(plan_examples(copies, sandbox, REPOSITORY))
        by_plan = _scan_plans(plans)
        outcome = evaluate_source(source.result(), REPOSITORY)
        for plan in plans:
            add_plan(outcome, plan, by_plan[plan.example], identifiers, REPOSITORY)
    REPORTS.mkdir(parents=True, exist_ok=True)
    write_sarif(REPORTS / "checkov.sarif", outcome.everything, outcome.skips, REPOSITORY)
    write_junit(REPORTS / "checkov.xml", outcome.results, outcome.problems)
    return _report(console, outcome, identifiers, time.monotonic() - began)


def evaluate_source(found: Scan, repository: Path) -> Outcome:
    """The outcome of the scan of source code. Parsing errors and missing results are problems."""
    outcome = Outcome({SOURCE: list(found.results)}, {SOURCE: found.resources})
    outcome.problems += [f"Checkov cannot parse {Path(file).relative_to(repository)}" for file in found.unread]
    outcome.skips, unfind_skips = find_skips(found.results)
    outcome.problems += unfind_skips
    files = list(repository.glob("*.tf"))
    for folder in ("modules", "examples"):
        files += [file for file in (repository / folder).rglob("*.tf") if ".terraform" not in file.parts]
    covered = {(result.file, result.block) for result in found.results if result.check_id == PROVISIONERS}
    outcome.problems += [
        f"{PROVISIONERS} has no result for {block} of {file.relative_to(repository)}"
        for file, block in provisioned(files)
        if (file, block) not in covered
    ]
    return outcome


def add_plan(
    outcome: Outcome, plan: ExamplePlan, results: Sequence[Result], identifiers: Mapping[str, str], repository: Path
) -> None:
    """Add the results of one plan to the outcome of the source code."""
    outcome.problems += [f"{plan.example}: {gap}" for gap in coverage_gaps(plan.document, results, identifiers)]
    outcome.results[plan.example] = apply_to_plan(results, plan, outcome.skips, repository)
    outcome.resources[plan.example] = sum(1 for _ in planned(plan.document))


def _scan_plans(plans: Sequence[ExamplePlan]) -> dict[str, list[Result]]:
    """Scan all plans in one run, because starting Checkov takes most of the time."""
    # Plans have sensitive values.
    with tempfile.TemporaryDirectory(prefix="plans-") as folder:
        files = {Path(folder).resolve() / f"{number}.json": plan for number, plan in enumerate(plans)}
        for file, plan in files.items():
            file.write_text(json.dumps(plan.document))
        found = checkov(Path(folder), "terraform_plan")
    results: dict[str, list[Result]] = {plan.example: [] for plan in plans}
    for result in found.results:
        results[files[result.file.resolve()].example].append(result)
    return results


def _report(console: Console, outcome: Outcome, identifiers: Mapping[str, str], seconds: float) -> int:
    console.print(_scanned(outcome), _policies(outcome, identifiers))
    for skip in outcome.skips:
        console.print(f"skipped: {skip.check_id} for {skip.block}, {skip.file.relative_to(REPOSITORY)}: {skip.reason}")
    for example in (example for example in examples(REPOSITORY) if example in NOT_PLANNED):
        console.print(f"not planned: {example}: {NOT_PLANNED[example]}")
    failed = [result for result in outcome.everything if result.status == "failed"]
    for line in (*_failures(outcome), *outcome.problems):
        console.print(Text(line, style="red"))
    console.print(
        f"{len({result.check_id for result in outcome.everything})} checks, {len(outcome.everything)} results, "
        f"{sum(outcome.resources.values())} resources; {len(failed)} failed, {len(outcome.problems)} other problems "
        f"({seconds:.0f} s). SARIF and JUnit: {REPORTS.relative_to(REPOSITORY)}/"
    )
    return 1 if failed or outcome.problems else 0


def _scanned(outcome: Outcome) -> Table:
    table = Table("scanned", "resources", "checks", "passed", "failed", "skipped")
    for name, results in outcome.results.items():
        statuses = [result.status for result in results]
        counts = [outcome.resources[name], len({result.check_id for result in results})]
        table.add_row(
            name, *map(str, counts), *(str(statuses.count(status)) for status in ("passed", "failed", "skipped"))
        )
    return table


def _policies(outcome: Outcome, identifiers: Mapping[str, str]) -> Table:
    table = Table("policy", "file", "results in code", "in plans")
    for identifier, file in sorted(identifiers.items()):
        scans = [
            name for name, results in outcome.results.items() for result in results if result.check_id == identifier
        ]
        in_code = scans.count(SOURCE)
        table.add_row(identifier, file, str(in_code), str(len(scans) - in_code))
    return table


def _failures(outcome: Outcome) -> Iterator[str]:
    for name, results in outcome.results.items():
        for result in results:
            if result.status == "failed":
                location = f"{result.file.relative_to(REPOSITORY)}:{result.first_line}"
                check = f"{result.check_id} {result.resource} ({location}): {result.check_name}"
                yield f"{name}: {check}. {result.guideline}"


if __name__ == "__main__":
    run(scan)
