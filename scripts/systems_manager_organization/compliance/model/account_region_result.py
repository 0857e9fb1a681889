"""Whether an account could be read in a Region."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountRegionResult:
    """One account in one Region; the fields of `columns.PLACES` but the number of its nodes."""

    account_id: str
    account_name: str
    organizational_unit: str
    region: str
    state: str
    code: str = ""
    reason: str = ""
