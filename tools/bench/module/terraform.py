"""The time of apply, empty plan and destroy, against a baseline: the same resources without module, checks and scripts.

Each figure is the median of five; with the number of AWS calls. Then the empty plan with a round-trip time of 50 ms for
each AWS call, and the time of one script until its first AWS call against `import boto3`, a client and its first call.
The runs alternate, so that other load affects both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

from harness.complete import ADMINISTRATOR
from harness.organization import root_id
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.bench.module.calls import calls_table
from tools.bench.module.phases import FIRST, clock, phases_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Call
    from tools.bench.bounds import Measurements

ROUNDS = 5
LATENCY_SECONDS = 0.05
STEPS = ("apply", "empty plan", "empty plan, 50 ms a call", "destroy")

_BARE = """
import boto3
boto3.client("sts").get_caller_identity()
"""


@dataclass
class Figures:
    """Seconds, number of AWS calls and phases of each step, one per round; and the calls of the last empty plan."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    calls: dict[str, list[int]] = field(default_factory=lambda: {step: [] for step in STEPS})
    phases: dict[str, list[dict[str, float]]] = field(default_factory=lambda: {step: [] for step in STEPS})
    empty_plan: list[Call] = field(default_factory=list)


def bench_terraform(console: Console, repository: Path) -> Measurements:
    """Measure and print."""
    module, baseline = Figures(), Figures()
    with (
        temporary_workspaces(repository=repository) as copies,
        temporary_workspaces() as own,
        Sandbox.start(Scenario.named("bare")) as sandbox,
    ):
        for number in range(ROUNDS):
            with console.status(f"terraform, round {number + 1} of {ROUNDS}"):
                _measure(sandbox, module_alone(copies, sandbox, Scenario.named("bare")), module)
                _measure(sandbox, flat(own, sandbox, Scenario.named("bare")), baseline)
        script, bare = _scripts(repository, copies, sandbox)
    console.print(_table(module, baseline, script, bare))
    console.print(phases_table(module.phases, baseline.phases))
    console.print(calls_table(module.empty_plan, baseline.empty_plan, reasons_required=repository == REPOSITORY))
    ratios = {step: _median_ratio(module.seconds[step], baseline.seconds[step]) for step in STEPS}
    return {**ratios, "observe.py organization, until its first call": _median_ratio(script, bare)}


def _median_ratio(figures: list[float], baseline: list[float]) -> float:
    return statistics.median(figures) / statistics.median(baseline)


def module_alone(
    copies: Workspaces, sandbox: Sandbox, scenario: Scenario, *, member_role_name: str | None = None
) -> Terraform:
    """examples/minimal in a new organization."""
    sandbox.reset(scenario)
    variables: dict[str, object] = {"administrator_account_id": ADMINISTRATOR, "member_role_name": member_role_name}
    return _checkout(copies, sandbox, "examples/minimal", variables)


def flat(copies: Workspaces, sandbox: Sandbox, scenario: Scenario, *, patch_policies: int = 1) -> Terraform:
    """The flat configuration, in a new organization."""
    sandbox.reset(scenario)
    return flat_in(copies, sandbox, patch_policies=patch_policies)


def flat_in(copies: Workspaces, sandbox: Sandbox, *, patch_policies: int = 1, units: Sequence[str] = ()) -> Terraform:
    """The flat configuration, in the sandbox's organization with the settings that the module's scripts apply."""
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    variables = {"root_id": root_id(sandbox), "patch_policies": patch_policies, "organizational_unit_ids": [*units]}
    return _checkout(copies, sandbox, "tools/bench/module/baseline", variables)


def _checkout(copies: Workspaces, sandbox: Sandbox, configuration: str, variables: dict[str, object]) -> Terraform:
    """Without the harness's setting of the garbage collector, which users do not have."""
    terraform = copies.checkout(configuration, sandbox.environment(), variables=variables)
    del terraform.environment["GOGC"]
    return terraform


@dataclass(frozen=True)
class Figure:
    """Seconds and AWS calls of one command."""

    seconds: float
    calls: int


def measure(sandbox: Sandbox, command: Callable[[], object]) -> Figure:
    """Run the command once."""
    known, began = len(sandbox.calls), time.perf_counter()
    command()
    return Figure(time.perf_counter() - began, len(sandbox.calls) - known)


@contextmanager
def latency(sandbox: Sandbox, seconds: float) -> Iterator[None]:
    """Every AWS call takes so many seconds longer."""
    unsubscribe = sandbox.on_call(lambda _: time.sleep(seconds))
    try:
        yield
    finally:
        unsubscribe()


def _measure(sandbox: Sandbox, terraform: Terraform, figures: Figures) -> None:
    for step in STEPS:
        delay = LATENCY_SECONDS if step.endswith("a call") else 0.0
        command = {"apply": terraform.apply, "destroy": terraform.destroy}.get(step, terraform.plan)
        with latency(sandbox, delay), clock(sandbox, figures.phases[step]):
            known = len(sandbox.calls)
            figure = measure(sandbox, command)
            if command == terraform.plan:
                figures.empty_plan = [*sandbox.calls[known:]]
        figures.seconds[step].append(figure.seconds)
        figures.calls[step].append(figure.calls)


def _scripts(repository: Path, copies: Workspaces, sandbox: Sandbox) -> tuple[list[float], list[float]]:
    """Seconds until the first call of `observe.py organization`, and of a Python process with one client."""
    environment = copies.environment(sandbox.environment())
    observe = [
        str(repository / "scripts" / "observe.py"),
        "organization",
        "--account-id",
        "111111111111",
        "--region",
        "us-east-1",
    ]
    script: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        script.append(_until_first_call(sandbox, observe, environment))
        bare.append(_until_first_call(sandbox, ["-c", _BARE], environment))
    return script, bare


def _until_first_call(sandbox: Sandbox, arguments: list[str], environment: dict[str, str]) -> float:
    phases: list[dict[str, float]] = []
    with clock(sandbox, phases):
        subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    return phases[0][FIRST]


def _table(module: Figures, baseline: Figures, script: list[float], bare: list[float]) -> Table:
    table = Table(f"median of {ROUNDS}", "seconds", "baseline", "ratio", "AWS calls", "baseline's")
    for step in STEPS:
        seconds, baseline_seconds = statistics.median(module.seconds[step]), statistics.median(baseline.seconds[step])
        calls, baseline_calls = statistics.median(module.calls[step]), statistics.median(baseline.calls[step])
        table.add_row(
            step,
            f"{seconds:.2f}",
            f"{baseline_seconds:.2f}",
            f"{seconds / baseline_seconds:.2f}",
            f"{calls:.0f}",
            f"{baseline_calls:.0f}",
        )
    seconds, baseline_seconds = statistics.median(script), statistics.median(bare)
    table.add_row(
        "observe.py organization, first call",
        f"{seconds:.2f}",
        f"{baseline_seconds:.2f}",
        f"{seconds / baseline_seconds:.2f}",
        "",
        "",
    )
    return table
