"""An account in a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

AccountRegion = tuple[str, str]
"""An account id and a Region."""


def describe(account_regions: Iterable[AccountRegion]) -> str:
    """`333333333333 eu-west-1, us-east-1; 444444444444 us-east-1`."""
    regions: dict[str, list[str]] = {}
    for account_id, region in account_regions:
        regions.setdefault(account_id, []).append(region)
    return "; ".join(f"{account_id} {', '.join(found)}" for account_id, found in regions.items())
