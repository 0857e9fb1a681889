"""What the scripts need of the facts, in one file: a release has it in place of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.quick_setup_documents.command import to_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTRACT = "scripts/systems_manager_organization/quick_setup/documents.json"
_DEPLOYMENT = ("collision", "collision_parameters", "regions", "type")
_RESOURCE = ("deletion_policy", "name", "type")


def extract(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of the file. `facts` are by the type's name."""
    return to_lines({name: _type(found) for name, found in facts.items()}, 3) + "\n"


def _type(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "deployments": [
            {
                **{key: deployment[key] for key in _DEPLOYMENT},
                "templates": sorted({step["template"] for steps in deployment["steps"] for step in steps}),
            }
            for deployment in facts["deployments"]
        ],
        "documents": sorted(facts["documents"]),
        "resources": {
            f"{template}.{name}": {key: resource[key] for key in _RESOURCE if key in resource}
            for template, found in facts["templates"].items()
            for name, resource in found["resources"].items()
            if "name" in resource or "deletion_policy" in resource
        },
    }
