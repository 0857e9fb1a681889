"""Athena's SQL: results and error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from sandbox_tests.cases.data import build, failure, key, put, run_query, start

if TYPE_CHECKING:
    from sandbox import Sandbox

QUERIES = {
    "/ of whole numbers is whole": ("SELECT 7 / 2, 7 / 2.0, 100 * 1 / 3, 100.0 * 1 / 3", "3 3.5 33 33.333333333333336"),
    "the time is the sandbox's": (
        "SELECT current_date, now(), date_diff('day', date '2026-01-01', current_date)",
        None,
    ),
    "times of ISO 8601": (
        """SELECT from_iso8601_timestamp('2026-01-31T23:59:59Z') > current_timestamp - interval '7' day,
        date_format(from_iso8601_timestamp('2026-01-31T23:59:59Z'), '%Y-%m-%d')""",
        "true 2026-01-31",
    ),
    "casts that fail": ("SELECT try_cast('x' AS integer), coalesce(try_cast('' AS integer), 0)", "None 0"),
    "aggregates": (
        """SELECT count(*), count_if(x > 1), sum(x), max_by(y, x), avg(x), array_agg(x ORDER BY x)
        FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t (x, y)""",
        "3 2 6 c 2.0 [1, 2, 3]",
    ),
    "texts": (
        r"""SELECT regexp_extract('accountid=123/', 'accountid=(\d+)/', 1), split_part('a/b', '/', 2),
        'a' || upper('b'), strpos('abc', 'b'), substr('abc', 2)""",
        "123 b aB 2 bc",
    ),
    "JSON": ("""SELECT json_extract_scalar('{"a": {"b": "c"}}', '$.a.b')""", "c"),
    "UNNEST": ("SELECT sum(n) FROM (SELECT 1) CROSS JOIN UNNEST(ARRAY[1, 2]) AS u (n) WHERE n > 1", "2"),
    "windows": (
        """SELECT x FROM (SELECT x, row_number() OVER (PARTITION BY y ORDER BY x DESC) AS n
        FROM (VALUES (1, 'a'), (2, 'a')) AS t (x, y)) WHERE n = 1""",
        "2",
    ),
    "unions and comments": ("-- Title: one\n/* two */ SELECT 1 AS a UNION ALL SELECT 1;", "1"),
}

REFUSED = {
    "SELECT nothing FROM nodes": "COLUMN_NOT_FOUND: line 1:8: Column 'nothing' cannot be resolved",
    "SELECT n.nothing\nFROM nodes n": "COLUMN_NOT_FOUND: line 1:8: Column 'n.nothing' cannot be resolved",
    "SELECT nodes.region FROM nodes n": "COLUMN_NOT_FOUND: line 1:8: Column 'nodes.region' cannot be resolved",
    "SELECT region FROM nodes a JOIN nodes b ON a.region = b.region": "AMBIGUOUS_NAME: line 1:8: Column 'region'",
    "SELECT region AS r FROM nodes WHERE r = 'x'": "COLUMN_NOT_FOUND: line 1:37: Column 'r' cannot be resolved",
    "SELECT region AS r, count(*) FROM nodes GROUP BY r": "COLUMN_NOT_FOUND: line 1:50: Column 'r' cannot be resolved",
    "SELECT p FROM (SELECT region FROM nodes)": "COLUMN_NOT_FOUND: line 1:8: Column 'p' cannot be resolved",
    'SELECT x."$path" FROM (SELECT * FROM nodes) AS x': "COLUMN_NOT_FOUND: line 1:8: Column 'x.$path'",
    "SELECT 1 WHERE computername > 'a'": "COLUMN_NOT_FOUND: line 1:16: Column 'computername'",
    "SELECT 1\nFROM others": "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.inventory.others' does not exist",
    "SELECT 1 FROM others.nodes": "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.others.nodes' does not exist",
    "SELECT 1 FROM lambda.inventory.nodes": "CATALOG_NOT_FOUND: line 1:15: Catalog 'lambda' does not exist",
    "SELECT 1 FROM nodes WHERE computername > 1": "TYPE_MISMATCH",
    "SELECT region, count(*) FROM nodes": "SYNTAX_ERROR",
    "SELECT list_sum(ARRAY[1])": "FUNCTION_NOT_FOUND: line 1:8: Function 'list_sum' not registered",
    "SELECT cast('x' AS integer)": "INVALID_CAST_ARGUMENT",
}

# Refused before they are queries.
MALFORMED = {
    "SELECT computername::integer FROM nodes": "line 1:20: mismatched input '::'",
    "SELECT 1 FROM nodes WHERE region ILIKE 'x'": "line 1:34: mismatched input 'ILIKE'",
    "SELECT 1 FROM read_csv('/etc/passwd')": "mismatched input 'READ_CSV",
    "SELECT 1 FROM '/etc/passwd'": "mismatched input",
    "SELECT 1,\nFROM WHERE": "line 2:",
    "SELECT 'open": "line 1:1",
    "SELECT 1; SELECT 2": "Only one sql statement is allowed",
    ";": "Only one sql statement is allowed",
    "DROP TABLE nodes": "The sandbox answers SELECT, and not DROP",
    "INSERT INTO nodes SELECT * FROM nodes": "The sandbox answers SELECT, and not INSERT",
    "CREATE TABLE other AS SELECT * FROM nodes": "The sandbox answers SELECT, and not CREATE",
}


def test_valid_queries(sandbox: Sandbox) -> None:
    build(sandbox)
    for about, (text, expected) in QUERIES.items():
        row = run_query(sandbox, text)[0]
        if expected is not None:
            assert " ".join(map(str, row)) == expected, about
    sandbox.clock.advance(86400)
    day, now, days = run_query(sandbox, QUERIES["the time is the sandbox's"][0])[0]
    assert (day, str(now)[:11], str(now)[-4:], days) == ("2026-01-06", "2026-01-06 ", " UTC", "5")


def test_names(sandbox: Sandbox) -> None:
    """With case as it comes, quoted or not, and aliases where Athena knows them: in ORDER BY."""
    build(sandbox)
    put(sandbox, key("i-1"), {"resourceId": "i-1", "ComputerName": "one"})
    put(sandbox, key("i-2"), {"resourceId": "i-2", "ComputerName": "two"})
    for text, rows in (
        (
            'SELECT ResourceID, NODES."computername" AS Name FROM Nodes ORDER BY name DESC',
            [("i-2", "two"), ("i-1", "one")],
        ),
        ("SELECT a.* FROM nodes a JOIN nodes b USING (resourceid) WHERE a.resourceid = 'i-1'", None),
        ("WITH x (id) AS (SELECT resourceid FROM nodes) SELECT x.* FROM x ORDER BY id", [("i-1",), ("i-2",)]),
        (
            "SELECT (SELECT max(b.resourceid) FROM nodes b WHERE b.region = a.region) FROM nodes a ORDER BY 1",
            [("i-2",), ("i-2",)],
        ),
        ("SELECT x.* FROM (SELECT *, \"$path\" AS p FROM nodes) AS x WHERE p LIKE '%i-1.json'", None),
    ):
        found = run_query(sandbox, text)
        assert found == rows if rows is not None else len(found) == 1, text


def test_failing_queries(sandbox: Sandbox) -> None:
    build(sandbox)
    for text, reason in REFUSED.items():
        assert failure(sandbox, text).startswith(reason), text


def test_malformed_queries(sandbox: Sandbox) -> None:
    build(sandbox)
    for text, message in MALFORMED.items():
        with pytest.raises(ClientError) as client_error:
            start(sandbox, text)
        assert client_error.value.response["Error"]["Code"] == "InvalidRequestException"
        assert message in client_error.value.response["Error"]["Message"], text
