"""Applies examples/recommended and shows the result: preferences, requests for access, unmanaged instances."""

from __future__ import annotations

import json
from contextlib import closing
from textwrap import indent
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from harness.complete import ADMINISTRATOR, checkout_recommended
from harness.node_access import Requester, create_recording_key, decide
from harness.reattachment.reattached_providers import ReattachedProviders
from harness.scripts import run_script
from harness.unmanaged_instances import REGION, Workshop
from harness.workspace import temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.demo.organization import Observer
from tools.demo.output import apply, compare, destroy, plan_again, section, title, tree

if TYPE_CHECKING:
    from rich.console import Console

EXAMPLE = "examples/recommended"

_MEMBER = "333333333333"
_DAY = 24 * 60 * 60
_DOCUMENT = "SSM-SessionManagerRunShell"


def recommended(console: Console) -> int:
    """Run the demo. Returns the exit status: 0 when all results are as expected."""
    with (
        closing(ReattachedProviders()) as providers,
        temporary_workspaces(providers) as copies,
        Sandbox.start(Scenario.named("bare")) as sandbox,
    ):
        # Instances of a member account, none of which is managed.
        Workshop(sandbox, _MEMBER).twelve_ways()
        key_arn = create_recording_key(sandbox, "ap-northeast-1")
        before = sandbox.snapshot()
        console.print(title(sandbox, EXAMPLE))
        both = checkout_recommended(copies, sandbox)
        both.administrator.variables["rdp_recording_key_arn"] = key_arn
        apply(console, f"{EXAMPLE}/management", both.management)
        both.pass_variables()
        apply(console, f"{EXAMPLE}/delegated-administrator", both.administrator)
        sandbox.clock.advance(_DAY)
        configurations = Observer(sandbox).configurations()
        console.print(
            section("The organization", tree(sandbox.snapshot())),
            section("Quick Setup configurations", Text("\n".join(f"  {one.name}" for one in configurations))),
            section("Preferences that a session reads, by account and Region", _preferences(sandbox)),
            section("Requests for access", _requests(sandbox)),
        )
        is_diagnosed = _nodes(console, sandbox)
        is_empty = all(
            [
                plan_again(console, f"{EXAMPLE}/management", both.management),
                plan_again(console, f"{EXAMPLE}/delegated-administrator", both.administrator),
            ]
        )
        destroy(console, f"{EXAMPLE}/delegated-administrator", both.administrator)
        destroy(console, f"{EXAMPLE}/management", both.management)
        sandbox.clock.advance(_DAY)
        is_restored = compare(console, sandbox, before)
        for violation in sandbox.violations:
            console.print(f"Violation of AWS's service model: {violation}", style="red")
        return 0 if is_diagnosed and is_empty and is_restored and not sandbox.violations else 1


def _preferences(sandbox: Sandbox) -> Table:
    table = Table("account", "Region", "logs", "idle timeout", "duration")
    for account_id in (ADMINISTRATOR, _MEMBER):
        for region in ("ap-northeast-1", "us-east-1"):
            found = sandbox.client("ssm", account_id, region).get_document(Name=_DOCUMENT)
            inputs = json.loads(found["Content"])["inputs"]
            logs = f"{inputs['s3BucketName']}/{inputs['s3KeyPrefix']}"
            table.add_row(account_id, region, logs, inputs["idleSessionTimeout"], inputs["maxSessionDuration"])
    return table


def _requests(sandbox: Sandbox) -> Table:
    table = Table("node's tag Environment", "decided by")
    for value in ("Production", "Test"):
        account_region, home = (_MEMBER, "us-east-1"), (ADMINISTRATOR, "us-east-1")
        table.add_row(value, decide(sandbox, account_region, home, Requester(), {"Environment": value}))
    return table


def _nodes(console: Console, sandbox: Sandbox) -> bool:
    """Print report.py nodes of one account."""
    with console.status("scripts/report.py nodes"):
        completed = run_script(sandbox, "report.py", "nodes", "--regions", REGION)
    output = f"{completed.stdout}{completed.stderr}".strip()
    console.print(section("Why instances are not managed: scripts/report.py nodes", Text(indent(output, "  "))))
    return "NO_ROUTE_TO_ENDPOINT" in output
