"""Aggregates of the tables of a report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.options import REGION_PATTERN
from systems_manager_organization.compliance.analysis.coverage import UNMANAGED
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    COMPLIANT,
    NON_COMPLIANT,
    NOT_READ,
    NOT_REPORTING,
    READ,
    SEVERITIES,
    STATUSES,
)
from systems_manager_organization.compliance.model.filters import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

NODE, OWNER = "node", "owner"

# What nodes can be grouped by, and the columns of columns.py that make a group: of where a node is, and of what it has.
ACCOUNT_REGION_GROUPINGS = {
    "organizational-unit": ("organizational_unit",),
    "account": ("account_id", "account_name"),
    "region": ("region",),
}
GROUPINGS = {
    **ACCOUNT_REGION_GROUPINGS,
    "platform": ("platform_type",),
    "severity": ("severity",),
    OWNER: ("owner",),
}

_PATCHES = tuple(f"noncompliant_{severity.lower()}" for severity in SEVERITIES)
_TOTALS = (
    "count(*) AS nodes",
    f"count(*) FILTER (status = '{COMPLIANT}') AS compliant",
    f"count(*) FILTER (status = '{NON_COMPLIANT}') AS noncompliant",
    f"count(*) FILTER (status = '{NOT_REPORTING}') AS not_reporting",
    f"count(*) FILTER (status = '{NOT_REPORTING}' AND operation_ended_at = '') AS never_scanned",
    *(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _PATCHES),
)
_COUNTS = ("nodes", "compliant", "noncompliant", "not_reporting", "never_scanned", *_PATCHES)
_READ = ("count(*) AS account_regions", f"count(*) FILTER (state = '{READ}') AS account_regions_read")
# The compliance of what was not read is unknown: it is listed before what is compliant.
_WORST_FIRST = """
CASE
  WHEN noncompliant + not_reporting + unmanaged > 0 THEN 0
  WHEN account_regions_read < account_regions THEN 1
  WHEN nodes > 0 THEN 2
  ELSE 3
