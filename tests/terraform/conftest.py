"""A configuration that calls the root module."""

from __future__ import annotations

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
    """Write a configuration that calls the root module with these inputs, in the test's sandbox."""

    def __call__(self, *, provider: dict[str, str] | None = None, **inputs: object) -> Terraform: ...


@pytest.fixture
def configure(workspaces: Workspaces, sandbox: Sandbox) -> Configure:
    def write(*, provider: dict[str, str] | None = None, **inputs: object) -> Terraform:
        output = {
            "everything": {"value": {name: f"${{module.systems_manager.{name}}}" for name in OUTPUTS}},
            # Known at plan, unlike other outputs.
            "findings": {"value": "${module.systems_manager.preflight_findings}"},
        }
        call = {"source": "../module", "regions": ["us-east-1"], **inputs}
        return workspaces.call_modules(
            {"systems_manager": call}, sandbox.environment(), provider=provider, output=output
        )

    return write
