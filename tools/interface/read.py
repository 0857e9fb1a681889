"""What users of the module rely on, as a map from each name to what is promised of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from systems_manager_organization.findings import CATALOGUE
from systems_manager_organization.programs import ensure, observe, report
from tools.docs.declarations import read_module
from tools.interface.types import fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from systems_manager_organization.cli.application import Program

_INDEX = re.compile(r"\[.*?\]")
_EXIT_STATUS = re.compile(r"^\| ([0-9, ]+) \| ", re.MULTILINE)

REQUIRED = "required"


def read_interface() -> dict[str, str]:
    """From the files of the repository: inputs with their fields, outputs, addresses, commands, options, findings.

    A new name whose promise begins with REQUIRED asks something of users. Raises DeclarationError and OSError.
    """
    return dict(sorted(item for part in (_modules(), _scripts(), _findings()) for item in part))


def _modules() -> Iterator[tuple[str, str]]:
    for folder in (REPOSITORY, *sorted(path.parent for path in (REPOSITORY / "modules").glob("*/main.tf"))):
        name = "." if folder == REPOSITORY else folder.relative_to(REPOSITORY).as_posix()
        yield name, ""
        yield from ((f"{name} {key}", promise) for key, promise in _module(folder))


def _module(folder: Path) -> Iterator[tuple[str, str]]:
    module = read_module(folder)
    for input_ in module.inputs:
        default = REQUIRED if input_.default is None else f"default {' '.join(input_.default.split())}"
        for path, constraint in fields(input_.type):
            if path:
                is_optional = constraint.startswith("optional(")
                yield f"input {input_.name}{path}", constraint if is_optional else f"{REQUIRED} {constraint}"
            else:
                yield f"input {input_.name}", f"{default}, {constraint}"
    for output in module.outputs:
        yield f"output {output.name}", ""
    for part in module.parts:
        if part.kind != "data source":
            address = f"module.{part.name}" if part.kind == "module" else f"{part.type}.{part.name}"
            yield f"address {address}", ""
    for address in module.left:
        yield f"address {_INDEX.sub('', address)}", "moved"


def _scripts() -> Iterator[tuple[str, str]]:
    for program in (ensure.PROGRAM, observe.PROGRAM, report.PROGRAM):
        yield from _program(program)
    page = REPOSITORY / "docs" / "usage" / "compliance-report.md"
    table = page.read_text(encoding="utf-8").partition("The exit status is the result:")[2].partition("\n\nThe")[0]
    for statuses in _EXIT_STATUS.findall(table):
        for status in statuses.split(","):
            yield f"report.py compliance, exit status {status.strip()}", ""


def _program(program: Program[str] | Program[dict[str, str]]) -> Iterator[tuple[str, str]]:
    for command in program.commands:
        name = f"{program.name} {command.name}"
        yield name, ""
        for option in command.options:
            default = f"default {json.dumps(option.default)}" if option.default else ""
            yield f"{name} {option.option_string}", REQUIRED if option.required else default


def _findings() -> Iterator[tuple[str, str]]:
    for code, described in json.loads(CATALOGUE.read_text(encoding="utf-8")).items():
        yield f"finding {code}", described["severity"]