END
"""
_MOST_PATCHES_FIRST = ", ".join(f"{name} DESC" for name in _PATCHES)
# An account's id, or the name of a Region.
_ACCOUNT_OR_REGION = f"[0-9]{{12}}|{REGION_PATTERN}"
# The order of nodes.
WORST_FIRST = f"list_position({list(STATUSES)}, status), {_MOST_PATCHES_FIRST}, account_id, region, node_id"
NODES_WORST_FIRST = f"SELECT * FROM nodes ORDER BY {WORST_FIRST}"


@dataclass(frozen=True)
class Totals:
    """How many nodes there are, of which status, and how many noncompliant patches they have.

    Attributes:
        not_reporting: nodes that were never scanned, or too long ago.
        never_scanned: those of them that were never scanned.
        unmanaged: nodes beside these, of which nothing is known: Systems Manager does not manage them.
    """

    nodes: int
    compliant: int
    noncompliant: int
    not_reporting: int
    never_scanned: int
    unmanaged: int
    patches: dict[str, int]
    """By severity, the highest first."""

    @property
    def compliant_percent(self) -> float | None:
        """With one decimal, rounded down: only when every node is compliant it is 100. None without any node.

        Of what is not managed nothing is known, and so it is not compliant.
        """
        nodes = self.nodes + self.unmanaged
        return self.compliant * 1000 // nodes / 10 if nodes else None

    @property
    def is_all_compliant(self) -> bool:
        return self.nodes + self.unmanaged == self.compliant > 0

    def document(self, *, is_complete: bool) -> dict[str, Any]:
        """`is_complete`: whether all was read. Of a part, 100 % is no percentage of the whole, and left out."""
        counts = {name: value for name, value in vars(self).items() if name != "patches"}
        patches = {f"noncompliant_{severity.lower()}": number for severity, number in self.patches.items()}
        percent = self.compliant_percent if is_complete or not self.is_all_compliant else None
        return {**counts, "compliant_percent": percent, **patches}


@dataclass(frozen=True)
class Group:
    """Nodes that have something in common.

    Attributes:
        keys: what they have in common: columns of `columns.NODES` and their values.
        account_regions: accounts in Regions of the scope; 0 where groups are not of these.
        account_regions_read: how many of them were read.
        is_complete: whether all of its nodes can be known.
    """

    keys: dict[str, str]
    totals: Totals
    account_regions: int
    account_regions_read: int
    is_complete: bool

    @property
    def document(self) -> dict[str, Any]:
        read = (
            {"account_regions": self.account_regions, "account_regions_read": self.account_regions_read}
            if self.account_regions
            else {}
        )
        return {**self.keys, **read, **self.totals.document(is_complete=self.is_complete)}


@dataclass(frozen=True)
class Coverage:
    """How much of the scope was read: an account in part if some of its Regions were not."""

    accounts: int
    accounts_read: int
    accounts_read_in_part: int
    account_regions: int
    account_regions_read: int


@dataclass(frozen=True)
class ReadFailure:
    """Why accounts and Regions were not read.

    Attributes:
        reason: a sentence with AWS's message, of the first of them.
        accounts: account id to its name and its Regions that were not read; no Regions where it is all of them.
    """

    code: str
    reason: str
    accounts: dict[str, tuple[str, tuple[str, ...]]]


def totals(tables: DuckDBPyConnection) -> Totals:
    ((unmanaged,),) = _rows(tables, f"SELECT count(*) FROM instances WHERE {UNMANAGED}")
    return _totals((unmanaged, *_rows(tables, f"SELECT {', '.join(_TOTALS)} FROM nodes")[0]))


def coverage(tables: DuckDBPyConnection) -> Coverage:
    (found,) = _rows(
        tables,
        f"""
        WITH accounts AS (SELECT account_id, {", ".join(_READ)} FROM account_regions GROUP BY account_id)
        SELECT
          count(*),
          count(*) FILTER (account_regions_read = account_regions),
          count(*) FILTER (account_regions_read BETWEEN 1 AND account_regions - 1),
          coalesce(sum(account_regions), 0)::BIGINT,
          coalesce(sum(account_regions_read), 0)::BIGINT
        FROM accounts
        """,
    )
    return Coverage(*found)


def regions(tables: DuckDBPyConnection) -> list[str]:
    return [region for (region,) in _rows(tables, "SELECT DISTINCT region FROM account_regions ORDER BY region")]


def groups(tables: DuckDBPyConnection, grouping: str, *, all_of_them: bool) -> Iterator[Group]:
    """The groups, the worst first.

    Args:
        grouping: one of `GROUPINGS`.
        all_of_them: also those that were read and have no node, where groups are of accounts or Regions.
    """
    keys = GROUPINGS[grouping]
    names = ", ".join(keys)
    read = f"SELECT {names}, {', '.join(_READ)} FROM account_regions GROUP BY {names}"
    lacking = f"SELECT {names}, count(*) AS unmanaged FROM instances WHERE {UNMANAGED} GROUP BY {names}"
    whole = not is_incomplete(tables)
    if grouping == OWNER:
        owners = f"SELECT owner FROM nodes UNION ALL SELECT owner FROM instances WHERE {UNMANAGED}"
        read = f"SELECT DISTINCT owner, 0 AS account_regions, 0 AS account_regions_read FROM ({owners})"
    elif grouping not in ACCOUNT_REGION_GROUPINGS:
        # What is not managed has no severity, and only a guess of a platform.
        read = f"SELECT DISTINCT {names}, 0 AS account_regions, 0 AS account_regions_read FROM nodes"
        lacking = f"SELECT DISTINCT {names}, 0 AS unmanaged FROM nodes"
        whole = whole and not totals(tables).unmanaged
    rows = _rows(
        tables,
        f"""
        WITH
          read AS ({read}),
          sums AS (SELECT {names}, {", ".join(_TOTALS)} FROM nodes GROUP BY {names}),
          lacking AS ({lacking}),
          groups AS (
            SELECT {names}, account_regions, account_regions_read, coalesce(unmanaged, 0) AS unmanaged,
              {", ".join(f"coalesce({name}, 0) AS {name}" for name in _COUNTS)}
            FROM read LEFT JOIN sums USING ({names}) LEFT JOIN lacking USING ({names})
          )
        SELECT * FROM groups
        WHERE nodes + unmanaged > 0 OR account_regions_read < account_regions OR {all_of_them}
        ORDER BY {_WORST_FIRST}, {_MOST_PATCHES_FIRST}, noncompliant DESC, not_reporting DESC, {names}
        """,
    )
    width = len(keys)
    for row in rows:
        account_regions, account_regions_read = row[width : width + 2]
        is_complete = account_regions_read == account_regions if account_regions else whole
        found = _totals(row[width + 2 :])
        yield Group(
            dict(zip(keys, row[:width], strict=True)), found, account_regions, account_regions_read, is_complete
        )


def read_failures(tables: DuckDBPyConnection) -> list[ReadFailure]:
    """What was not read, grouped by reason regardless of the account and Region in AWS's message."""
    rows = _rows(
        tables,
        f"""
        WITH missing AS (
          SELECT *, regexp_replace(reason, '{_ACCOUNT_OR_REGION}', '', 'g') AS common
          FROM account_regions WHERE state = '{NOT_READ}'
        ), totals AS (SELECT account_id, count(*) AS regions FROM account_regions GROUP BY account_id)
        SELECT
          code, common, account_id, min(account_name), min_by(reason, region),
          list(region ORDER BY region), count(*) = any_value(totals.regions)
        FROM missing JOIN totals USING (account_id)
        GROUP BY code, common, account_id
        ORDER BY count(*) OVER (PARTITION BY code, common) DESC, code, common, account_id
        """,
    )
    found = []
    for (code, _), failures in groupby(rows, key=itemgetter(0, 1)):
        accounts, reasons = {}, []
        for _, _, account_id, name, reason, regions, whole in failures:
            accounts[account_id] = (name, () if whole else tuple(regions))
            reasons.append(reason)
        found.append(ReadFailure(code, reasons[0], accounts))
    return found


