"""How an empty plan grows, against the same resources without a module: with accounts, units and patch policies.

Then the size of the state, and the processes of Python that each command starts.
"""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.table import Table

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.organization import root_id
from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.bench.module.curves import Curve
from tools.bench.module.terraform import Figure, flat, flat_in, measure, module_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from tools.bench.bounds import Measurements

ROUNDS = 3
ACCOUNTS = (10, 100, 300, 1000)
UNITS = (1, 5, 20)
POLICIES = (1, 5, 10)
REGIONS = ("ap-northeast-1", "us-east-1")
ROLE = "OrganizationAccountAccessRole"

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


def bench_growth(console: Console, repository: Path) -> tuple[Measurements, list[Curve]]:
    """Measure and print. Returns the figures, and the curves of the empty plan."""
    with (
        temporary_workspaces(repository=repository) as copies,
        temporary_workspaces() as own,
        Sandbox.start(Scenario.named("bare")) as sandbox,
    ):

        def of_accounts(count: int) -> tuple[Settled, Settled]:
            scenario = _organization(count)
            return (
                _settle(sandbox, module_alone(copies, sandbox, scenario, member_role_name=ROLE)),
                _settle(sandbox, flat(own, sandbox, scenario)),
            )

        def of_units(count: int) -> tuple[Settled, Settled]:
            policy: dict[str, object] = {"target_organizational_unit_ids": _units(sandbox, count)}
            module = _settle(sandbox, _call(copies, sandbox, {"scan-0": policy}))
            return module, _settle(sandbox, flat_in(own, sandbox, units=_units(sandbox, count)))

        def of_policies(count: int) -> tuple[Settled, Settled]:
            sandbox.reset(Scenario.named("bare"))
            policies: dict[str, dict[str, object]] = {f"scan-{number}": {} for number in range(count)}
            module = _settle(sandbox, _call(copies, sandbox, policies))
            return module, _settle(sandbox, flat(own, sandbox, Scenario.named("bare"), patch_policies=count))

        by_accounts = _grow(console, "accounts", ACCOUNTS, of_accounts)
        by_units = _grow(console, "target units", UNITS, of_units)
        by_policies = _grow(console, "patch policies", POLICIES, of_policies)
        with console.status("processes"):
            processes, counts = _processes(copies, sandbox)
    console.print(processes)
    module, baseline = by_accounts[300]
    figures = {
        "calls of an empty plan beyond the resources', 300 accounts": module.plan.calls - baseline.plan.calls,
        "KB of the state, 300 accounts": module.state / 1000,
        "growth of the empty plan beyond the resources', 10 to 1,000 accounts": (
            _beyond(*by_accounts[ACCOUNTS[-1]]) / _beyond(*by_accounts[ACCOUNTS[0]])
        ),
        "one more patch policy": _curve("", by_policies).slope / _curve("", by_policies).baseline_slope,
        **{f"Python processes, {command}": count for command, count in counts.items()},
    }
    return figures, [
        _curve("accounts", by_accounts),
        _curve("target units", by_units),
        _curve("patch policies", by_policies),
    ]


def _grow(
    console: Console, name: str, counts: Sequence[int], settle: Callable[[int], tuple[Settled, Settled]]
) -> dict[int, tuple[Settled, Settled]]:
    """Of each count, the module's and the baseline's; and the table of them, printed."""
    settled: dict[int, tuple[Settled, Settled]] = {}
    table = Table(name, *_COLUMNS, title=f"empty plan, {len(REGIONS)} Regions")
    for count in counts:
        with console.status(f"growth, {count} {name}"):
            settled[count] = settle(count)
        table.add_row(str(count), *_cells(*settled[count]))
    curve = _curve(name, settled)
    # A baseline that hardly grows makes any ratio large.
    table.caption = f"each one more: {curve.slope:.3f} seconds, baseline {curve.baseline_slope:.3f}"
    console.print(table)
    return settled


def _curve(name: str, settled: Mapping[int, tuple[Settled, Settled]]) -> Curve:
    return Curve(
        name,
        [*settled],
        [module.plan.seconds for module, _ in settled.values()],
        [baseline.plan.seconds for _, baseline in settled.values()],
    )


def _beyond(module: Settled, baseline: Settled) -> float:
    return module.plan.seconds - baseline.plan.seconds


_COLUMNS = ("seconds", "baseline", "beyond", "AWS calls", "baseline's", "state KB", "baseline's")


def _organization(accounts: int) -> Scenario:
    """A new one, in which nothing is set up."""
    generated = Scenario.generated(accounts=accounts, regions=REGIONS, instances=0, unreadable=0)
    return replace(generated, trusted_access=(), stack_sets_access="DISABLED", delegated_administrators=())


def _units(sandbox: Sandbox, count: int) -> list[str]:
    """Ids of new units below the root of a new organization."""
    sandbox.reset(Scenario.named("bare"))
    organizations = sandbox.client("organizations")
    created = [
        organizations.create_organizational_unit(ParentId=root_id(sandbox), Name=f"Unit{number}")
        for number in range(count)
    ]
    return [unit["OrganizationalUnit"]["Id"] for unit in created]


def _call(copies: Workspaces, sandbox: Sandbox, policies: Mapping[str, Mapping[str, object]]) -> Terraform:
    call = {
        "source": "../module",
        "regions": list(REGIONS),
        "dedicated_organizational_unit": {"name": "SystemsManager"},
        "delegated_administrator": {"account_id": ADMINISTRATOR},
        "patch_policies": policies,
        "default_host_management": {},
        "preflight": {"severities": {"NO_ACCOUNT_TARGETED": "off"}},
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
