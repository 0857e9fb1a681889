"""Which definitions collide, by the rules of AWS's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.ssmquicksetup import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.services.ssmquicksetup.manager import Definition


def colliding(definition: Definition, others: Iterable[Definition]) -> Definition | None:
    """Return the first definition that stands in the way, None if there is none.

    Deployments to the own account and to the organization have rules of their own and do not meet.
    """
    facts = documents.deployment_of(definition.type.name, is_local=definition.targets.is_local)
    return next(
        (
            other
            for other in others
            if other.id != definition.id
            and other.type.name == definition.type.name
            and other.targets.is_local == definition.targets.is_local
            and _meet(facts.get("collision"), definition, other)
            and all(
                definition.parameters.get(key) == other.parameters.get(key)
                for key in facts.get("collision_parameters", [])
            )
        ),
        None,
    )


def _meet(rule: str | None, definition: Definition, other: Definition) -> bool:
    """Whether the targets of two definitions meet.

    ASSUMPTION(collision-of-nested-units): "OU" is a unit that both name, not one inside another.
    """
    if rule is None:
        return False
    mine, others = definition.targets, other.targets
    shares_units = bool(set(mine.organizational_units) & set(others.organizational_units))
    shares_regions = bool(set(mine.regions) & set(others.regions))
    return {
        "SINGLETON": True,
        "OU": shares_units,
        "REGION": shares_regions,
        "OU_REGION": shares_units and shares_regions,
    }[rule]
