"""Applies an example to an organization on this machine, shows the results and destroys it.

    make demo                        examples/complete
    make demo EXAMPLE=recommended    examples/recommended

An inspector reads the results from each account, independently of Terraform's outputs.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from textwrap import indent
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from harness.complete import ADMINISTRATOR, checkout_complete
from harness.reattachment.reattached_providers import ReattachedProviders
from harness.results import TerraformError
from harness.scripts import run_script
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.demo.clock import advance_to
from tools.demo.organization import Observer
from tools.demo.output import apply, compare, destroy, plan_again, section, title, tree
from tools.demo.recommended import recommended
from tools.entry_point import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.terraform import Terraform
    from tools.demo.organization import Configuration

EXAMPLE = "examples/complete"

# Git ignores it, `make clean` removes it.
PAGE = REPOSITORY / ".cache" / "demo" / "patch-compliance.html"

# 25 hours, in seconds: the applies take minutes of the sandbox's clock.
_DAY = 25 * 60 * 60


def demo() -> int:
    """Run the demo. Returns the exit status: 0 when all results are as expected."""
    parser = argparse.ArgumentParser(prog="make demo", description="Apply an example, show the results, destroy it.")
    parser.add_argument("--example", choices=("complete", "recommended"), default="complete")
    console = Console(width=None if Console().is_terminal else 110)
    return recommended(console) if parser.parse_args().example == "recommended" else _complete(console)


def _complete(console: Console) -> int:
    with (
        closing(ReattachedProviders()) as providers,
        temporary_workspaces(providers) as copies,
        Sandbox.start(Scenario.named("realistic")) as sandbox,
    ):
        advance_to(sandbox, time.time() - _DAY)
        observer = Observer(sandbox)
        before = sandbox.snapshot()
        console.print(title(sandbox, EXAMPLE))
        both = checkout_complete(copies, sandbox)
        apply(console, f"{EXAMPLE}/management", both.management)
        both.pass_variables()
        apply(console, f"{EXAMPLE}/delegated-administrator", both.administrator)
        # A day for Explorer and for the daily associations. It ends now, because report.py compares the time of scans
        # with this machine's clock.
        advance_to(sandbox, time.time())
        steps = observer.steps(ADMINISTRATOR)
        findings = both.management.output()["preflight_findings"]
        console.print(
            section("Preflight findings", _findings(findings)),
            section("The organization", tree(sandbox.snapshot())),
            section("Quick Setup configurations", _deployments(observer.configurations())),
            *(Text(f"NOT DONE: {step.name}: {step.result}", style="red") for step in steps if not step.done),
            soft_wrap=True,
        )
        has_ops_data = _ops_data(console, sandbox)
        has_report = _compliance(console, sandbox)
        is_empty = all(
            [
                plan_again(console, f"{EXAMPLE}/management", both.management),
                plan_again(console, f"{EXAMPLE}/delegated-administrator", both.administrator),
            ]
        )
        is_refused = _wrong_order(console, both.management)
        destroy(console, f"{EXAMPLE}/delegated-administrator", both.administrator)
        destroy(console, f"{EXAMPLE}/management", both.management)
        is_restored = compare(console, sandbox, before)
        for violation in sandbox.violations:
            console.print(f"Violation of AWS's service model: {violation}", style="red")
        is_valid = not sandbox.violations
    succeeded = is_empty and is_refused and is_restored and has_ops_data and has_report and is_valid
    if has_report:
        # Last and without styles, to be copied.
        console.print(f"\nThe HTML report of patch compliance: {PAGE}", soft_wrap=True, highlight=False, markup=False)
    return 0 if succeeded and all(step.done for step in steps) else 1


def _findings(findings: Iterable[Mapping[str, str]]) -> Text:
    lines = (f"  {one['severity']} {one['code']} {one['subject']}: {one['message']}" for one in findings)
    return Text("\n".join(lines))


def _deployments(configurations: Iterable[Configuration]) -> Text:
    """`ops-center: SUCCEEDED in ap-northeast-1, us-east-1, accounts 222222222222, 333333333333`, for each state."""
    lines = []
    for configuration in configurations:
        states = {state for found in configuration.states.values() for state in found if state.isupper()}
        for state in sorted(states):
            accounts = [account for account, found in configuration.states.items() if state in found]
            noun = "account" if len(accounts) == 1 else "accounts"
            where = f"{', '.join(configuration.regions)}, {noun} {', '.join(accounts)}"
            style = "" if state == "SUCCEEDED" else "red"
            lines.append(Text(f"  {configuration.name}: {state} in {where}", style))
    return Text("\n").join(lines)


def _ops_data(console: Console, sandbox: Sandbox) -> bool:
    """Print report.py ops-data in the administrator account."""
    with console.status("scripts/report.py ops-data"):
        completed = run_script(sandbox, "report.py", "ops-data", account_id=ADMINISTRATOR)
    output = f"{completed.stdout}{completed.stderr}".strip()
    heading = f"EC2 instances that Explorer sees, in {ADMINISTRATOR}: scripts/report.py ops-data"
    console.print(section(heading, Text(indent(output, "  "))), soft_wrap=True)
    return completed.returncode == 0


def _compliance(console: Console, sandbox: Sandbox) -> bool:
    """Print report.py compliance in the management account, and write the HTML report."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    with console.status("scripts/report.py compliance"):
        completed = run_script(sandbox, "report.py", "compliance", "--html", str(PAGE))
    output = f"{completed.stdout}{completed.stderr}".strip()
    heading = "Managed nodes, hybrid ones too: scripts/report.py compliance"
    console.print(section(heading, Text(indent(output, "  "))), soft_wrap=True)
    return completed.returncode == 0


def _wrong_order(console: Console, management: Terraform) -> bool:
    with console.status(f"terraform destroy of {EXAMPLE}/management first"):
        try:
            management.destroy()
        except TerraformError as error:
            errors = [line for line in str(error).splitlines() if "administrator account first" in line]
        else:
            errors = []
    console.print(
        section(
            f"terraform destroy of {EXAMPLE}/management first, which must be refused",
            Text(indent("\n".join(errors) or "NOT REFUSED", "  ")),
        ),
        soft_wrap=True,
    )
    return bool(errors)


if __name__ == "__main__":
    run(demo)
