"""Results of an organization, and the tables of a report with them."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import duckdb

from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    NOT_READ,
    READ,
    REGION_DISABLED,
    ROLE_NOT_ASSUMED,
)
from systems_manager_organization.compliance.model.node import AccountRegionResult, NodeRecord, node_of
from systems_manager_organization.compliance.store.tables import create_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from duckdb import DuckDBPyConnection

    from systems_manager_organization.compliance.sources.result_sink import Problem

    Contents: TypeAlias = Sequence[tuple[AccountRegionResult, Sequence[NodeRecord]]]

OLDEST = "2026-01-01T00:00:00Z"
LATELY, LONG_AGO = "2026-01-05T09:00:00Z", "2025-11-01T09:00:00Z"
TOKYO, VIRGINIA = "ap-northeast-1", "us-east-1"
SHOP, BANK, LOGS, LAB, CLOSED = "111111111111", "222222222222", "333333333333", "444444444444", "555555555555"

_ACCOUNTS = {
    SHOP: ("Shop", "Root/Workloads/Production"),
    BANK: ("Bank", "Root/Workloads/Production"),
    LOGS: ("Log Archive", "Root/Security"),
    LAB: ("Lab, old", "Root/Workloads/Test"),
    CLOSED: ("Closed", "Root"),
}
DENIED = "sts:AssumeRole failed for account {account} in Region {region}: AccessDenied: Not authorized."


def result(account_id: str, region: str, code: str = "", reason: str = "") -> AccountRegionResult:
    """READ, or NOT_READ with a code."""
    name, unit = _ACCOUNTS.get(account_id, (f"Account {account_id}", "Root/Crowd"))
    return AccountRegionResult(account_id, name, unit, region, NOT_READ if code else READ, code, reason)


def denied(account_id: str, region: str) -> AccountRegionResult:
    return result(account_id, region, ROLE_NOT_ASSUMED, DENIED.format(account=account_id, region=region))


def node(number: int, noncompliant: Sequence[int] = (), *, ended: str = LATELY, platform: str = "Linux") -> NodeRecord:
    """A node that was scanned then (never, if empty), with noncompliant patches from CRITICAL on."""
    counts = (*noncompliant, *(0,) * (6 - len(noncompliant)))
    return NodeRecord(
        f"i-{number:017x}",
        f"host-{number}",
        platform,
        "Amazon Linux",
        "2023",
        "NON_COMPLIANT" if any(counts) else "COMPLIANT" if ended else "",
        counts,
        missing=sum(counts),
        installed=100,
        operation="Scan" if ended else "",
        operation_ended_at=ended,
    )


# Two accounts with noncompliant nodes, one read in part, one that no role opens, one closed.
ORGANIZATION: Contents = [
    (result(SHOP, TOKYO), [node(1), node(2, (0, 3)), node(3, ended="")]),
    (result(SHOP, VIRGINIA), [node(4, (0, 0, 2), platform="Windows")]),
    (result(BANK, TOKYO), [node(5, (1, 2)), node(6)]),
    (result(BANK, VIRGINIA), [node(7, (0, 0, 0, 4), ended=LONG_AGO)]),
    (result(LOGS, TOKYO), [node(8), node(9)]),
    (result(LOGS, VIRGINIA, REGION_DISABLED, f"The Region {VIRGINIA} is off in account {LOGS}."), []),
    (denied(LAB, TOKYO), []),
    (denied(LAB, VIRGINIA), []),
    *((result(CLOSED, region, ACCOUNT_NOT_ACTIVE, "The account is SUSPENDED."), []) for region in (TOKYO, VIRGINIA)),
]


def tables(contents: Contents, problems: Sequence[Problem] = ()) -> DuckDBPyConnection:
    """The tables of a report with these results."""
    connection = duckdb.connect()
    create_tables(connection)
    for result_of_region, records in contents:
        connection.table("account_regions").insert([*astuple(result_of_region), len(records)])
        for record in records:
            connection.table("nodes").insert(node_of(result_of_region, record, OLDEST))
    for problem in problems:
        connection.table("problems").insert(astuple(problem))
    return connection
