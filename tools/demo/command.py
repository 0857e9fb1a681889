"""Applies examples/complete to an organization on this machine, shows the results and destroys it.

An inspector reads the results from each account, independently of Terraform's outputs.
"""

from __future__ import annotations

import json
import time
from textwrap import indent
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from harness.assertions import differences
from harness.complete import ADMINISTRATOR, checkout_complete
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.demo.clock import advance_to
from tools.demo.organization import Observer
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from harness.results import Apply
    from harness.terraform import Terraform
    from tools.demo.organization import Configuration

EXAMPLE = "examples/complete"

# What destroy retains according to the README, by the first key of a difference.
RETAINED = {
    "trusted_access": 'trusted access is enabled (on_destroy = "retain")',
    "stack_sets_access": "StackSets is activated",
    "service_linked_roles": "service-linked roles are retained",
    "roles": "roles of StackSets, OpsCenter and Default Host Management are retained in the accounts",
    "service_settings": "the setting of Default Host Management is retained in the member accounts",
    "log_groups": "OpsCenter's log groups are retained",
    "buckets": "the access log bucket of each patch policy is retained",
}

# Git ignores it, `make clean` removes it.
PAGE = REPOSITORY / ".cache" / "demo" / "patch-compliance.html"

# What report.py ends with when all that can be read was: the suspended account alone could not be.
_REPORTED = 0

# 25 hours, in seconds: the applies take minutes of the sandbox's clock.
_DAY = 25 * 60 * 60


def demo() -> int:
    """Run the demo. Returns the exit status: 0 when all results are as expected."""
    console = Console(width=None if Console().is_terminal else 110)
    with temporary_workspaces() as copies, Sandbox.start(Scenario.named("realistic")) as sandbox:
        advance_to(sandbox, time.time() - _DAY)
        observer = Observer(sandbox)
        before = sandbox.snapshot()
        console.print(_title(sandbox))
        both = checkout_complete(copies, sandbox)
        _apply(console, "management", both.management)
        both.pass_variables()
        _apply(console, "delegated-administrator", both.administrator)
        # A day for Explorer and for the daily associations. It ends now, because report.py compares the time of scans
        # with this machine's clock.
        advance_to(sandbox, time.time())
        steps = observer.steps(ADMINISTRATOR)
        findings = both.management.output()["preflight_findings"]
        console.print(
            _section("Preflight findings", _findings(findings)),
            _section("The organization", _tree(sandbox.snapshot())),
            _section("Quick Setup configurations", _deployments(observer.configurations())),
            *(Text(f"NOT DONE: {step.name}: {step.result}", style="red") for step in steps if not step.done),
            soft_wrap=True,
        )
        has_ops_data = _ops_data(console, sandbox)
        has_report = _compliance(console, sandbox)
        is_empty = all(
            [
                _plan_again(console, "management", both.management),
                _plan_again(console, "delegated-administrator", both.administrator),
            ]
        )
        is_refused = _wrong_order(console, both.management)
        _destroy(console, "delegated-administrator", both.administrator)
        _destroy(console, "management", both.management)
        is_restored = _compare(console, sandbox, before)
        for violation in sandbox.violations:
            console.print(f"Violation of AWS's service model: {violation}", style="red")
        is_valid = not sandbox.violations
    succeeded = is_empty and is_refused and is_restored and has_ops_data and has_report and is_valid
    if has_report:
        # Last and without styles, to be copied.
        console.print(f"\nThe HTML report of patch compliance: {PAGE}", soft_wrap=True, highlight=False, markup=False)
    return 0 if succeeded and all(step.done for step in steps) else 1


