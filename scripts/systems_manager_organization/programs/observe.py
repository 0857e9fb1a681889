"""`observe.py`: commands that only read. Terraform runs them at every plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Program
from systems_manager_organization.installation import explorer_observation, observation
from systems_manager_organization.preflight import command as preflight
from systems_manager_organization.quick_setup import deployments

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(result: Mapping[str, str], on_terminal: bool) -> str:
    """One JSON object of strings, as the external data source wants it; on a terminal one line for each value."""
    if not on_terminal:
        return json.dumps(result)
    return "\n".join(line for key, value in result.items() for line in _lines(key, value))


def _lines(key: str, value: str) -> list[str]:
    if not value.startswith("["):
        return [f"{key}: {value or '(none)'}"]
    items: list[dict[str, str]] = json.loads(value)
    return [
        f"{key}: {len(items)}",
        *("  " + "  ".join(f"{name}={text}" for name, text in item.items()) for item in items),
    ]


PROGRAM = Program(
    name="observe.py",
    summary="Reads from AWS what no Terraform data source can read. Changes nothing.",
    commands=(observation.COMMAND, preflight.COMMAND, deployments.COMMAND, explorer_observation.COMMAND),
    render=render,
    reads_standard_input=True,
)

main = PROGRAM.main
