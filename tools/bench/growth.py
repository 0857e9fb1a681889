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
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from tools.bench.bounds import Measurements

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


def bench_growth(console: Console, repository: Path) -> Measurements:
    """Measure and print."""
    by_accounts: dict[int, tuple[Settled, Settled]] = {}
    by_policies: dict[int, tuple[Settled, Settled]] = {}
    with (
        temporary_workspaces(repository=repository) as copies,
        temporary_workspaces() as own,
        Sandbox.start(Scenario.named("bare")) as sandbox,
    ):
        accounts = Table("accounts", *_COLUMNS, title=f"empty plan, {len(REGIONS)} Regions")
        for count in ACCOUNTS:
            with console.status(f"growth, {count} accounts"):
                scenario = _organization(count)
                module = _settle(sandbox, module_alone(copies, sandbox, scenario))
                baseline = _settle(sandbox, flat(own, sandbox, scenario))
            by_accounts[count] = module, baseline
            accounts.add_row(str(count), *_cells(module, baseline))
        policies = Table("patch policies", *_COLUMNS, title="empty plan")
        for count in POLICIES:
            with console.status(f"growth, {count} patch policies"):
                module = _settle(sandbox, _policies(copies, sandbox, count))
                baseline = _settle(sandbox, flat(own, sandbox, Scenario.named("bare"), patch_policies=count))
            by_policies[count] = module, baseline
            policies.add_row(str(count), *_cells(module, baseline))
        with console.status("processes"):
            processes, counts = _processes(copies, sandbox)
    for table in (accounts, policies, processes):
        console.print(table)
    module, baseline = by_accounts[300]
    return {
        "calls of an empty plan beyond the resources', 300 accounts": module.plan.calls - baseline.plan.calls,
        "KB of the state, 300 accounts": module.state / 1000,
        "growth of the empty plan beyond the resources', 10 to 1,000 accounts": (
            _beyond(*by_accounts[ACCOUNTS[-1]]) / _beyond(*by_accounts[ACCOUNTS[0]])
        ),
        "one more patch policy": _slope(by_policies, 0) / _slope(by_policies, 1),
        **{f"Python processes, {command}": count for command, count in counts.items()},
    }


def _beyond(module: Settled, baseline: Settled) -> float:
    return module.plan.seconds - baseline.plan.seconds


def _slope(settled: dict[int, tuple[Settled, Settled]], of: int) -> float:
    """Seconds of one more, by least squares; `of`: 0 for the module, 1 for the resources without it."""
    return statistics.linear_regression(list(settled), [one[of].plan.seconds for one in settled.values()]).slope


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


def _processes(copies: Workspaces, sandbox: Sandbox) -> tuple[Table, dict[str, int]]:
    """The table, and the largest of each command."""
    minimal = _counts(module_alone(copies, sandbox, Scenario.named("bare")))
    sandbox.reset(Scenario.named("realistic"))
    complete = _counts(checkout_complete(copies, sandbox).management)
    table = Table("Python processes", *minimal)
    table.add_row("examples/minimal", *map(str, minimal.values()))
    table.add_row("examples/complete, management", *map(str, complete.values()))
    return table, {command: max(minimal[command], complete[command]) for command in minimal}


def _counts(terraform: Terraform) -> dict[str, int]:
    """Of each command, with a `python3` on the path that counts its starts."""
    counted = terraform.directory / "python-processes"
    programs = terraform.directory / "counting"
    programs.mkdir()
    path = terraform.environment["PATH"]
    python = programs / "python3"
    python.write_text(_COUNTING.format(counted=counted, python=f"{path.split(os.pathsep)[0]}/python3"))
    python.chmod(0o755)
    terraform.environment["PATH"] = os.pathsep.join([str(programs), path])
    commands: dict[str, Callable[[], object]] = {
        "first plan": terraform.plan,
        "apply": terraform.apply,
        "empty plan": terraform.plan,
        "destroy": terraform.destroy,
    }
    counts = {}
    for name, command in commands.items():
        counted.write_text("")
        command()
        counts[name] = counted.read_text().count("\n")
    return counts