def _title(sandbox: Sandbox) -> Panel:
    source = f"{EXAMPLE}, applied by the genuine Terraform and AWS provider at {sandbox.endpoint_url}"
    return Panel(
        f"{sandbox.scenario.description}\n{source}", title="AWS Systems Manager for an AWS Organization", expand=False
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
    lines = [line for line in applied.provisioner_lines if not line.startswith("Executing: ")]
    return Text("\n".join(f"  {line}" for line in lines))


def _findings(findings: Iterable[Mapping[str, str]]) -> Text:
    lines = (f"  {one['severity']} {one['code']} {one['subject']}: {one['message']}" for one in findings)
    return Text("\n".join(lines))


def _deployments(configurations: Iterable[Configuration]) -> Text:
    """`ops-center: SUCCEEDED in ap-northeast-1, us-east-1 of 222222222222, 333333333333`, for each state."""
    text = Text()
    for configuration in configurations:
        states = {state for found in configuration.states.values() for state in found if state.isupper()}
        for state in sorted(states):
            accounts = [account for account, found in configuration.states.items() if state in found]
            where = f"{', '.join(configuration.regions)} of {', '.join(accounts)}"
            text.append(f"  {configuration.name}: {state} in {where}\n", "" if state == "SUCCEEDED" else "red")
    return text


def _ops_data(console: Console, sandbox: Sandbox) -> bool:
    """Print report.py ops-data in the administrator account."""
    with console.status("scripts/report.py ops-data"):
        completed = run_script(sandbox, "report.py", "ops-data", account_id=ADMINISTRATOR)
    output = f"{completed.stdout}{completed.stderr}".strip()
    heading = f"EC2 instances that Explorer sees, in {ADMINISTRATOR}: scripts/report.py ops-data"
    console.print(_section(heading, Text(indent(output, "  "))), soft_wrap=True)
    return completed.returncode == 0


def _compliance(console: Console, sandbox: Sandbox) -> bool:
    """Print report.py compliance in the management account, and write the HTML report."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    with console.status("scripts/report.py compliance"):
        completed = run_script(sandbox, "report.py", "compliance", "--html", str(PAGE))
    output = f"{completed.stdout}{completed.stderr}".strip()
    heading = "Managed nodes, hybrid ones too: scripts/report.py compliance"
    console.print(_section(heading, Text(indent(output, "  "))), soft_wrap=True)
    return completed.returncode == 0


def _plan_again(console: Console, name: str, terraform: Terraform) -> bool:
    with console.status("terraform plan"):
        plan = terraform.plan()
    changes = "no changes" if plan.is_empty else str(plan)
    console.print(Text(f"terraform plan of {EXAMPLE}/{name}, again: {changes}", style="bold"))
    return plan.is_empty


def _wrong_order(console: Console, management: Terraform) -> bool:
    with console.status("terraform destroy in the wrong order"):
        try:
            management.destroy()
        except TerraformError as error:
            errors = [line for line in str(error).splitlines() if "administrator account first" in line]
        else:
            errors = []
    console.print(
        _section(
            f"terraform destroy of {EXAMPLE}/management in the wrong order",
            Text(indent("\n".join(errors) or "NOT REFUSED", "  ")),
        ),
        soft_wrap=True,
    )
    return bool(errors)


def _destroy(console: Console, name: str, terraform: Terraform) -> None:
    with console.status(f"terraform destroy of {EXAMPLE}/{name}"):
        destroyed = terraform.destroy()
    heading = f"terraform destroy of {EXAMPLE}/{name}: {destroyed.destroyed} destroyed, {destroyed.seconds:.0f} s"
    console.print(Text(heading, style="bold"))


def _compare(console: Console, sandbox: Sandbox, before: Mapping[str, Any]) -> bool:
    after = sandbox.snapshot()
    unexpected = {
        path: difference
        for path, difference in differences(before, after).items()
        if path.split("/")[0] not in RETAINED
    }
    retained = sorted({path.split("/")[0] for path in differences(before, after)} & RETAINED.keys())
    lines = (
        ["  As before, except that", *(f"  - {RETAINED[name]}" for name in retained)] if retained else ["  As before."]
    )
    lines += [f"  NOT AS BEFORE: {path}: {json.dumps(difference)}" for path, difference in unexpected.items()]
    heading = "The organization after destroy, compared with before"
    console.print(_section(heading, Text("\n".join(lines))))
    return not unexpected


if __name__ == "__main__":
    run(demo)
