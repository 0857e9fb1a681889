"""Generated organizations of any size, and their HTML reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from systems_manager_organization.compliance.model.columns import ACCOUNT_REGIONS, NODES, NOT_READ, READ, SEVERITIES
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.store.tables import create_tables

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_UNITS = (
    "Root/Security",
    "Root/Infrastructure",
    "Root/Workloads/Production",
    "Root/Workloads/Production/Payments",
    "Root/Workloads/Production",
    "Root/Workloads/Test",
    "Root/Workloads/Production/Shops",
    "Root/Sandboxes",
)
_NAMES = ("Log Archive", "Network", "Orders", "Payments", "Search", "Staging", "Shop", "Playground")
_REGIONS = ("ap-northeast-1", "eu-central-1", "us-east-1", "us-west-2")
METADATA = ReportMetadata("2026-01-31T23:59:59Z", "api")
# All nodes of this account are compliant, and all Regions were read.
COMPLIANT_ACCOUNT = "100000000001"
# The role of this account cannot be assumed.
UNREAD_ACCOUNT = "100000000002"


def organization(accounts: int, nodes: int, regions: int = 3) -> DuckDBPyConnection:
    """The tables of a report: nodes are distributed evenly; some accounts are compliant, every 17th is unread."""
    tables = duckdb.connect()
    create_tables(tables)
    tables.execute(f"INSERT INTO account_regions {_ACCOUNT_REGIONS.format(accounts=accounts, regions=regions)}")
    tables.execute(f"INSERT INTO nodes {_nodes(nodes)}")
    tables.execute(
        """
        UPDATE account_regions SET nodes = found.count
        FROM (SELECT account_id, region, count(*) AS count FROM nodes GROUP BY ALL) AS found
        WHERE account_regions.account_id = found.account_id AND account_regions.region = found.region
        """
    )
    return tables


def write_report(tables: DuckDBPyConnection, path: Path, about: ReportMetadata = METADATA) -> Path:
    with path.open("w", encoding="utf-8") as file:
        write_page(tables, file, about)
    return path


def insert_node(tables: DuckDBPyConnection, account_id: str, **values: object) -> None:
    """Add a node in a Region of the account that was read; other columns are empty or 0."""
    tables.execute(
        "SELECT account_name, organizational_unit, region "
        f"FROM account_regions WHERE account_id = ? AND state = '{READ}'",
        [account_id],
    )
    name, unit, region = tables.fetchall()[0]
    row: dict[str, object] = {column.name: "" if column.type == "varchar" else 0 for column in NODES}
    row |= {"account_id": account_id, "account_name": name, "organizational_unit": unit, "region": region, **values}
    tables.execute(f"INSERT INTO nodes VALUES ({', '.join('?' * len(row))})", list(row.values()))


def insert_patches(tables: DuckDBPyConnection, share: int = 1) -> None:
    """A kernel for every noncompliant node of Linux, a KB for those of Windows, curl for one in `share` of Linux."""
    tables.execute(
        f"""
        INSERT INTO patches_read BY NAME
        SELECT account_id, region, node_id, 'MISSING' AS state, 'Security' AS classification, '' AS installed_at,
          CASE kind WHEN 'kernel' THEN 'kernel.x86_64' WHEN 'kb' THEN 'KB5034441' ELSE 'curl.x86_64' END AS patch_id,
          CASE kind WHEN 'kernel' THEN 'kernel.x86_64:0:6.1.7-1' WHEN 'kb' THEN '2026-01 Cumulative Update'
            ELSE 'curl.x86_64:0:8.' || hash(node_id) % 50 || '-1' END AS title,
          CASE kind WHEN 'curl' THEN 'Important' ELSE 'Critical' END AS vendor_severity,
          '' AS compliance_level,
          CASE kind WHEN 'kernel' THEN 'CVE-2026-10476,CVE-2026-20476' ELSE 'unknown' END AS cve_ids,
          '2026-01-10' AS first_seen, CASE kind WHEN 'kernel' THEN '2026-01-25' ELSE '' END AS due_at,
          CASE kind WHEN 'kernel' THEN 'OVERDUE' ELSE '' END AS deadline,
          CASE kind WHEN 'kernel' THEN 'yes' ELSE 'unknown' END AS known_exploited,
          CASE kind WHEN 'kernel' THEN 0.41 END AS epss
        FROM nodes, (VALUES ('kernel'), ('kb'), ('curl')) AS kinds(kind)
        WHERE status = 'NON_COMPLIANT' AND (kind = 'kb') = (platform_type = 'Windows')
          AND (kind <> 'curl' OR hash(node_id) % {share} = 0)
        """
    )


def insert_instances(tables: DuckDBPyConnection, count: int) -> None:
    """Instances that are not managed, in the first account that was read."""
    tables.execute(
        f"""
        INSERT INTO instances BY NAME
        SELECT account_id, account_name, organizational_unit, region, 'i-0' || printf('%016x', number) AS node_id,
          'worker-' || number AS name, 'Linux' AS platform_type, 'running' AS state,
          '2026-01-01T00:00:00Z' AS launched_at, 'UNMANAGED' AS status, 'NO_CREDENTIALS' AS cause,
          'It has no instance profile.' AS evidence, 'Attach one.' AS remedy, '[]' AS tags
        FROM range({count}) AS n(number), (SELECT * FROM account_regions WHERE state = '{READ}' LIMIT 1) AS first_read
        """
    )


DOCUMENT = {
    "trend": [
        {
            "report_date": f"2026-01-{day}",
            "nodes": 600,
            "compliant_percent": percent,
            "noncompliant": 100,
            "not_reporting": 9,
            "patches": patches,
            "overdue_patches": 3,
        }
        for day, percent, patches in ((10, 71.5, 200), (20, 74.1, 180), (31, None, 150))
    ],
    "exceptions": [
        {
            "number": 1,
            "accepts": "kernel*",
            "owner": "bank",
            "reason": "The kernel is replaced in February.",
            "expires": "2026-01-15",
            "expired": True,
        }
    ],
}


def insert_account_region(tables: DuckDBPyConnection, **values: object) -> None:
    row = {column.name: values.get(column.name, "" if column.type == "varchar" else 0) for column in ACCOUNT_REGIONS}
    tables.execute(f"INSERT INTO account_regions VALUES ({', '.join('?' * len(row))})", list(row.values()))


_ACCOUNT_REGIONS = f"""
SELECT
  (100000000000 + account)::VARCHAR,
  list_extract({list(_NAMES)}, account % {len(_NAMES)} + 1) || ' ' || account,
  list_extract({list(_UNITS)}, account % {len(_UNITS)} + 1),
  list_extract({list(_REGIONS)}, region + 1),
  CASE WHEN unread THEN '{NOT_READ}' ELSE '{READ}' END,
  CASE WHEN unread THEN 'ROLE_NOT_ASSUMED' ELSE '' END,
  CASE WHEN unread THEN 'sts:AssumeRole failed: AccessDenied: Not authorized.' ELSE '' END,
  0
