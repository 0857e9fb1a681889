"""The procedure on an organization of this machine: before, both applies, what happened and where, destroy, after.

What is shown of the organization is asked of it by an inspector, account by account, and not taken from Terraform's
answers.
"""

from __future__ import annotations

import json
import time
from textwrap import indent
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from harness.assertions import differences
from harness.complete import ADMINISTRATOR, checkout_complete
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from systems_manager_organization.preflight.finding_table import table
from tools.demo.organization import Observer, Step
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from harness.results import Apply
    from harness.terraform import Terraform
    from tools.demo.organization import Configuration

EXAMPLE = "examples/complete"

# What the README says that destroy leaves, by the first words of the paths of a snapshot's differences.
RETAINED = {
    "trusted_access": 'trusted access stays enabled (on_destroy = "retain")',
    "stack_sets_access": "StackSets stays activated",
    "service_linked_roles": "service-linked roles stay",
    "roles": "StackSets' own role stays in every member account it deployed to",
}

# Git ignores it, `make clean` removes it.
PAGE = REPOSITORY / ".cache" / "demo" / "patch-compliance.html"

# What report.py ends with when all that can be read was: the suspended account alone could not be.
_REPORTED = 0

# More than one, in seconds: the applies take minutes of the sandbox's clock.
_A_DAY = 25 * 60 * 60

_COLOURS = {"SUCCEEDED": "green", "FAILED": "red"}


def demo() -> int:
    """Show the procedure. Returns the exit status: 0 only when everything that was to be shown is so."""
    console = Console(width=None if Console().is_terminal else 110)
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("realistic")) as sandbox:
        _advance_to(sandbox, time.time() - _A_DAY)
        observer = Observer(sandbox)
        before = sandbox.snapshot()
        console.print(_title(sandbox), _section("Before", _tree(before)))
        both = checkout_complete(copies, sandbox)
        _apply(console, "management", both.management)
        both.pass_variables()
        _apply(console, "delegated-administrator", both.administrator)
        # Explorer collects after the apply, and associations run daily: a day of the sandbox's clock, in which nobody
        # waits. It ends now, as report.py tells by this machine's time which nodes were scanned lately.
        _advance_to(sandbox, time.time())
        steps = observer.steps(ADMINISTRATOR)
        findings = both.management.output()["preflight_findings"]
        console.print(
            _section("What preflight found, before anything was touched", table(findings)),
            _section("The procedure's steps", _steps(steps)),
            _section("After", _tree(sandbox.snapshot())),
            *(_section(configuration.name, _deployments(configuration)) for configuration in observer.configurations()),
        )
        arriving = _ops_data(console, sandbox)
        reported = _compliance(console, sandbox)
        empty = all(
            [
                _plan_again(console, "management", both.management),
                _plan_again(console, "delegated-administrator", both.administrator),
            ]
        )
        refused = _wrong_order(console, both.management)
        _destroy(console, "delegated-administrator", both.administrator)
        _destroy(console, "management", both.management)
        restored = _compare(console, sandbox, before)
        for violation in sandbox.violations:
            console.print(f"AWS's service model was broken: {violation}", style="red")
        honest = not sandbox.violations
    good = empty and refused and restored and arriving and reported and honest
    if reported:
        # Last, where it is found, and unstyled, so that it can be copied.
        console.print(f"\nThe page of its patch compliance: {PAGE}", soft_wrap=True, highlight=False, markup=False)
    return 0 if good and all(step.done for step in steps) else 1


def _advance_to(sandbox: Sandbox, epoch: float) -> None:
    sandbox.clock.advance(max(0, epoch - sandbox.clock.now().timestamp()))


def _title(sandbox: Sandbox) -> Panel:
    how = f"{EXAMPLE}, applied by the genuine Terraform and AWS provider at {sandbox.endpoint_url}"
    return Panel(
        f"{sandbox.scenario.description}\n{how}", title="AWS Systems Manager for an AWS Organization", expand=False
    )


def _section(title: str, content: RenderableType) -> Group:
    return Group(Text(f"\n{title}", style="bold"), content)


def _tree(snapshot: Mapping[str, Any]) -> Tree:
    administrators = {account for accounts in snapshot["delegated_administrators"].values() for account in accounts}
    return _unit(Tree(Text("Root", style="bold")), snapshot["organization"], administrators)


