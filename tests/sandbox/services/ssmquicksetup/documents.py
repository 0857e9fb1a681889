"""AWS's own documents of the types: what they deploy, where, and what collides.

The facts are those of the project (docs/development/quick-setup-documents.md), in CloudFormation's notation.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENTS = Path(__file__).parents[4] / "scripts/systems_manager_organization/quick_setup/documents"

LOCAL, ORGANIZATION = "LOCAL", "ORGANIZATION"


@cache
def document_of(type_name: str) -> dict[str, Any]:
    """Return the facts of a type."""
    facts: dict[str, Any] = json.loads((DOCUMENTS / f"{type_name}.json").read_text(encoding="utf-8"))
    return facts


def deployment_of(type_name: str, *, is_local: bool) -> dict[str, Any]:
    """Return the facts of a type's deployment to the own account, or to the organization; {} if it has none."""
    requested = LOCAL if is_local else ORGANIZATION
    deployments = document_of(type_name)["deployments"]
    return next((deployment for deployment in deployments if deployment["type"] == requested), {})


def default_of(type_name: str, parameter: str) -> str:
    """Return the default of a parameter in the first template that has it; "" if none has."""
    templates = document_of(type_name)["templates"].values()
    known = (template["parameters"].get(parameter, {}) for template in templates)
    return next((str(facts["default"]) for facts in known if "default" in facts), "")


def steps_of(type_name: str, *, is_local: bool) -> list[tuple[str, str]]:
    """Return where a deployment goes and with which template, in order: ("DA", "DA"), ("TA", "TA")."""
    steps = deployment_of(type_name, is_local=is_local).get("steps", [])
    return [(entry["account"], entry["template"]) for step in steps for entry in step]


@dataclass(frozen=True)
class Made:
    """What a function or an automation makes. `policies`: names of managed policies; `service`: whom a role trusts."""

    name: str
    value: str
    service: str
    policies: tuple[str, ...]
    deleted: bool


def made_by(code: str, kind: str, values: Mapping[str, str]) -> list[Made]:
    """Return what code makes of a kind; `values` replace the variables of names, written as in a template."""

    def text(item: Mapping[str, Any], key: str) -> str:
        return re.sub(r"\$\{(.+?)\}", lambda variable: values[variable[1]], item.get(key, ""))

    (entry,) = (entry for entry in _made_by_code() if entry["code"] == code)
    return [
        Made(
            name=text(item, "name"),
            value=text(item, "value"),
            service=item.get("service", ""),
            policies=tuple(item.get("policies", [])),
            deleted=item.get("deleted", False),
        )
        for item in entry["makes"]
        if item["kind"] == kind
    ]


@cache
def _made_by_code() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((DOCUMENTS / "made_by_code.json").read_text(encoding="utf-8"))
    return entries
