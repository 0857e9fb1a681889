"""What the demos print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.panel import Panel
from rich.text import Text
from rich.tree import Tree

from harness.assertions import differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console, RenderableType

    from harness.results import Apply
    from harness.terraform import Terraform
    from sandbox import Sandbox

# What destroy retains according to the README, by the first key of a difference.
RETAINED = {
    "trusted_access": 'trusted access is enabled (on_destroy = "retain")',
    "stack_sets_access": "StackSets is activated",
    "service_linked_roles": "service-linked roles are retained",
    "roles": "roles of StackSets, OpsCenter and Default Host Management are retained in the accounts",
    "service_settings": "the setting of Default Host Management is retained in the member accounts",
    "log_groups": "OpsCenter's log groups are retained",
    "buckets": "the access log bucket of each patch policy is retained",
    "kms_keys": "the key of the session logs is deleted by AWS 30 days later",
}


def title(sandbox: Sandbox, example: str) -> Panel:
    """The organization and the example."""
    source = f"{example}, applied by the genuine Terraform and AWS provider at {sandbox.endpoint_url}"
    return Panel(
        f"{sandbox.scenario.description}\n{source}", title="AWS Systems Manager for an AWS Organization", expand=False
    )


def section(title: str, content: RenderableType) -> Group:
    """A heading and its content."""
    return Group(Text(f"\n{title}", style="bold"), content)


def tree(snapshot: Mapping[str, Any]) -> Tree:
    """The organization."""
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


def apply(console: Console, name: str, terraform: Terraform) -> None:
    """Apply a configuration, and print what was added."""
    with console.status(f"terraform apply of {name}"):
        applied = terraform.apply()
    heading = f"terraform apply of {name}: {applied.added} resources created, {applied.seconds:.0f} s"
    console.print(section(heading, _lines(applied)))


def _lines(applied: Apply) -> Text:
    lines = [line for line in applied.provisioner_lines if not line.startswith("Executing: ")]
    heading = ["  Settings that no Terraform resource has, and what they were before:"] if lines else []
    return Text("\n".join([*heading, *(f"    {line}" for line in lines)]))


def plan_again(console: Console, name: str, terraform: Terraform) -> bool:
    """Plan once more, print the changes, and return whether there are none."""
    with console.status("terraform plan"):
        plan = terraform.plan()
    changes = "no changes" if plan.is_empty else str(plan)
    console.print(Text(f"terraform plan of {name}, again: {changes}", style="bold"))
    return plan.is_empty


def destroy(console: Console, name: str, terraform: Terraform) -> None:
    """Destroy a configuration, and print how much."""
    with console.status(f"terraform destroy of {name}"):
        destroyed = terraform.destroy()
    heading = f"terraform destroy of {name}: {destroyed.destroyed} resources destroyed, {destroyed.seconds:.0f} s"
    console.print(Text(heading, style="bold"))


def compare(console: Console, sandbox: Sandbox, before: Mapping[str, Any]) -> bool:
    """Print what differs from before, and return whether only what README lists does."""
    after = sandbox.snapshot()
    found = differences(before, after)
    unexpected = {path: difference for path, difference in found.items() if path.split("/")[0] not in RETAINED}
    retained = sorted({path.split("/")[0] for path in found} & RETAINED.keys())
    lines = (
        ["  As before, except that", *(f"  - {RETAINED[name]}" for name in retained)] if retained else ["  As before."]
    )
    lines += [f"  NOT AS BEFORE: {path}: {json.dumps(difference)}" for path, difference in unexpected.items()]
    heading = "The organization after destroy, compared with before"
    console.print(section(heading, Text("\n".join(lines))))
    return not unexpected