def _unit(tree: Tree, unit: Mapping[str, Any], administrators: Iterable[str]) -> Tree:
    for account in unit["accounts"]:
        line = Text(f"{account['id']}  {account['name']}")
        if account["status"] != "ACTIVE":
            line.append(f"  {account['status'].lower()}", style="yellow")
        if account["id"] in administrators:
            line.append("  delegated administrator", style="green")
        tree.add(line)
    for child in unit["organizational_units"]:
        _unit(tree.add(Text(child["name"], style="bold cyan")), child, administrators)
    return tree


def _apply(console: Console, name: str, terraform: Terraform) -> None:
    with console.status(f"terraform apply of {EXAMPLE}/{name}"):
        applied = terraform.apply()
    heading = f"terraform apply of {EXAMPLE}/{name}: {applied.added} added, {applied.seconds:.0f} s"
    console.print(_section(heading, _lines(applied)))


def _lines(applied: Apply) -> Text:
    said = [line for line in applied.provisioner_lines if not line.startswith("Executing: ")]
    return Text("\n".join(f"  {line}" for line in said))


def _steps(steps: Iterable[Step]) -> Table:
    table = Table("step", "result", "")
    for step in steps:
        table.add_row(
            step.name, step.result, Text("done", style="green") if step.done else Text("NOT DONE", style="red")
        )
    return table


def _deployments(configuration: Configuration) -> Table:
    table = Table("account", *configuration.regions, title=configuration.summary, title_justify="left")
    for account, states in configuration.states.items():
        table.add_row(account, *(Text(state, style=_COLOURS.get(state, "dim")) for state in states))
    return table


def _ops_data(console: Console, sandbox: Sandbox) -> bool:
    """What the administrator account sees, as it would itself: by report.py."""
    with console.status("scripts/report.py ops-data"):
        ended = run_script(sandbox, "report.py", "ops-data", account_id=ADMINISTRATOR)
    told = f"{ended.stdout}{ended.stderr}".strip()
    console.print(_section(f"Explorer, in {ADMINISTRATOR}: scripts/report.py ops-data", Text(indent(told, "  "))))
    return ended.status == 0


def _compliance(console: Console, sandbox: Sandbox) -> bool:
    """How every account is patched, as the management account sees it: by report.py, which also writes the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    with console.status("scripts/report.py compliance"):
        ended = run_script(sandbox, "report.py", "compliance", "--html", str(PAGE))
    told = f"{ended.stdout}{ended.stderr}".strip()
    console.print(_section("Every account's patches: scripts/report.py compliance", Text(indent(told, "  "))))
    return ended.status == _REPORTED


def _plan_again(console: Console, name: str, terraform: Terraform) -> bool:
    with console.status("terraform plan"):
        plan = terraform.plan()
    told = Text("  No changes." if plan.is_empty else str(plan))
    console.print(_section(f"terraform plan of {EXAMPLE}/{name}, once more", told))
    return plan.is_empty


def _wrong_order(console: Console, management: Terraform) -> bool:
    with console.status("terraform destroy, in the wrong order"):
        try:
            management.destroy()
        except TerraformError as error:
            told = [line for line in str(error).splitlines() if "administrator account first" in line]
        else:
            told = []
    console.print(
        _section(
            f"terraform destroy of {EXAMPLE}/management, which is not its turn yet",
            Text(indent("\n".join(told) or "NOT REFUSED", "  ")),
        )
    )
    return bool(told)


def _destroy(console: Console, name: str, terraform: Terraform) -> None:
    with console.status(f"terraform destroy of {EXAMPLE}/{name}"):
        destroyed = terraform.destroy()
    heading = f"terraform destroy of {EXAMPLE}/{name}: {destroyed.destroyed} destroyed, {destroyed.seconds:.0f} s"
    console.print(_section(heading, Text()))


def _compare(console: Console, sandbox: Sandbox, before: Mapping[str, Any]) -> bool:
    after = sandbox.snapshot()
    left = {path: told for path, told in differences(before, after).items() if path.split("/")[0] not in RETAINED}
    stayed = sorted({path.split("/")[0] for path in differences(before, after)} & RETAINED.keys())
    told = [f"  As before, but that {RETAINED[name]}." for name in stayed]
    told += [f"  NOT AS BEFORE: {path}: {json.dumps(difference)}" for path, difference in left.items()]
    console.print(_section("After everything", _tree(after)), Text("\n".join(told or ["  Exactly as before."])))
    return not left


if __name__ == "__main__":
    run(demo)
