"""An upgrade: a state with the addresses of previous versions is planned with moves alone.

The state is made from one of this version: every resource gets the oldest address that a `moved` block has for it.
UPGRADING.md.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hcl2.query import BlockView, DocumentView

from harness.every_module import call_in_administrator, call_in_management, called_folders
from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_INDEX = re.compile(r'\[(?:\d+|"[^"]*")\]')
_LAST_INDEX = re.compile(rf"{_INDEX.pattern}$")
_MODULE = re.compile(rf"(?:^|\.)module\.[\w-]+(?:{_INDEX.pattern})?$")


@dataclass(frozen=True)
class Move:
    """A `moved` block; `folder` is that of its module in the repository."""

    folder: str
    before: str
    after: str


def _moves() -> Iterator[Move]:
    for file in [*REPOSITORY.glob("*.tf"), *REPOSITORY.glob("modules/*/*.tf")]:
        for block in DocumentView.parse(file.read_text()).blocks("moved"):
            assert isinstance(block, BlockView)
            yield Move(str(file.parent.relative_to(REPOSITORY)), _address(block, "from"), _address(block, "to"))


def _address(block: BlockView, name: str) -> str:
    attribute = block.attribute(name)
    assert attribute is not None
    return str(attribute.to_dict()[name]).removeprefix("${").removesuffix("}")


def _oldest(address: str, folders: Mapping[str, str], moves: list[Move]) -> tuple[str, set[Move]]:
    """The oldest address of a resource, and the blocks that lead from there to its present one."""
    passed: set[Move] = set()
    while True:
        found = next(
            (
                (call, move)
                for call in _calls(address)
                for move in moves
                if move not in passed
                and folders.get(_INDEX.sub("", call)) == move.folder
                and f"{address}.".startswith(f"{call}.{_in_state(move.after)}.")
            ),
            None,
        )
        if found is None:
            return address, passed
        call, move = found
        passed.add(move)
        address = f"{call}.{move.before}{address.removeprefix(f'{call}.{_in_state(move.after)}')}"


def _in_state(address: str) -> str:
    """The address without the index of a resource, which a state has apart."""
    return address if _MODULE.search(address) else _LAST_INDEX.sub("", address)


def _calls(address: str) -> Iterator[str]:
    """The addresses of the modules that contain a resource, the outermost first."""
    for found in re.finditer(r'module\.[\w-]+(?:\[(?:\d+|"[^"]*")\])?(?=\.)', address):
        yield address[: found.end()]


def _make_older(terraform: Terraform, moves: list[Move]) -> tuple[dict[str, str], set[Move]]:
    """Write the state of a previous version; returns the addresses, previous by present, and the blocks used."""
    file = terraform.directory / "terraform.tfstate"
    state = json.loads(file.read_text())
    folders = called_folders(terraform)
    previous: dict[str, str] = {}
    used: set[Move] = set()
    for resource in state["resources"]:
        if resource["mode"] != "managed":
            continue
        address = f"{resource['module']}.{resource['type']}.{resource['name']}"
        older, passed = _oldest(address, folders, moves)
        used |= passed
        if older != address:
            now = [f"{address}{_key(instance)}" for instance in resource["instances"]]
            if any(_in_state(move.after) != move.after and _in_state(move.before) == move.before for move in passed):
                del resource["instances"][0]["index_key"]
            _rename(resource, older, previous, now)
    file.write_text(json.dumps({**state, "serial": state["serial"] + 1}))
    return previous, used


def _rename(resource: dict[str, Any], older: str, previous: dict[str, str], now: list[str]) -> None:
    index = _INDEX.search(older, older.rindex(".") + 1)
    if index:
        (instance,) = resource["instances"]
        instance["index_key"] = json.loads(index[0])[0]
        older = older[: index.start()]
    resource["module"], resource["type"], resource["name"] = older.rsplit(".", 2)
    previous |= dict(zip(now, (f"{older}{_key(instance)}" for instance in resource["instances"]), strict=True))


def _key(instance: Mapping[str, Any]) -> str:
    return f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""


def _assert_moves_alone(terraform: Terraform, previous: Mapping[str, str]) -> None:
    changes = [change for change in terraform.plan().document["resource_changes"] if change["mode"] == "managed"]
    assert {c["address"]: c["change"]["actions"] for c in changes if c["change"]["actions"] != ["no-op"]} == {}
    assert {c["address"]: c["previous_address"] for c in changes if "previous_address" in c} == previous


@pytest.mark.timeout(900)
@pytest.mark.scenario("realistic")
def test_previous_addresses_move(sandbox: Sandbox, workspaces: Workspaces) -> None:
    # Of a resource before that of its module.
    moves = sorted(_moves(), key=lambda move: len(move.after), reverse=True)
    assert len({(move.folder, move.after) for move in moves}) == len(moves), "each needs a state of its own"
    used: set[Move] = set()
    for configuration in (call_in_management, call_in_administrator):
        terraform = configuration(workspaces, sandbox)
        terraform.apply()
        previous, passed = _make_older(terraform, moves)
        used |= passed
        _assert_moves_alone(terraform, previous)
    assert set(moves) - used == set(), "no resource above has such an address: add the module, or the input, that has"
