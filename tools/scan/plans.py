"""A plan of every example, by the genuine provider, in the scenario `realistic`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from harness import HarnessError
from harness.examples import CHECKOUTS
from sandbox import Scenario
from tools.scan.checkov import address_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.workspace import Workspaces
    from sandbox import Sandbox


@dataclass(frozen=True)
class ExamplePlan:
    """`document` is the plan as `terraform show -json` prints it."""

    example: str
    document: Mapping[str, Any]

    def source(self, address: str) -> str:
        """The folder of the repository with a resource's code. Raises KeyError."""
        folder = self.example.split("/")
        module = self.document["configuration"]["root_module"]
        parts = address_parts(address)
        # The calls that lead to the resource, outermost first.
        for name in (name for before, name in pairwise(parts) if before == "module"):
            call = module["module_calls"][name]
            for step in call["source"].split("/"):
                if step == "..":
                    folder.pop()
                elif step != ".":
                    folder.append(step)
            module = call["module"]
        return "/".join(folder)


def examples(repository: Path) -> list[str]:
    """The configurations in examples/."""
    found = {file.parent.relative_to(repository) for file in (repository / "examples").rglob("*.tf")}
    return sorted(str(folder) for folder in found if not any(part.startswith(".") for part in folder.parts))


def plan_examples(workspaces: Workspaces, sandbox: Sandbox, repository: Path) -> Iterator[ExamplePlan]:
    """Plan each example. Raises HarnessError for one without variables, and TerraformError."""
    found = examples(repository)
    unknown = sorted(set(found) - CHECKOUTS.keys() - NOT_PLANNED.keys())
    if unknown:
        raise HarnessError(
            f"{', '.join(unknown)} cannot be planned without variables: add it to harness.examples, "
            f"or the reason why it is not planned to NOT_PLANNED in {__name__}."
        )
    for example in (example for example in found if example in CHECKOUTS):
        sandbox.reset(Scenario.named("realistic"))
        plan = CHECKOUTS[example](workspaces, sandbox).plan()
        if sandbox.violations:
            raise HarnessError(f"The plan of {example} violates AWS's service model: {sandbox.violations[0]}")
        yield ExamplePlan(example, plan.document)


_IN_HCP_TERRAFORM = "its state is in HCP Terraform; the other examples plan its modules"
NOT_PLANNED: Mapping[str, str] = {
    "examples/hcp-terraform/delegated-administrator": _IN_HCP_TERRAFORM,
    "examples/hcp-terraform/management": _IN_HCP_TERRAFORM,
    "examples/hcp-terraform/workspaces": "its provider calls HCP Terraform; it has no AWS resources",
}
"""Examples that cannot be planned on this machine, and the reason; only their code is scanned."""