FROM (
  SELECT account, region, account % 17 = 2 OR (account % 13 = 5 AND region = 1) AS unread
  FROM range({{accounts}}) AS a(account), range({{regions}}) AS r(region)
)
"""


def _nodes(count: int) -> str:
    """The compliance of a node is derived from hashes of its number and of its account."""
    names = [f"noncompliant_{severity.lower()}" for severity in SEVERITIES]
    patches = ", ".join(
        f"CASE WHEN status = 'NON_COMPLIANT' AND hash(node, {share}) % {share} = 0 THEN hash(node) % 9 + 1 ELSE 0 END "
        f"AS {name}"
        for name, share in zip(names, (9, 3, 2, 4, 11, 1), strict=True)
    )
    severities = " ".join(f"WHEN {name} > 0 THEN '{name.partition('_')[2].upper()}'" for name in names)
    return f"""
WITH
  open AS (
    SELECT *, row_number() OVER (ORDER BY account_id, region) - 1 AS number
    FROM account_regions WHERE state = '{READ}'
  ),
  placed AS (
    SELECT open.*, node, hash(node) % 100 AS chance, hash(account_id) % 5 * 6 AS neglect
    FROM range({count}) AS n(node) JOIN open ON open.number = node % (SELECT count(*) FROM open)
  ),
  judged AS (
    SELECT *, CASE
      WHEN account_id = '{COMPLIANT_ACCOUNT}' OR neglect = 0 THEN 'COMPLIANT'
      WHEN chance < neglect THEN 'NON_COMPLIANT'
      WHEN chance > 95 THEN 'NOT_REPORTING' ELSE 'COMPLIANT' END AS status
    FROM placed
  ),
  counted AS (SELECT *, {patches} FROM judged)
SELECT
  account_id, account_name, organizational_unit, region,
  'i-' || printf('%017x', node), 'host-' || node, CASE WHEN node % 4 = 0 THEN 'Windows' ELSE 'Linux' END,
  CASE WHEN node % 4 = 0 THEN 'Microsoft Windows Server 2022' ELSE 'Amazon Linux' END,
  CASE WHEN node % 4 = 0 THEN '10.0.20348' ELSE '2023' END,
  status, CASE {severities} ELSE '' END, {", ".join(names)},
  noncompliant_high + noncompliant_medium, noncompliant_critical, 200 + node % 40, 10, 0, 0, 900, 0, 0, 0, 0,
  'default', 'pb-0123456789abcdef0', CASE WHEN status = 'NOT_REPORTING' THEN '' ELSE 'Scan' END,
  CASE WHEN status = 'NOT_REPORTING' THEN ''
    ELSE strftime(TIMESTAMP '2026-01-31 00:00:00' + to_seconds(node % 80000), '%Y-%m-%dT%H:%M:%SZ') END
FROM counted
"""
