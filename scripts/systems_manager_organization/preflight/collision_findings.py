"""Configurations that AWS's own documents do not let stand beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.findings import Finding
from systems_manager_organization.quick_setup.documents import LOCAL, ORGANIZATION, deployment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.quick_setup.configurations import Configuration
    from systems_manager_organization.quick_setup.documents import Deployment

COLLISION = "CONFIGURATION_COLLISION"
_EACH_RULE = {
    "SINGLETON": "an organization can have one only",
    "OU": "Quick Setup accepts one for an organizational unit",
    "OU_REGION": "Quick Setup accepts one for an organizational unit and Region",
    "REGION": "Quick Setup accepts one for a Region",
}


def collision(one: Configuration, other: Configuration, shared: Sequence[str]) -> Finding | None:
    """The finding for two configurations of a type that cannot both be deployed.

    `shared`: the organizational units, or the account, that are in the targets of both.
    """
    if one.type != other.type or bool(one.account_id) != bool(other.account_id):
        return None
    deployment = deployment_of(one.type, LOCAL if one.account_id else ORGANIZATION)
    if deployment is None or any(
        one.parameters.get(name, "") != other.parameters.get(name, "") for name in deployment.collision_parameters
    ):
        return None
    rule, where = _broken_rule(deployment, one, other, shared)
    if not rule:
        return None
    return Finding(
        COLLISION,
        f"{one.name} and {other.name}",
        f"Both are of type {one.type}{where}, and {rule}.",
        "Delete one of them, or separate their organizational units or Regions."
        if deployment.collision != "SINGLETON"
        else "Delete one of them.",
    )


def _broken_rule(
    deployment: Deployment, one: Configuration, other: Configuration, shared: Sequence[str]
) -> tuple[str, str]:
    """The rule that both break, and where; "" for none."""
    regions = sorted(set(one.regions) & set(other.regions))
    in_regions = f" in {', '.join(regions)}"
    units = sorted(set(one.organizational_unit_ids) & set(other.organizational_unit_ids))
    name = deployment.collision
    breaks, where = {
        "SINGLETON": (True, ""),
        "OU": (bool(units), f" and go to {', '.join(units)}"),
        "OU_REGION": (bool(units and regions), f" and go to {', '.join(units)}{in_regions}"),
        # Of the account itself: another account is another matter.
        "REGION": (bool(regions and (shared or not one.account_id)), f" and go to the same account{in_regions}"),
        "": (False, ""),
    }[name]
    if breaks:
        return _EACH_RULE[name], where
    # AWS's rules compare units, and an account can be in two of them, one inside the other.
    if shared and regions and deployment.has_names_without_id:
        return (
            "both make a role of the same name there, so the second fails to deploy",
            f" and go to {', '.join(shared)}{in_regions}",
        )
    return "", ""
