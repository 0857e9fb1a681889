"""One way to write a configuration that calls the root module."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Protocol

import pytest

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox


OUTPUTS = tuple(re.findall(r'^output "(\w+)"', (REPOSITORY / "outputs.tf").read_text(), re.MULTILINE))


class Configure(Protocol):
    """A configuration in which the root module is called with these inputs, in the test's sandbox."""

    def __call__(self, *, provider: dict[str, str] | None = None, **inputs: object) -> Terraform: ...


@pytest.fixture
def configure(workspaces: Workspaces, sandbox: Sandbox) -> Configure:
    def write(*, provider: dict[str, str] | None = None, **inputs: object) -> Terraform:
        configuration = {
            "provider": {"aws": {"region": "us-east-1", **(provider or {})}},
            "module": {"systems_manager": {"source": "../module", "regions": ["us-east-1"], **inputs}},
            "output": {
                "everything": {"value": {name: f"${{module.systems_manager.{name}}}" for name in OUTPUTS}},
                # By itself as well: known at plan, when other outputs are not.
                "findings": {"value": "${module.systems_manager.preflight_findings}"},
            },
        }
        return workspaces.write({"main.tf.json": json.dumps(configuration)}, sandbox.environment())

    return write
