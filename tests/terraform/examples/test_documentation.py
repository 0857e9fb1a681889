"""Every block of HCL in a README or a page of docs/ is planned as it stands, all at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from harness.complete import ADMINISTRATOR
from harness.examples import create_prerequisites, register_administrator
from harness.workspace import REPOSITORY
from terraform.expectations import MANAGEMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.workspace import Workspaces
    from sandbox import Sandbox

_BLOCK = re.compile(r"^```hcl\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# The tables of a README show types, which are no configuration; `make lint` holds them against the code.
_GENERATED = re.compile(r"<!-- BEGIN GENERATED -->.*?<!-- END GENERATED -->", re.DOTALL)
_SOURCE = re.compile(r'"\.\.\.(/[a-z.-]+)*"')

# What a block may take for granted, by the name that it refers to.
_BEFORE = {
    "quick_setup": """
        source = ".../modules/quick-setup"
    """,
    "systems_manager": """
        source         = "..."
        regions        = ["us-east-1"]
        python_command = null
    """,
}


@dataclass(frozen=True)
class Block:
    """A block and where it stands."""

    page: str
    text: str

    def files(self, ids: Mapping[str, str]) -> dict[str, str]:
        """A module that holds it, with what it refers to and does not declare."""
        called = {name for name in _BEFORE if re.search(rf"\bmodule\.{name}\b", self.text)}
        declared = set(re.findall(r'^module "(\w+)"', self.text, re.MULTILINE))
        before = "".join(f'module "{name}" {{{_BEFORE[name]}}}\n' for name in sorted(called - declared))
        text = _SOURCE.sub(_of_the_checkout, before + self.text)
        for written, real in ids.items():
            text = text.replace(f'"{written}"', f'"{real}"')
        # The administrator account's: everything here is planned in the management account.
        return {"main.tf": text.replace(ADMINISTRATOR, MANAGEMENT) if "modules/explorer" in self.page else text}

    @property
    def account_id(self) -> str:
        """Where it is planned: in the management account, unless it takes the administrator account alone."""
        return ADMINISTRATOR if "compliance-reporting" in self.page else MANAGEMENT


def _of_the_checkout(found: re.Match[str]) -> str:
    """Of a script the path is from where Terraform runs; of a module it is from the file, and takes no expression."""
    path = f"../../module{found.group(0)[4:-1]}"
    return json.dumps(f"${{path.module}}/{path}" if path.endswith(".py") else path)


def _blocks() -> Iterator[Block]:
    pages = ("README.md", "docs/**/*.md", "modules/*/README.md", "examples/**/README.md")
    for file in sorted(found for pattern in pages for found in REPOSITORY.glob(pattern)):
        text = _GENERATED.sub("", file.read_text())
        yield from (Block(str(file.relative_to(REPOSITORY)), block) for block in _BLOCK.findall(text))


def test_every_block_is_planned(sandbox: Sandbox, workspaces: Workspaces) -> None:
    blocks = list(_blocks())
    organizations = sandbox.client("organizations")
    create_prerequisites(sandbox)
    register_administrator(sandbox)
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Workloads")["OrganizationalUnit"]
    ids = {"r-ab12": root["Id"], "ou-ab12-34cd56ef": unit["Id"]}

    for account_id in (MANAGEMENT, ADMINISTRATOR):
        of_account = [block for block in blocks if block.account_id == account_id]
        empty = _empty_blocks(workspaces, sandbox.environment(account_id), of_account, ids)
        assert not empty, f"Blocks that plan nothing: {empty}"


def _empty_blocks(
    workspaces: Workspaces, environment: dict[str, str], blocks: list[Block], ids: Mapping[str, str]
) -> list[str]:
    """Plan them as one configuration, and return the pages of those that plan nothing."""
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


@pytest.mark.parametrize("module", sorted(path.name for path in (REPOSITORY / "modules").iterdir()))
def test_every_module_shows_how_it_is_used(module: str) -> None:
    assert any(block.page == f"modules/{module}/README.md" and 'module "' in block.text for block in _blocks())
