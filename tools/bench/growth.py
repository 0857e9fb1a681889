"""How an empty plan grows, against the same resources without a module: with accounts and with patch policies.

Then the size of the state, and the processes of Python that each command starts.
"""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.table import Table

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.bench.terraform import Figure, flat, measure, module_alone

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from harness.terraform import Terraform
    from harness.workspace import Workspaces

ROUNDS = 3
ACCOUNTS = (10, 100, 300, 1000)
POLICIES = (1, 5, 10)
REGIONS = ("ap-northeast-1", "us-east-1")

_COUNTING = """#!/bin/sh
echo >> "{counted}"
exec "{python}" "$@"
"""


@dataclass(frozen=True)
class Settled:
    """The empty plan and the state of a configuration that has been applied.

    Attributes:
        plan: median of the seconds, and the AWS calls.
        state: bytes of the state file.
    """

    plan: Figure
    state: int


def bench_growth(console: Console) -> None:
    """Measure and print."""
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("bare")) as sandbox:
        accounts = Table("accounts", *_COLUMNS, title=f"empty plan, {len(REGIONS)} Regions")
        for count in ACCOUNTS:
            with console.status(f"growth, {count} accounts"):
                scenario = _organization(count)
                module = _settle(sandbox, module_alone(copies, sandbox, scenario))
                baseline = _settle(sandbox, flat(copies, sandbox, scenario))
            accounts.add_row(str(count), *_cells(module, baseline))
        policies = Table("patch policies", *_COLUMNS, title="empty plan")
        for count in POLICIES:
            with console.status(f"growth, {count} patch policies"):
                module = _settle(sandbox, _policies(copies, sandbox, count))
                baseline = _settle(sandbox, flat(copies, sandbox, Scenario.named("bare"), patch_policies=count))
            policies.add_row(str(count), *_cells(module, baseline))
        with console.status("processes"):
            processes = _processes(copies, sandbox)
    for table in (accounts, policies, processes):
        console.print(table)


_COLUMNS = ("seconds", "baseline", "beyond", "AWS calls", "baseline's", "state KB", "baseline's")


def _organization(accounts: int) -> Scenario:
    """A new one, in which nothing is set up."""
    generated = Scenario.generated(accounts=accounts, regions=REGIONS, instances=0, unreadable=0)
    return replace(generated, trusted_access=(), stack_sets_access="DISABLED", delegated_administrators=())


def _policies(copies: Workspaces, sandbox: Sandbox, count: int) -> Terraform:
    sandbox.reset(Scenario.named("bare"))
    call = {
        "source": "../module",
        "regions": list(REGIONS),
        "dedicated_organizational_unit": {"name": "SystemsManager"},
        "delegated_administrator": {"account_id": ADMINISTRATOR},
        "patch_policies": {f"scan-{number}": {} for number in range(count)},
        "default_host_management": {},
    }
    terraform = copies.call_modules({"systems_manager": call}, sandbox.environment())
    terraform.environment.pop("GOGC", None)
    return terraform


def _settle(sandbox: Sandbox, terraform: Terraform) -> Settled:
    terraform.apply()
    plans = [measure(sandbox, terraform.plan) for _ in range(ROUNDS)]
    seconds = statistics.median(plan.seconds for plan in plans)
    return Settled(Figure(seconds, plans[-1].calls), _state_file(terraform).stat().st_size)


def _state_file(terraform: Terraform) -> Path:
    return terraform.directory / "terraform.tfstate"


def _cells(module: Settled, baseline: Settled) -> list[str]:
    return [
        f"{module.plan.seconds:.2f}",
        f"{baseline.plan.seconds:.2f}",
        f"{module.plan.seconds - baseline.plan.seconds:.2f}",
        str(module.plan.calls),
        str(baseline.plan.calls),
        f"{module.state / 1000:.0f}",
        f"{baseline.state / 1000:.0f}",
    ]


def _processes(copies: Workspaces, sandbox: Sandbox) -> Table:
    table = Table("Python processes", "first plan", "apply", "empty plan", "destroy")
    minimal = module_alone(copies, sandbox, Scenario.named("bare"))
    table.add_row("examples/minimal", *_counts(minimal))
    sandbox.reset(Scenario.named("realistic"))
    table.add_row("examples/complete, management", *_counts(checkout_complete(copies, sandbox).management))
    return table


def _counts(terraform: Terraform) -> list[str]:
    """Of each command, with a `python3` on the path that counts its starts."""
    counted = terraform.directory / "python-processes"
    programs = terraform.directory / "counting"
    programs.mkdir()
    path = terraform.environment["PATH"]
    python = programs / "python3"
    python.write_text(_COUNTING.format(counted=counted, python=f"{path.split(os.pathsep)[0]}/python3"))
    python.chmod(0o755)
    terraform.environment["PATH"] = os.pathsep.join([str(programs), path])
    counts = []
    for command in (terraform.plan, terraform.apply, terraform.plan, terraform.destroy):
        counted.write_text("")
        command()
        counts.append(str(counted.read_text().count("\n")))
    return counts
