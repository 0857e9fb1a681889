"""The numbers of the 24 nodes in every format, each by hand; JUnit by the schema that Jenkins validates it with.

| | nodes | patches |
|---|---|---|
| management account, us-east-1 | 1 to 13: 2 compliant, 7 noncompliant, 4 not reporting | 11 missing, 4 others |
| administrator, us-east-1 | 16 to 19: 2 compliant, 2 noncompliant | 2 missing |
| administrator, ap-northeast-1 | 20 compliant, 21 noncompliant | 1 missing |
| billing, us-east-1 | 22 compliant, 24 noncompliant | 2 missing |
"""

from __future__ import annotations

import base64
import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import duckdb
import xmlschema

from sandbox.faults import Fault
from unit.golden_fleet import ADMINISTRATOR, BILLING, MANAGEMENT, TOKYO, VIRGINIA, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome

    RunReport = Callable[..., Outcome]

STATUSES = {"COMPLIANT": 6, "NON_COMPLIANT": 11, "NOT_REPORTING": 4}
# `missing` has node 13 too, which was scanned too long ago.
COUNTS = {"missing": 16, "failed": 1, "installed_pending_reboot": 1, "installed_rejected": 1}
STATES = {
    "MISSING": 16,
    "FAILED": 1,
    "INSTALLED_PENDING_REBOOT": 1,
    "INSTALLED_REJECTED": 1,
    "AVAILABLE_SECURITY_UPDATE": 1,
}
# Of nodes 1, 2 (four), 4, 5, 13, 17, 18 and 24; of 1 (two), 3, 21 and 24; of 9; of 8; of 4.
SEVERITIES = {"critical": 11, "high": 5, "medium": 1, "low": 1, "informational": 0, "unspecified": 1}
_OLD, _NEVER = "1 too long ago", "3 never scanned"
GROUPS = {
    "severity": [
        (
            f"CRITICAL: 8 managed nodes: 0 compliant (0.0 %), 7 noncompliant, 1 not reporting ({_OLD}); "
            "11 critical, 3 high, 1 unspecified"
        ),
        "HIGH: 2 managed nodes: 0 compliant (0.0 %), 2 noncompliant; 2 high",
        "MEDIUM: 1 managed node: 0 compliant (0.0 %), 1 noncompliant; 1 medium",
        "LOW: 1 managed node: 0 compliant (0.0 %), 1 noncompliant; 1 low",
        f"none: 9 managed nodes: 6 compliant (66.6 %), 3 not reporting ({_NEVER})",
    ],
    "organizational-unit": [
        (
            f"Root: 19 managed nodes: 5 compliant (23.8 %), 10 noncompliant, 4 not reporting ({_NEVER}, {_OLD}), "
            "2 more not managed; 10 critical, 4 high, 1 medium, 1 low, 1 unspecified"
        ),
        "Root/Security: 2 managed nodes: 1 compliant (33.3 %), 1 noncompliant, 1 more not managed; 1 critical, 1 high",
    ],
    "region": [
        (
            f"us-east-1: 19 managed nodes: 5 compliant (22.7 %), 10 noncompliant, 4 not reporting ({_NEVER}, {_OLD}), "
            "3 more not managed; 11 critical, 4 high, 1 medium, 1 low, 1 unspecified; 4 of 5 accounts read"
        ),
        "ap-northeast-1: 2 managed nodes: 1 compliant (50.0 %), 1 noncompliant; 1 high; 4 of 5 accounts read",
    ],
}
PATCHES = ("--patches", "all", "--by", "node")
ATTRIBUTES = ("tests", "failures", "errors", "skipped")
SUITES = {
    (MANAGEMENT, VIRGINIA): [13, 7, 0, 4],
    (ADMINISTRATOR, VIRGINIA): [4, 2, 0, 0],
    (ADMINISTRATOR, TOKYO): [2, 1, 0, 0],
    (BILLING, VIRGINIA): [2, 1, 0, 0],
}
# https://github.com/jenkinsci/xunit-plugin, junit-10.xsd: its licence is at its head.
JUNIT = xmlschema.XMLSchema(str(Path(__file__).parent / "junit-10.xsd"))


def test_text(fleet_report: RunReport, tmp_path: Path) -> None:
    head = "Noncompliant patches: 11 critical, 5 high, 1 medium, 1 low, 1 unspecified.\n"
    for grouping, rows in GROUPS.items():
        text = fleet_report("--coverage", "--by", grouping).stdout
        assert head in text
        assert [line for line in text.splitlines() if re.search(r": \d+ managed node", line)] == rows
    file = tmp_path / "exceptions.json"
    # Over since the day before: it accepts nothing.
    entry = {"patches": ["*"], "owner": "bank", "reason": "only a test", "expires": "2026-01-04"}
    file.write_text(json.dumps({"exceptions": [entry]}))
    text = fleet_report("--patches", "all", "--exceptions", str(file)).stdout
    assert "Exception 1 (*; bank) expired on 2026-01-04 and counts as none: renew it, or delete it.\n" in text
    assert "accepted on" not in text
    assert "Patches (missing, failed, pending-reboot, rejected, not-approved): 20 on 12 nodes, 12 different.\n" in text
    numbers = re.findall(r"^(.+): [A-Z_, ]+; .*; (\d+) nodes? in (\d) accounts?$", text, re.MULTILINE)
    # By severity, and then by nodes: the kernel of five, and another version of it.
    assert [(nodes, accounts) for _, nodes, accounts in numbers] == [
        *(("5", "3"), ("2", "2"), ("1", "1"), ("1", "1"), ("1", "1")),
        *(("4", "3"), ("1", "1"), ("1", "1")),
        *(("1", "1"),) * 4,
    ]
    kernels = [int(nodes) for title, nodes, _ in numbers if title.startswith("kernel.x86_64:")]
    assert kernels == [5, 1]


