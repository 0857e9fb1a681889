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

DOCUMENTS = Path(__file__).with_suffix("")
_MADE_BY_CODE = Path(__file__).parents[4] / "scripts/systems_manager_organization/quick_setup/made_by_code.json"

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


def type_names() -> list[str]:
    """Return the types that AWS has published."""
    return sorted(path.stem for path in DOCUMENTS.glob("AWSQuickSetupType-*.json"))


def regions_of(type_name: str) -> set[str]:
    """Return the Regions that a type can be deployed to."""
    return {region for deployment in document_of(type_name)["deployments"] for region in deployment["regions"]}


def default_of(type_name: str, parameter: str) -> str:
    """Return the default of a parameter in the first template that has it; "" if none has."""
    templates = document_of(type_name)["templates"].values()
    known = (template["parameters"].get(parameter, {}) for template in templates)
    return next((str(facts["default"]) for facts in known if "default" in facts), "")


def declarations_of(type_name: str, *, is_local: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the parameters of a deployment, each with its declaration in every template that has it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for _, template in steps_of(type_name, is_local=is_local):
        for parameter, declaration in document_of(type_name)["templates"][template]["parameters"].items():
            found.setdefault(parameter, []).append(declaration)
    return found


def followed(type_name: str, parameter: str, aspect: str, template: Any) -> Any:
    """Return what holds where AWS's sources disagree; what the template has if they do not."""
    entries = _disagreements(type_name, aspect)
    return next((entry["followed"] for entry in entries if entry["key"] == parameter), template)


def names_of_reference(type_name: str) -> dict[str, str]:
    """Return the template's name of each parameter that has another one in the API's reference, if either is taken."""
    entries = _disagreements(type_name, "name")
    return {entry["reference"]: entry["template"] for entry in entries if entry["followed"] == "both"}


def steps_of(type_name: str, *, is_local: bool) -> list[tuple[str, str]]:
    """Return where a deployment goes and with which template, in order: ("DA", "DA"), ("TA", "TA")."""
    return [(entry["account"], entry["template"]) for entry in entries_of(type_name, is_local=is_local)]


def entries_of(type_name: str, *, is_local: bool) -> list[dict[str, Any]]:
    """Return the entries of all steps of a deployment, in order."""
    return [entry for step in deployment_of(type_name, is_local=is_local).get("steps", []) for entry in step]


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


def _made_by_code() -> list[dict[str, Any]]:
    return _entries(_MADE_BY_CODE)


def _disagreements(type_name: str, aspect: str) -> list[dict[str, Any]]:
    entries = _entries(DOCUMENTS / "disagreements.json")
    return [entry for entry in entries if (entry["type"], entry["aspect"]) == (type_name, aspect)]


@cache
def _entries(file: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return entries
