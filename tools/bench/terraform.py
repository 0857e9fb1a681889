"""How long apply, an empty plan and destroy take, beside the same resources without module, check or script.

Each figure is the median of five, and the AWS calls of each. Then the start of one script
beside a bare Python that makes the same boto3 clients. The runs of the two sides alternate, so that a busy moment hits
both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

from harness.complete import ADMINISTRATOR
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from harness.terraform import Terraform
    from harness.workspace import Workspaces

ROUNDS = 5
STEPS = ("apply", "empty plan", "destroy")

_BARE = """
import boto3, sys
session = boto3.Session()
for name in ("sts", "organizations", "cloudformation", "ssm-quicksetup"):
    session.client(name)
"""


@dataclass
class Figures:
    """Seconds and AWS calls of each step, one per round."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    calls: dict[str, list[int]] = field(default_factory=lambda: {step: [] for step in STEPS})


def bench_terraform(console: Console) -> None:
    """Measure and print."""
    module, floor = Figures(), Figures()
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        for number in range(ROUNDS):
            with console.status(f"terraform, round {number + 1} of {ROUNDS}"):
                _measure(sandbox, _module(copies, sandbox), module)
                _measure(sandbox, _floor(copies, sandbox), floor)
        script, bare = _scripts(copies, sandbox)
    console.print(_table(module, floor, script, bare))


def _module(copies: Workspaces, sandbox: Sandbox) -> Terraform:
    sandbox.reset(Scenario.named("bare"))
    return _checkout(copies, sandbox, "examples/minimal", {"administrator_account_id": ADMINISTRATOR})


def _floor(copies: Workspaces, sandbox: Sandbox) -> Terraform:
    """The flat configuration, in an organization where somebody has done by hand what the module's scripts do."""
    sandbox.reset(Scenario.named("bare"))
    sandbox.client("cloudformation").activate_organizations_access()
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    return _checkout(copies, sandbox, "tools/bench/baseline", {"root_id": root["Id"]})


def _checkout(copies: Workspaces, sandbox: Sandbox, configuration: str, variables: dict[str, object]) -> Terraform:
    """Without what the harness sets to be quick: users do not have it."""
    terraform = copies.checkout(configuration, sandbox.environment(), variables=variables)
    del terraform.environment["GOGC"]
    return terraform


def _measure(sandbox: Sandbox, terraform: Terraform, figures: Figures) -> None:
    steps: dict[str, Callable[[], object]] = {
        "apply": terraform.apply,
        "empty plan": terraform.plan,
        "destroy": terraform.destroy,
    }
    for name, step in steps.items():
        known, began = len(sandbox.calls), time.perf_counter()
        step()
        figures.seconds[name].append(time.perf_counter() - began)
        figures.calls[name].append(len(sandbox.calls) - known)


def _scripts(copies: Workspaces, sandbox: Sandbox) -> tuple[list[float], list[float]]:
    """Seconds of `observe.py organization`, and of a Python that makes its clients and does nothing with them."""
    environment = copies.environment(sandbox.environment())
    observe = [
        str(REPOSITORY / "scripts" / "observe.py"),
        "organization",
        "--account-id",
        "111111111111",
        "--region",
        "us-east-1",
    ]
    script: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        script.append(_seconds(observe, environment))
        bare.append(_seconds(["-c", _BARE], environment))
    return script, bare


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


def _table(module: Figures, floor: Figures, script: list[float], bare: list[float]) -> Table:
    table = Table(f"median of {ROUNDS}", "seconds", "floor", "ratio", "AWS calls", "floor's")
    for step in STEPS:
        seconds, least = statistics.median(module.seconds[step]), statistics.median(floor.seconds[step])
        calls, fewest = statistics.median(module.calls[step]), statistics.median(floor.calls[step])
        table.add_row(step, f"{seconds:.2f}", f"{least:.2f}", f"{seconds / least:.2f}", f"{calls:.0f}", f"{fewest:.0f}")
    seconds, least = statistics.median(script), statistics.median(bare)
    table.add_row("observe.py organization", f"{seconds:.2f}", f"{least:.2f}", f"{seconds / least:.2f}", "", "")
    return table
