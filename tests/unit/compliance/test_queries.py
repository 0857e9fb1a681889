"""The queries of docs/reference/compliance-data.md in Athena and in DuckDB, and their documentation."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from harness.workspace import REPOSITORY
from sandbox import Scenario
from systems_manager_organization.compliance.model.columns import COMPLIANT, NODES, NOT_REPORTING, SEVERITIES
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.compliance.sources.bucket import BucketSource
from systems_manager_organization.compliance.sources.bucket_objects import Bucket, create_views
from unit.synced_data import (
    ADMINISTRATOR,
    BUCKET,
    MANAGEMENT,
    PREFIX,
    REGIONS,
    STACK_SET,
    SyncedData,
    build,
    frozen_time,
    open_session,
    run_query,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox

    Rows = list[tuple[str | None, ...]]

_PAGE = REPOSITORY / "docs" / "reference" / "compliance-data.md"
# Of patches one by one, which the report reads of some nodes alone, so that DuckDB has no table of them.
_PATCHES = "patches"
_QUERIES = sorted(path.stem for path in data_layout.QUERIES.glob("*.sql"))


def test_the_answers_are_those_of_a_report(aws: Sandbox, tmp_path: Path) -> None:
    data = build(aws, Scenario.generated(accounts=12, instances=120, unreadable=1))
    sink = data.collect(BucketSource(BUCKET, PREFIX, STACK_SET, frozen_time(aws)))
    names = [column.name for column in NODES]
    nodes: list[dict[str, Any]] = [dict(zip(names, node, strict=True)) for node in sink.nodes]
    broken = data.put("patch_summary", ADMINISTRATOR, "i-00000000000000001", "no JSON\nnor this")
    results = {name: run_query(aws, data_layout.load_query(name)) for name in _QUERIES}

    assert [row[2] for row in results["nodes"]] == [node["node_id"] for node in sorted(nodes, key=_where)]
    by_account = Counter(node["account_id"] for node in nodes)
    assert {row[0]: int(row[1] or 0) for row in results["compliance_by_account"]} == by_account
    assert sum(int(row[2] or 0) for row in results["compliance_by_account"]) >= _count(nodes, status=COMPLIANT) > 0
    noncompliant = [int(row[3] or 0) for row in results["compliance_by_account"]]
    assert noncompliant == sorted(noncompliant, reverse=True)
    critical = {node["node_id"]: node["noncompliant_critical"] for node in nodes if node["noncompliant_critical"]}
    assert {row[2]: int(row[5] or 0) for row in results["critical_patches"]} == critical
    sums = [sum(int(row[3 + index] or 0) for row in results["noncompliant_patches_by_severity"]) for index in range(6)]
    assert sums == [sum(node[f"noncompliant_{name.lower()}"] for node in nodes) for name in SEVERITIES]
    late = {node["node_id"] for node in nodes if node["status"] == NOT_REPORTING}
    assert {row[2] for row in results["nodes_not_scanned"]} == late
    rebooting = {node["node_id"] for node in nodes if node["installed_pending_reboot"]}
    assert {row[2] for row in results["waiting_for_reboot"]} == rebooting
    baselines = Counter((node["baseline_id"], node["patch_group"]) for node in nodes if node["baseline_id"])
    assert {(row[0], row[1]): int(row[3] or 0) for row in results["patch_baselines_in_use"]} == baselines
    assert sum(int(row[2] or 0) for row in results["agent_versions"]) == len(nodes)
    assert results["malformed"] == [
        ("patch_summary", ADMINISTRATOR, "us-east-1", f"s3://{BUCKET}/{broken}", "2"),
    ]
    assert min(map(len, (critical, late, rebooting, baselines))) > 1

    assert results["accounts_without_recent_data"] == []
    patches = Counter(row[2] for row in results.pop(_PATCHES))
    columns = ("missing", "failed", "installed_pending_reboot", "installed_rejected", "available_security_updates")
    counted = {node["node_id"]: sum(node[name] for name in columns) for node in nodes}
    assert patches == Counter({node: number for node, number in counted.items() if number})
    assert dict(_in_duckdb(aws, data, tmp_path)) == results
    with_nodes = {(node["account_id"], node["region"]) for node in nodes}
    # The objects of a node that is gone stay.
    lonely = next(
        (id_, region) for id_ in data.deployed_account_ids for region in REGIONS if (id_, region) not in with_nodes
    )
    gone = {"resourceId": "i-00000000000000002", "captureTime": "2026-01-01T00:00:00Z", "InstanceStatus": "Terminated"}
    for table in ("instance_information", "patch_summary"):
        data.put(table, lonely[0], gone["resourceId"], json.dumps(gone), region=lonely[1])
    aws.clock.advance(timedelta(days=3).total_seconds())
    stale = run_query(aws, data_layout.load_query("accounts_without_recent_data"))
    assert {row[:2] for row in stale} == with_nodes


def _in_duckdb(aws: Sandbox, data: SyncedData, folder: Path) -> Iterator[tuple[str, Rows]]:
    with open_session(aws, ADMINISTRATOR) as administrator:
        bucket = Bucket(administrator, BUCKET, PREFIX)
        wanted = dict.fromkeys((MANAGEMENT, *data.deployed_account_ids), REGIONS)
        assert bucket.fetch(wanted, bucket.account_ids(), folder) == {}
    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        create_views(reader, folder)
        for name in (query for query in _QUERIES if query != _PATCHES):
            # DuckDB knows the machine's time alone.
            sql = data_layout.load_query(name).replace(
                "current_timestamp", f"TIMESTAMPTZ '{aws.clock.now().isoformat()}'"
            )
            rows = reader.execute(sql).fetchall()
            yield name, [tuple(None if value is None else str(value) for value in row) for row in rows]


def _where(node: dict[str, Any]) -> tuple[str, str, str]:
    return node["account_id"], node["region"], node["node_id"]


def _count(nodes: list[dict[str, Any]], **wanted: str) -> int:
    return sum(all(node[name] == value for name, value in wanted.items()) for node in nodes)


@pytest.mark.parametrize("name", _QUERIES)
def test_the_page_has_every_query(name: str) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    title, description, rest = re.fullmatch(
        r"-- Title: (.+)\n-- Description: (.+)\n\n(.+)\n", data_layout.load_query(name), re.DOTALL
    ).groups()  # type: ignore[union-attr] # a file without these lines fails here
    folder = "../../scripts/systems_manager_organization/compliance/queries"
    link = f"[`{name}.sql`]({folder}/{name}.sql)"
    assert f"### {title}\n\n{description} {link}\n" in page
    # The longest is mentioned, and not printed.
    assert name == "nodes" or f"```sql\n{rest}\n```" in page


def test_the_page_has_every_column() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    described = json.loads((data_layout.QUERIES.parent / "data_layout.json").read_text(encoding="utf-8"))
    columns = [*described["partition_keys"], *(column for table in described["tables"] for column in table["columns"])]
    for column in columns:
        assert column["type"] == "string"
        assert f"| `{column['name']}` | {column['description']} |" in page
    for table in described["tables"]:
        assert f"| `{table['name']}` | `{table['folder']}` | {table['description']} |" in page