def problems(tables: DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Code to what it is about and its message."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code, subject, message in _rows(tables, "SELECT code, subject, message FROM problems ORDER BY ALL"):
        found.setdefault(code, []).append((subject, message))
    return found


def is_incomplete(tables: DuckDBPyConnection) -> bool:
    """Whether something was not read, except accounts that are not active, which cannot be read."""
    lacking = f"SELECT 1 FROM account_regions WHERE state = '{NOT_READ}' AND code <> '{ACCOUNT_NOT_ACTIVE}'"
    return bool(_rows(tables, f"{lacking} UNION ALL SELECT 1 FROM problems LIMIT 1"))


def meets_threshold(tables: DuckDBPyConnection, severity: str, accepted_nodes: str) -> bool:
    """Whether a node has a noncompliant patch of the severity, or of a higher one. `accepted_nodes`: a query."""
    nodes = f"nodes ANTI JOIN ({accepted_nodes}) USING (account_id, region, node_id)"
    return bool(_rows(tables, f"SELECT 1 FROM {nodes} WHERE list_contains(?, severity) LIMIT 1", [at_least(severity)]))


def _rows(tables: DuckDBPyConnection, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    return tables.execute(query, parameters or []).fetchall()


def _totals(row: tuple[Any, ...]) -> Totals:
    unmanaged, nodes, compliant, noncompliant, not_reporting, never_scanned, *patches = row
    by_severity = dict(zip(SEVERITIES, patches, strict=True))
    return Totals(nodes, compliant, noncompliant, not_reporting, never_scanned, unmanaged, by_severity)
