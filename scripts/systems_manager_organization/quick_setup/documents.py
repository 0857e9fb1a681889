"""What the scripts need of AWS's published documents: docs/development/quick-setup-documents.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOCAL, ORGANIZATION = "LOCAL", "ORGANIZATION"

_DOCUMENTS = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Deployment:
    """How a type is deployed to the account itself, or to the organization.

    Attributes:
        collision: which other configuration of the type AWS refuses: SINGLETON, OU, OU_REGION or REGION; "" for none.
        collision_parameters: parameters in which both must be equal for it.
        regions: those that it can be deployed to.
        resources: what it makes, as far as it has a name, by name in its templates.
    """

    collision: str
    collision_parameters: tuple[str, ...]
    regions: frozenset[str]
    resources: Mapping[str, Mapping[str, Any]]

    @property
    def has_names_without_id(self) -> bool:
        """Whether it makes a role whose name has neither the configuration's id nor a parameter that collides.

        Two of them cannot be deployed to the same account and Region.
        """
        return any(
            not any(part in json.dumps(role["name"]) for part in ("QSConfigurationId", *self.collision_parameters))
            for role in self.resources.values()
            if role["type"] == "AWS::IAM::Role" and "name" in role
        )


def type_names() -> list[str]:
    """The types that AWS has published."""
    return sorted(_read_all())


def quick_setup_regions() -> list[str]:
    """The Regions of Quick Setup, all of which are enabled by default: those that any type can be deployed to.

    https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
    """
    deployments = (found for name in type_names() for found in _read(name)["deployments"])
    return sorted({region for found in deployments for region in found["regions"]})


def deployment_of(type_name: str, kind: str) -> Deployment | None:
    """The deployment of this kind; None for a type that is not published, or has none of this kind."""
    found = next((item for item in _read(type_name).get("deployments", []) if item["type"] == kind), None)
    if found is None:
        return None
    return Deployment(
        collision=found["collision"] or "",
        collision_parameters=tuple(found["collision_parameters"]),
        regions=frozenset(found["regions"]),
        resources={
            name: resource
            for name, resource in _read(type_name)["resources"].items()
            if name.split(".")[0] in found["templates"]
        },
    )


def resource_names(resource_type: str) -> frozenset[str]:
    """The fixed names of the resources of this type, as `AWS::SSM::ResourceDataSync`, that any deployment makes."""
    return frozenset().union(*(resource_names_of(type_name, resource_type) for type_name in type_names()))


def resource_names_of(type_name: str, resource_type: str) -> frozenset[str]:
    """The same of one type."""
    return frozenset(
        name
        for resource in _resources_of(type_name)
        if resource["type"] == resource_type and isinstance(name := resource.get("name"), str)
    )


def resources() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name of a type, and a resource of its templates: of all types."""
    for type_name in type_names():
        for resource in _resources_of(type_name):
            yield type_name, resource


def _resources_of(type_name: str) -> Iterator[Mapping[str, Any]]:
    yield from _read(type_name).get("resources", {}).values()


def types_that_run(document: str) -> tuple[str, ...]:
    """The types whose associations run this document of AWS."""
    return tuple(name for name in type_names() if document in _read(name)["documents"])


def makes(type_name: str, resource_type: str) -> bool:
    """Whether a type makes a resource of this type, which is one with a name."""
    return any(resource["type"] == resource_type for resource in _resources_of(type_name))


def _read(type_name: str) -> Mapping[str, Any]:
    return _read_all().get(type_name, {})


@cache
def _read_all() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads(_DOCUMENTS.read_text(encoding="utf-8"))
    return found
