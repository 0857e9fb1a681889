"""Patches that an exception accepts: counted apart, and never as compliant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.compliance.store.tables import (
    NODE_KEY,
    NONCOMPLIANT_PATCHES,
    PATCHES_READ,
    SAME_PATCH,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.model.exceptions import PatchException

# The nodes whose every noncompliant patch was read and is accepted.
ACCEPTED_NODES = f"""
SELECT {NODE_KEY}
FROM nodes JOIN patches USING ({NODE_KEY})
GROUP BY {NODE_KEY}, {NONCOMPLIANT_PATCHES}
HAVING count(*) FILTER (accepted_until <> '' AND patches.state <> 'AVAILABLE_SECURITY_UPDATE')
  = {NONCOMPLIANT_PATCHES}
  AND {NONCOMPLIANT_PATCHES} > 0
"""


@dataclass(frozen=True)
class Accepted:
    """What exceptions accept.

    Attributes:
        accepted_patches: of all nodes.
        accepted_nodes: noncompliant nodes whose every noncompliant patch is accepted. They stay noncompliant.
    """

    accepted_patches: int
    accepted_nodes: int


def apply(tables: DuckDBPyConnection, exceptions: Sequence[PatchException], now: str) -> None:
    """Marks the accepted patches in the tables, each by the first exception that accepts it."""
    for exception in exceptions:
        if exception.is_expired(now):
            continue
        condition, parameters = exception.condition()
        tables.execute(
            f"""
            UPDATE {PATCHES_READ} SET accepted_until = ?, accepted_by = ?, accepted_reason = ?
            FROM (
              SELECT * FROM (
                SELECT patches.*, patch_group, tags FROM patches JOIN nodes USING ({NODE_KEY})
                LEFT JOIN (SELECT {NODE_KEY}, tags FROM instances) USING ({NODE_KEY})
              )
              WHERE accepted_until = '' AND {condition}
            ) AS found
            WHERE {SAME_PATCH}
            """,
            [exception.expires, exception.owner, exception.reason, *parameters],
        )


def totals(tables: DuckDBPyConnection) -> Accepted:
    (found,) = tables.execute(
        f"SELECT (SELECT count(*) FROM patches WHERE accepted_until <> ''), (SELECT count(*) FROM ({ACCEPTED_NODES}))"
    ).fetchall()
    return Accepted(*found)


def lines(tables: DuckDBPyConnection, exceptions: Sequence[PatchException], now: str) -> Iterator[str]:
    """What is accepted, and the exceptions that count as none because they are over."""
    if not exceptions:
        return
    found = totals(tables)
    yield (
        f"Accepted by exceptions, and not counted as compliant: {found.accepted_patches} of these patches; of "
        f"{pluralize(found.accepted_nodes, 'noncompliant node')} every one."
    )
    for exception in exceptions:
        if exception.is_expired(now):
            yield (
                f"Exception {exception.number} ({exception.subject}; {exception.owner}) expired on {exception.expires} "
                "and counts as none: renew it, or delete it."
            )


def documents(exceptions: Sequence[PatchException], now: str) -> list[dict[str, Any]]:
    """The exceptions, for JSON."""
    return [
        {
            "number": exception.number,
            "accepts": exception.subject,
            "owner": exception.owner,
            "reason": exception.reason,
            "expires": exception.expires,
            "expired": exception.is_expired(now),
        }
        for exception in exceptions
    ]
