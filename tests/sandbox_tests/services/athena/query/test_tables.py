"""What a query sees of a table: its partitions, its objects, their lines."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.data import (
    BUCKET,
    DATABASE,
    OTHER,
    OWNER,
    PROJECTION,
    build,
    failure,
    finish,
    key,
    put,
    run_query,
    start,
    table,
)

if TYPE_CHECKING:
    from sandbox import Sandbox

TEMPLATE = "storage.location.template"
HERE = f"s3://{BUCKET}/data/"


def _projected(**properties: str) -> dict[str, str]:
    """Table properties of one partition column, `part`."""
    return {"projection.enabled": "true", **{f"projection.part.{name}": text for name, text in properties.items()}}


def _scanned(sandbox: Sandbox, text: str) -> int:
    return int(finish(sandbox, start(sandbox, text))["Statistics"]["DataScannedInBytes"])


def test_only_projected_partitions_are_read(sandbox: Sandbox) -> None:
    build(sandbox)
    put(sandbox, key("i-1"), {"resourceId": "i-1", "ComputerName": "one"})
    put(sandbox, key("i-2", OTHER, "eu-west-1"), {"resourceId": "i-2"}, {"resourceId": "i-3"})
    put(sandbox, key("i-4", "444444444444"), {"resourceId": "i-4"})
    put(sandbox, key("i-5", region="ap-south-1"), {"resourceId": "i-5"})
    put(sandbox, key("_hidden"), {"resourceId": "i-6"})
    put(sandbox, key("below/i-7"), {"resourceId": "i-7"})
    assert run_query(sandbox, "SELECT resourceid, accountid, region FROM nodes ORDER BY 1") == [
        ("i-1", OWNER, "us-east-1"),
        ("i-2", OTHER, "eu-west-1"),
        ("i-3", OTHER, "eu-west-1"),
        ("i-7", OWNER, "us-east-1"),
    ]
    assert run_query(
        sandbox, f"SELECT *, \"$path\" FROM inventory.nodes WHERE accountid = '{OWNER}' AND resourceid = 'i-1'"
    ) == [("i-1", "one", OWNER, "us-east-1", f"s3://{BUCKET}/{key('i-1')}")]
    sandbox.client("s3", OWNER).delete_object(Bucket=BUCKET, Key=key("i-1"))
    assert run_query(sandbox, "SELECT count(*) FROM nodes") == [("3",)]


def test_partition_pruning(sandbox: Sandbox) -> None:
    build(sandbox)
    put(sandbox, key("i-1"), {"resourceId": "i-1"})
    put(sandbox, key("i-2", OTHER), {"resourceId": "i-2"})
    one, both = 21, 42
    joined = "FROM nodes a LEFT JOIN nodes b ON a.resourceid = b.resourceid"
    for condition, scanned in (
        (f"SELECT 1 FROM nodes WHERE accountid = '{OWNER}'", one),
        (f"SELECT 1 FROM nodes WHERE accountid IN ('{OWNER}') AND resourceid IS NULL", one),
        (f"SELECT 1 FROM nodes WHERE (accountid > '{OWNER}' AND region = 'us-east-1')", one),
        ("SELECT 1 FROM nodes WHERE region LIKE 'eu-%'", 0),
        (f"SELECT 1 FROM nodes WHERE accountid = '{OWNER}' OR region = 'us-east-1'", both),
        (f"WITH own AS (SELECT * FROM nodes WHERE accountid = '{OWNER}') SELECT 1 FROM own", one),
        (f"SELECT 1 {joined} WHERE a.accountid = '{OWNER}'", both + one),
        (f"SELECT 1 {joined} WHERE b.accountid IS NULL", both + both),
        (f"SELECT 1 {joined} AND b.accountid = '{OWNER}'", both + both),
    ):
        assert _scanned(sandbox, condition) == scanned, condition
    # Pruned rows must not appear as unmatched.
    assert run_query(
        sandbox, f"SELECT a.resourceid {joined} AND b.accountid = '{OWNER}' WHERE b.resourceid IS NULL"
    ) == [("i-2",)]


@pytest.mark.parametrize(
    ("properties", "parts"),
    [
        ({"type": "integer", "range": "8,12", "interval": "2"}, ["10", "12", "8"]),
        ({"type": "integer", "range": "8,10", "digits": "3"}, ["008", "009", "010"]),
        (
            {"type": "date", "range": "2026-01-03,2026-01-05", "format": "yyyy-MM-dd"},
            ["2026-01-03", "2026-01-04", "2026-01-05"],
        ),
        ({"type": "date", "range": "NOW-1DAYS,NOW", "format": "yyyy/MM/dd"}, ["2026/01/04", "2026/01/05"]),
        (
            {"type": "date", "range": "2025-11,2026-01", "format": "yyyy-MM", "interval.unit": "MONTHS"},
            ["2025-11", "2025-12", "2026-01"],
        ),
        ({"type": "enum", "values": "a,b , c"}, ["a", "b", "c"]),
    ],
)
def test_types_of_projection(sandbox: Sandbox, properties: dict[str, str], parts: list[str]) -> None:
    definition = table({**_projected(**properties), TEMPLATE: f"{HERE}${{part}}/"}, keys=["part"], location=HERE)
    build(sandbox, definition)
    for part in (*parts, "11", "2026-01-02", "d", "2026/01/03"):
        put(sandbox, f"data/{part}/object.json", {"resourceId": part})
    assert run_query(sandbox, "SELECT resourceid, part FROM nodes ORDER BY 1") == sorted((part, part) for part in parts)


def test_injected_partitions(sandbox: Sandbox) -> None:
    build(sandbox, table(_projected(type="injected"), keys=["part"], location=HERE))
    for part in ("a", "b"):
        put(sandbox, f"data/part={part}/object.json", {"resourceId": part})
    assert run_query(sandbox, "SELECT resourceid FROM nodes WHERE part = 'b'") == [("b",)]
    assert run_query(sandbox, "SELECT resourceid FROM nodes WHERE part IN ('a', 'b', 'c') ORDER BY 1") == [
        ("a",),
        ("b",),
    ]
    for condition in ("", "WHERE part > 'a'", "WHERE part = 'a' OR part = 'b'"):
        assert failure(sandbox, f"SELECT 1 FROM nodes {condition}").startswith("CONSTRAINT_VIOLATION"), condition


@pytest.mark.parametrize(
    "properties",
    [
        {name: text for name, text in PROJECTION.items() if name != "projection.region.values"},
        {**PROJECTION, "projection.region.type": "list"},
        {**PROJECTION, "projection.region.type": "integer", "projection.region.range": "1,x"},
        {**PROJECTION, TEMPLATE: f"{HERE}${{accountid}}/"},
        {**PROJECTION, TEMPLATE: f"{HERE}${{accountid}}/${{region}}/${{day}}/"},
    ],
)
def test_invalid_projection_properties(sandbox: Sandbox, properties: dict[str, str]) -> None:
    build(sandbox, table(properties))
    assert failure(sandbox, "SELECT 1 FROM nodes").startswith("INVALID_TABLE_PROPERTY")


def test_tables_without_projection(sandbox: Sandbox) -> None:
    build(sandbox, table({}, keys=(), location=HERE))
    put(sandbox, "data/a.json", {"resourceId": "a"})
    assert run_query(sandbox, "SELECT resourceid FROM nodes") == [("a",)]
    sandbox.client("glue", OWNER).update_table(DatabaseName=DATABASE, TableInput=table({}))
    assert run_query(sandbox, "SELECT resourceid FROM nodes") == []


def test_lines_of_json(sandbox: Sandbox) -> None:
    definition = table(
        {}, keys=(), location=HERE, number="int", share="double", is_on="boolean", day="date", at="timestamp"
    )
    build(sandbox, definition)
    full: dict[str, Any] = {
        "RESOURCEID": 5,
        "computerName": {"a": [1]},
        "Number": "3",
        "share": "0.5",
        "is_on": True,
        "day": "2026-01-31",
        "at": "2026-01-31 23:59:59",
        "unknown": 1,
    }
    put(sandbox, "data/a.json", full, "", {"resourceid": None})
    assert run_query(sandbox, "SELECT * FROM nodes ORDER BY number NULLS LAST") == [
        ("5", '{"a":[1]}', "3", "0.5", "true", "2026-01-31", "2026-01-31 23:59:59.000"),
        (None,) * 7,
    ]
    body = gzip.compress(b'{"resourceid":"zipped"}')
    sandbox.client("s3", OWNER).put_object(Bucket=BUCKET, Key="data/b.json.gz", Body=body)
    assert run_query(sandbox, "SELECT count(*) FROM nodes WHERE resourceid = 'zipped'") == [("1",)]
    put(sandbox, "data/c.json", {"number": "many"})
    assert failure(sandbox, "SELECT 1 FROM nodes").startswith("HIVE_BAD_DATA: Error parsing field value 'many'")


def test_malformed_lines(sandbox: Sandbox) -> None:
    build(sandbox, table(serde={"ignore.malformed.json": "true"}))
    put(sandbox, key("i-1"), {"resourceId": "i-1"}, '{"resourceId": "i-', "[1]")
    text = 'SELECT accountid, "$path" FROM nodes WHERE resourceid IS NULL'
    assert run_query(sandbox, text) == [(OWNER, f"s3://{BUCKET}/{key('i-1')}")] * 2
    sandbox.client("glue", OWNER).update_table(DatabaseName=DATABASE, TableInput=table())
    assert failure(sandbox, text).startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")


def test_case_sensitive_keys(sandbox: Sandbox) -> None:
    serde = {"case.insensitive": "false", "mapping.resourceid": "resourceId"}
    build(sandbox, table(serde=serde))
    put(sandbox, key("i-1"), {"resourceId": "i-1", "ComputerName": "one"})
    assert run_query(sandbox, "SELECT resourceid, computername FROM nodes") == [("i-1", None)]


def test_objects_without_read_access(sandbox: Sandbox) -> None:
    theirs = "bucket-of-another"
    build(sandbox, table({}, keys=(), location=f"s3://{theirs}/"))
    assert failure(sandbox, "SELECT 1 FROM nodes").startswith(
        "HIVE_METASTORE_ERROR: The specified bucket does not exist"
    )
    s3 = sandbox.client("s3", OTHER)
    s3.create_bucket(Bucket=theirs)
    s3.put_object(Bucket=theirs, Key="a", Body=b'{"resourceid":"a"}')
    assert failure(sandbox, "SELECT 1 FROM nodes").startswith("PERMISSION_DENIED: Permission denied on S3 path")
    s3.put_bucket_policy(
        Bucket=theirs,
        Policy=json.dumps(
            {
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"AWS": OWNER},
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{theirs}/*",
                }
            }
        ),
    )
    assert run_query(sandbox, "SELECT resourceid FROM nodes") == [("a",)]