def test_csv(fleet_report: RunReport) -> None:
    rows = list(csv.DictReader(fleet_report("--format", "csv").stdout.splitlines()))
    assert Counter(row["status"] for row in rows) == STATUSES
    assert {name: sum(int(row[f"noncompliant_{name}"]) for row in rows) for name in SEVERITIES} == SEVERITIES
    assert {name: sum(int(row[name]) for row in rows) for name in COUNTS} == COUNTS
    rows = list(csv.DictReader(fleet_report(*PATCHES, "--format", "csv").stdout.splitlines()))
    assert Counter(row["state"] for row in rows) == STATES


def test_parquet(fleet_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "report.parquet"
    fleet_report("--format", "parquet", "--output", str(file))
    nodes = duckdb.read_parquet(str(file))
    assert dict(nodes.aggregate("status, count(*)").fetchall()) == STATUSES
    assert nodes.aggregate(", ".join(f"sum({name})" for name in COUNTS)).fetchall() == [tuple(COUNTS.values())]
    fleet_report(*PATCHES, "--format", "parquet", "--output", str(file))
    assert dict(duckdb.read_parquet(str(file)).aggregate("state, count(*)").fetchall()) == STATES


def test_markdown(fleet_report: RunReport) -> None:
    table = rows_of(fleet_report("--by", "node", "--coverage", "--format", "markdown").stdout)
    # The three that are not managed are in the numbers at the head.
    assert len(table) == 21
    table = rows_of(fleet_report(*PATCHES, "--format", "markdown").stdout)
    assert Counter(state for row in table for state in STATES if state in row) == STATES
    by_account = rows_of(fleet_report("--coverage", "--format", "markdown").stdout)
    cells = {row[0].split(" ")[0]: row[1:4] for row in by_account}
    # Of 13 managed and 2 that are not, of 6, of 2 and 1 that is not.
    assert cells[MANAGEMENT][0] == "13.3 %"
    assert cells[ADMINISTRATOR][0] == "50.0 %"
    assert cells[BILLING][0] == "33.3 %"


def rows_of(text: str) -> list[list[str]]:
    """The cells of each row, without what escapes them."""
    lines = [line.removeprefix("|") for line in text.splitlines() if line.startswith("| ")][2:]
    return [[re.sub(r"\\(.)", r"\1", cell).strip() for cell in line.split(" |")[:-1]] for line in lines]


def test_junit_is_what_jenkins_takes(fleet_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    fleet_report("--coverage", "--format", "junit", "--output", str(file))
    JUNIT.validate(str(file))
    suites = {str(suite.get("name")): suite for suite in ET.parse(file).getroot()}  # noqa: S314 - it is our own
    numbers = {}
    for name, suite in suites.items():
        words = name.split(" ")
        numbers[words[0], words[-1]] = [int(suite.get(attribute, "")) for attribute in ATTRIBUTES]
    assert numbers | SUITES == numbers
    # Of the account that is suspended, a skipped case in each Region.
    assert [numbers[one] for one in numbers.keys() - SUITES.keys()] == [[1, 0, 0, 1]] * 2
    failures = [case for suite in suites.values() for case in suite if case.find("failure") is not None]
    failed = {number_of(str(case.get("name")).split(" ")[0]) for case in failures}
    assert failed == {1, 2, 3, 4, 5, 8, 9, 17, 18, 21, 24}


def test_junit_of_what_was_not_read(fleet_report: RunReport, aws: Sandbox, tmp_path: Path) -> None:
    aws.faults.inject(Fault("ssm", "DescribeInstanceInformation", "access_denied", times=99, account_id=BILLING))
    file = tmp_path / "report.xml"
    fleet_report("--format", "junit", "--output", str(file))
    JUNIT.validate(str(file))
    errors = ET.parse(file).getroot().iter("error")  # noqa: S314 - it is our own
    assert {error.get("type") for error in errors} == {"ACCESS_DENIED"}


def test_page(fleet_report: RunReport, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    fleet_report("--patches", "all", "--coverage", "--html", str(file))
    text = file.read_text(encoding="utf-8")
    (nodes,) = re.findall(r'id="nodes-data">(.*?)</script>', text, re.DOTALL)
    columns = {name: values_of(column) for name, column in json.loads(nodes).items()}
    assert Counter(columns["status"]) == STATUSES
    assert {name: sum(columns[name]) for name in COUNTS} == COUNTS


def values_of(column: dict[str, Any]) -> list[Any]:
    """Of each row."""
    values: list[Any] = column.get("values", [])
    if "numbers" not in column:
        return values
    encoded, size = base64.b64decode(column["numbers"]), column["bytes"]
    numbers = [int.from_bytes(encoded[at : at + size], "little") for at in range(0, len(encoded), size)]
    return [values[number] for number in numbers] if values else numbers
