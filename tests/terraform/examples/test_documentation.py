"""Plans every block of HCL in a README or a page of docs/."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.complete import ADMINISTRATOR
from harness.examples import create_prerequisites, register_administrator
from harness.organization import create_unit, root_id
from harness.workspace import REPOSITORY
from systems_manager_organization import __version__
from terraform.expectations import MANAGEMENT
from tools.docs.address import FROM_REGISTRY, HCL_BLOCK, REGISTRY, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.workspace import Workspaces
    from sandbox import Sandbox

# The generated tables show types, which are not configuration; `make lint` checks them.
_GENERATED = re.compile(r"<!-- BEGIN GENERATED -->.*?<!-- END GENERATED -->", re.DOTALL)
_SOURCE = re.compile(rf"{FROM_REGISTRY.pattern}\n +version += .*$", re.MULTILINE)
_SCRIPT = re.compile(r'"\.\.\./(scripts/[a-z]+\.py)"')

# Modules that a block may refer to without declaring them.
_BEFORE = {
    "quick_setup": f"""
        source  = "{REGISTRY}//modules/quick-setup"
        version = "{__version__}"
    """,
    "systems_manager": f"""
        source  = "{REGISTRY}"
        version = "{__version__}"

        regions        = ["us-east-1"]
        python_command = null
    """,
}


_OF_THE_ADMINISTRATOR = (
    "automation-across-accounts",
    "compliance-schedule",
    "just-in-time-node-access",
    "session-manager-preferences",
    "unified-console",
)


@dataclass(frozen=True)
class Block:
    """A block, and its page."""

    page: str
    text: str

    def files(self, ids: Mapping[str, str]) -> dict[str, str]:
        """A module with the block, and with what it refers to and does not declare."""
        called = {name for name in _BEFORE if re.search(rf"\bmodule\.{name}\b", self.text)}
        declared = set(re.findall(r'^module "(\w+)"', self.text, re.MULTILINE))
        before = "".join(f'module "{name}" {{{_BEFORE[name]}}}\n' for name in sorted(called - declared))
        text = _SCRIPT.sub(r'"${path.module}/../../module/\1"', before + self.text)
        text = _SOURCE.sub(_local_path, text)
        for written, real in ids.items():
            text = text.replace(f'"{written}"', f'"{real}"')
        # Written for the administrator account, planned in the management account.
        return {"main.tf": text.replace(ADMINISTRATOR, MANAGEMENT) if "modules/explorer" in self.page else text}

    @property
    def account_id(self) -> str:
        """The account in which it is planned."""
        return (
            ADMINISTRATOR
            if re.search(f"compliance-reporting|modules/({'|'.join(_OF_THE_ADMINISTRATOR)})/", self.page)
            else MANAGEMENT
        )


def _local_path(found: re.Match[str]) -> str:
    return json.dumps("../../module" + (found["module"] or "")[1:])


def _blocks() -> Iterator[Block]:
    for file in pages(REPOSITORY):
        text = _GENERATED.sub("", file.read_text())
        yield from (Block(str(file.relative_to(REPOSITORY)), block) for block in HCL_BLOCK.findall(text))


def test_every_block_is_planned(sandbox: Sandbox, workspaces: Workspaces) -> None:
    blocks = list(_blocks())
    create_prerequisites(sandbox)
    register_administrator(sandbox)
    organizations = sandbox.client("organizations")
    for principal in ("resource-explorer-2.amazonaws.com", "ssm-quicksetup.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    ids = {"r-ab12": root_id(sandbox), "ou-ab12-34cd56ef": create_unit(sandbox, "Workloads")}

    for account_id in (MANAGEMENT, ADMINISTRATOR):
        account_blocks = [block for block in blocks if block.account_id == account_id]
        empty = _empty_blocks(workspaces, sandbox.environment(account_id), account_blocks, ids)
        assert not empty, f"Blocks that plan nothing: {empty}"


def _empty_blocks(
    workspaces: Workspaces, environment: dict[str, str], blocks: list[Block], ids: Mapping[str, str]
) -> list[str]:
    """Plan them as one configuration. Returns the pages of blocks without planned resources."""
    files = {
        f"block_{number}/{name}": text for number, block in enumerate(blocks) for name, text in block.files(ids).items()
    }
    calls = {f"block_{number}": {"source": f"./block_{number}"} for number in range(len(blocks))}
    configuration = {"provider": {"aws": {"region": "us-east-1"}}, "module": calls}
    terraform = workspaces.write(
        {"main.tf.json": json.dumps(configuration), "office-hours.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n", **files},
        environment,
    )
    planned = {change.address.split(".")[1] for change in terraform.plan().changes}
    return [block.page for number, block in enumerate(blocks) if f"block_{number}" not in planned]


@pytest.mark.parametrize("module", sorted(path.parent.name for path in (REPOSITORY / "modules").glob("*/main.tf")))
def test_every_module_has_a_usage_example(module: str) -> None:
    assert any(block.page == f"modules/{module}/README.md" and 'module "' in block.text for block in _blocks())
