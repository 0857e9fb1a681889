"""The outputs of a report, and the exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import stat
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import duckdb
import pytest

from systems_manager_organization.cli.options import validated
from systems_manager_organization.cli.terminal import Terminal
from systems_manager_organization.compliance.model.columns import (
    ACCOUNT_NOT_ACTIVE,
    MALFORMED_OBJECT,
    NODES,
    NOT_REPORTING,
)
from systems_manager_organization.compliance.model.node import AccountRegionResult
from systems_manager_organization.compliance.output import page_data
from systems_manager_organization.compliance.output.markdown import write_markdown
from systems_manager_organization.compliance.output.options.keys import KEYS
from systems_manager_organization.compliance.output.options.report_options import ReportOptions
from systems_manager_organization.compliance.output.preparation import Report
from systems_manager_organization.compliance.output.render import render_report
from systems_manager_organization.compliance.output.summary import Totals
from systems_manager_organization.compliance.sources.result_sink import Problem
from systems_manager_organization.errors import QueryError
from unit.compliance_tables import (
    BANK,
    CLOSED,
    DENIED,
    LAB,
    LOGS,
    ORGANIZATION,
    SHOP,
    TOKYO,
    VIRGINIA,
    denied,
    node,
    result,
    tables,
)
from unit.conftest import Outcome, TerminalText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from unit.compliance_tables import Contents

HEALTHY = [(result(SHOP, TOKYO), [node(1)])]
WHOLE = (
    "9 managed nodes: 4 compliant (44.4 %), 3 noncompliant, 2 not reporting (1 never scanned, 1 too long ago). "
    "Noncompliant patches: 1 critical, 5 high, 2 medium, 4 low."
)
READ_IN_PART = "2 of 5 accounts were read, 1 in part."
UNCOUNTED = " Instances that are not managed are not counted: use --coverage."
SCANNED = (
    "Coverage: 7 of 9 managed nodes were scanned in the last 7 days (77.7 %); 1 never scanned, 1 scanned too long ago."
    + UNCOUNTED
)
NEVER = "1 not reporting (1 never scanned)"
ONE_OF_EACH = "3 managed nodes: 1 compliant (33.3 %), 1 noncompliant, 1 not reporting (1 too long ago)"
NOT_READ = [
    "Not read, and in no number above:",
    f"  ACCOUNT_NOT_ACTIVE, 1 account: {CLOSED} Closed. The account is SUSPENDED.",
    f"  REGION_DISABLED, 1 account: {LOGS} Log Archive in {VIRGINIA}. The Region {VIRGINIA} is off in account {LOGS}.",
    f"  ROLE_NOT_ASSUMED, 1 account: {LAB} Lab, old. {DENIED.format(account=LAB, region=TOKYO)}",
]
EXIT_OK, EXIT_THRESHOLD_EXCEEDED, EXIT_INCOMPLETE = 0, 2, 3


Render = Callable[..., Outcome]


@pytest.fixture
def render() -> Render:
    def render(
        contents: Contents | None = None, problems: Sequence[Problem] = (), *, terminal: bool = False, **query: str
    ) -> Outcome:
        stdout, stderr = TerminalText() if terminal else io.StringIO(), io.StringIO()
        options = ReportOptions.of(validated(query, KEYS))
        report = Report(tables(contents or ORGANIZATION, problems), options, "2026-01-05T09:00:00Z", "aws")
        status = render_report(report, Terminal(io.StringIO(), stdout, stderr))
        return Outcome(status, stdout.getvalue(), stderr.getvalue())

    return render


# For people


def test_totals_accounts_worst_first_and_unread(render: Render) -> None:
    outcome = render()
    assert outcome.stderr == ""
    assert outcome.stdout.splitlines() == [
        WHOLE,
        READ_IN_PART,
        SCANNED,
        f"{BANK} Bank: {ONE_OF_EACH}; 1 critical, 2 high, 4 low",
        f"{SHOP} Shop: 4 managed nodes: 1 compliant (25.0 %), 2 noncompliant, {NEVER}; 3 high, 2 medium",
        f"{LOGS} Log Archive: 2 managed nodes: 2 compliant (all that were read); 1 of 2 Regions read",
        f"{LAB} Lab, old: not read",
        f"{CLOSED} Closed: not read",
        *NOT_READ,
    ]


@pytest.mark.parametrize(
    ("grouping", "rows"),
    [
        ("organizational-unit", ["Root/Workloads/Production", "Root", "Root/Security", "Root/Workloads/Test"]),
        ("Region", [TOKYO, VIRGINIA]),
        ("platform", ["Linux", "Windows"]),
        ("severity", ["CRITICAL", "HIGH", "MEDIUM", "LOW", "none"]),
        ("node", [f"{BANK} Bank, {TOKYO}, i-00000000000000005 host-5", f"{SHOP} Shop, {TOKYO}, i-00000000000000002"]),
    ],
)
def test_other_groupings(render: Render, grouping: str, rows: list[str]) -> None:
    lines = render(by=grouping).stdout.splitlines()[3:]
    found = lines[: lines.index(NOT_READ[0])]
    assert [line.startswith(row) for line, row in zip(found, rows, strict=False)] == [True] * len(rows), found
    assert len(found) == (9 if grouping == "node" else len(rows))


def test_a_terminal_gets_a_table(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    output = plain(render(terminal=True).stdout)
    assert cells(output)[1:] == [
        ["account", "compliant", "nodes", "compliant", "reporting", "critical", "high", "medium", "low", "read"],
        [f"{BANK} Bank", "33.3 %", "3", "1", "1", "1", "2", "0", "4", "all"],
        [f"{SHOP} Shop", "25.0 %", "4", "2", "1", "0", "3", "2", "0", "all"],
        [f"{LOGS} Log Archive", "all that were read", "2", "0", "0", "0", "0", "0", "0", "1 of 2"],
        [f"{LAB} Lab, old", "", "", "", "", "", "", "", "", "not read"],
        [f"{CLOSED} Closed", "", "", "", "", "", "", "", "", "not read"],
    ]
    assert NOT_READ[0] in output
    by_node = cells(plain(render(terminal=True, by="node").stdout))
    assert by_node[1][2:] == [TOKYO, "NON_COMPLIANT", "1 critical 2 high", "Scan 2026-01-05T09:00:00Z"]


def plain(output: str) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", output)


def cells(output: str) -> list[list[str]]:
    return [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in output.splitlines() if line[0] in "│┃"]


def test_thousands_are_counted_and_not_all_named(render: Render) -> None:
    ids = [str(800000000000 + number) for number in range(300)]
    contents: Contents = [(denied(account_id, TOKYO), []) for account_id in ids]
    outcome = render(contents, terminal=True)
    assert "No managed nodes.\n0 of 300 accounts were read." in outcome.stdout
    assert "\n100 more, which --format json names.\n" in outcome.stdout
    named = outcome.stdout.splitlines()[-1]
    assert named.startswith(f"  ROLE_NOT_ASSUMED, 300 accounts: {ids[0]} Account {ids[0]}; {ids[1]} ")
    assert f"{ids[9]} Account {ids[9]} and 290 more, which --format json names. sts:AssumeRole failed" in named
    assert len(json.loads(render(contents, format="json").stdout)["account_regions"]) == 300


def test_problems_are_listed(render: Render) -> None:
    problems = [Problem(MALFORMED_OBJECT, f"{number}.json", "It is no JSON.") for number in range(10, 22)]
    outcome = render(HEALTHY, problems=problems)
    assert outcome.status == EXIT_INCOMPLETE
    assert outcome.stdout.splitlines()[2:] == [
        f"Coverage: 1 of 1 managed node was scanned in the last 7 days.{UNCOUNTED}",
        f"{SHOP} Shop: 1 managed node: 1 compliant (100.0 %)",
        "MALFORMED_OBJECT, 12 times:",
        *(f"  {number}.json: It is no JSON." for number in range(10, 20)),
        "  and 2 more, which --format json names.",
    ]


def test_what_was_read_in_part_is_never_100_percent(render: Render) -> None:
    contents: Contents = [(result(SHOP, TOKYO), [node(1)]), (denied(LAB, TOKYO), [])]
    for by in ("account", "region", "organizational-unit", "platform", "severity", "node"):
        outcome = render(contents, by=by)
        assert "1 managed node: 1 compliant (all that were read)." in outcome.stdout
        # The account and the unit that were read are known as a whole.
        assert ("100.0 %" in outcome.stdout) == (by in ("account", "organizational-unit"))
    document = json.loads(render(contents, format="json", by="region").stdout)
    assert (document["totals"]["compliant"], document["totals"]["compliant_percent"]) == (1, None)
    assert [group["compliant_percent"] for group in document["groups"]] == [None]
    assert json.loads(render(contents[:1], format="json").stdout)["totals"]["compliant_percent"] == 100
    assert "100 %" not in render(contents, format="csv").stderr


def test_percentages_are_rounded_down() -> None:
    assert Totals(3000, 2999, 1, 0, 0, 0, {}).compliant_percent == 99.9
    assert Totals(3000, 3000, 0, 0, 0, 0, {}).compliant_percent == 100
    assert Totals(3000, 3000, 0, 0, 0, 1, {}).compliant_percent == 99.9


@pytest.mark.parametrize("terminal", [False, True], ids=["lines", "table"])
@pytest.mark.parametrize("grouping", ["account", "node"])
def test_a_terminal_obeys_no_name(render: Render, grouping: str, *, terminal: bool) -> None:
    hostile = "\x1b]0;owned\x07\x1b[31m\r\n[bold]"
    contents = [
        (replace(result(SHOP, TOKYO), account_name=hostile), [node(1)._replace(computer_name=hostile)]),
        (result(BANK, TOKYO, "ACCESS_DENIED", hostile), []),
    ]
    outcome = render(contents, terminal=terminal, by=grouping)
    assert "\x1b]" not in outcome.stdout
    assert "\x07" not in outcome.stdout
    assert "\r" not in outcome.stdout
    assert "[bold]" in outcome.stdout


# Filters


@pytest.mark.parametrize(
    ("query", "nodes"),
    [
        ({"platform": "WINDOWS"}, [4]),
        ({"severity": "high"}, [2, 5]),
        ({"severity": "Unspecified"}, [2, 4, 5, 7]),
        ({"status": "not_reporting"}, [3, 7]),
        ({"status": "NON_COMPLIANT", "severity": "MEDIUM", "platform": "linux"}, [2, 5]),
        ({"severity": "critical", "status": "compliant"}, []),
    ],
)
def test_filters_choose_nodes_in_every_format(render: Render, query: dict[str, str], nodes: list[int]) -> None:
    document = json.loads(render(format="json", **query).stdout)
    assert sorted(int(found["node_id"][2:]) for found in document["nodes"]) == nodes
    assert document["totals"]["nodes"] == len(nodes)
    assert len(document["account_regions"]) == 10
    rows = list(csv.DictReader(io.StringIO(render(format="csv", **query).stdout)))
    assert sorted(int(row["node_id"][2:]) for row in rows) == nodes


def test_filters_are_shown_and_keep_unread_accounts(render: Render) -> None:
    lines = render(platform="windows", severity="high", organizational_unit="Root", regions=TOKYO).stdout.splitlines()
    assert lines == [
        f"Only organizational unit Root; Regions {TOKYO}; nodes of platform Windows, severity CRITICAL or HIGH.",
        "No managed nodes.",
        READ_IN_PART,
        # Before the filters.
        SCANNED,
        f"{LOGS} Log Archive: no managed nodes; 1 of 2 Regions read",
        f"{LAB} Lab, old: not read",
        f"{CLOSED} Closed: not read",
        *NOT_READ,
    ]


# Exit status


@pytest.mark.parametrize(
    ("fail_on", "contents", "status"),
    [
        ("", HEALTHY, EXIT_OK),
        ("unspecified", HEALTHY, EXIT_OK),
        ("", [(result(SHOP, TOKYO), [node(1, (1,))])], EXIT_OK),
        ("High", [(result(SHOP, TOKYO), [node(1, (1,))])], EXIT_THRESHOLD_EXCEEDED),
        ("HIGH", [(result(SHOP, TOKYO), [node(1, (0, 0, 9))])], EXIT_OK),
        ("high", [(result(SHOP, TOKYO), [node(1, (0, 1))]), (denied(LAB, TOKYO), [])], EXIT_THRESHOLD_EXCEEDED),
        ("high", [(result(SHOP, TOKYO), []), (denied(LAB, TOKYO), [])], EXIT_INCOMPLETE),
        ("", [*HEALTHY, (result(CLOSED, TOKYO, ACCOUNT_NOT_ACTIVE, "SUSPENDED"), [])], EXIT_OK),
        ("", [(result(CLOSED, TOKYO, ACCOUNT_NOT_ACTIVE, "SUSPENDED"), [])], EXIT_INCOMPLETE),
        ("", [(result(SHOP, TOKYO), [])], EXIT_INCOMPLETE),
    ],
    ids=[
        "well",
        "nothing to fail on",
        "without fail-on",
        "higher",
        "lower",
        "both",
        "not read",
        "a closed account",
        "only a closed account",
        "no managed node",
    ],
)
def test_the_exit_status(render: Render, fail_on: str, contents: Contents, status: int) -> None:
    assert render(contents, fail_on=fail_on).status == status


def test_nodes_that_a_filter_leaves_out_were_looked_at(render: Render) -> None:
    outcome = render(HEALTHY, status=NOT_REPORTING)
    assert (outcome.status, "No managed nodes." in outcome.stdout) == (EXIT_OK, True)


# For programs


def test_json_is_one_document(render: Render) -> None:
    outcome = render(format="json", stale_after="3", accounts=f"{SHOP}, {BANK}")
    document = json.loads(outcome.stdout)
    assert (outcome.status, outcome.stderr) == (EXIT_INCOMPLETE, "")
    assert list(document) == [
        "generated_at",
        "source",
        "scope",
        "grouped_by",
        "coverage",
        "summary",
        "totals",
        "groups",
        "account_regions",
        "problems",
        "nodes",
    ]
    assert (document["generated_at"], document["source"]) == ("2026-01-05T09:00:00Z", "api")
    # What a person reads, without the nodes between the numbers and what was not read.
    text = render(stale_after="3", accounts=f"{SHOP}, {BANK}", by="node").stdout.splitlines()
    numbers = document["summary"].index("Not read, and in no number above:")
    assert document["summary"] == [*text[:numbers], *text[text.index("Not read, and in no number above:") :]]
    assert document["scope"]["account_ids"] == [SHOP, BANK]
    assert document["scope"]["stale_after_days"] == 3
    assert document["totals"] == {
        "nodes": 9,
        "compliant": 4,
        "noncompliant": 3,
        "not_reporting": 2,
        "never_scanned": 1,
        "unmanaged": 0,
        "compliant_percent": 44.4,
        "noncompliant_critical": 1,
        "noncompliant_high": 5,
        "noncompliant_medium": 2,
        "noncompliant_low": 4,
        "noncompliant_informational": 0,
        "noncompliant_unspecified": 0,
        "accounts": 5,
        "accounts_read": 2,
        "accounts_read_in_part": 1,
        "account_regions": 10,
        "account_regions_read": 5,
    }
    assert [group["account_id"] for group in document["groups"]] == [BANK, SHOP, LOGS, LAB, CLOSED]
    assert document["groups"][3]["compliant_percent"] is None
    assert document["account_regions"][5]["state"] == "NOT_READ"
    assert [list(found) for found in document["nodes"]] == [[column.name for column in NODES]] * 9
    assert document["nodes"][2]["status"] == NOT_REPORTING
    assert document["nodes"][0]["installed"] == 100
    assert json.loads(render(format="json", by="node").stdout)["groups"] == []


def test_csv_and_parquet_have_the_same_nodes_and_report_unread_accounts(render: Render, tmp_path: Path) -> None:
    outcome = render(format="csv")
    rows = list(csv.reader(io.StringIO(outcome.stdout)))
    assert rows[0] == [column.name for column in NODES]
    assert outcome.stderr.splitlines() == [WHOLE, READ_IN_PART, SCANNED, *NOT_READ]
    file = tmp_path / "nodes.parquet"
    outcome = render(format="parquet", output=str(file))
    assert (outcome.status, outcome.stdout) == (EXIT_INCOMPLETE, "")
    assert outcome.stderr.splitlines() == [WHOLE, READ_IN_PART, SCANNED, *NOT_READ]
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(file))
        assert (read.columns, len(rows)) == (rows[0], 10)
        assert [list(map(str, row)) for row in read.fetchall()] == rows[1:]
        assert {str(kind) for kind in read.types} == {"VARCHAR", "INTEGER"}


# Files


def test_a_file_is_replaced_as_a_whole_or_not_at_all(render: Render, tmp_path: Path, monkeypatch: Any) -> None:
    file, link = tmp_path / "report.json", tmp_path / "latest.json"
    file.write_text("before")
    link.symlink_to(file)
    with monkeypatch.context() as broken:
        broken.setattr("systems_manager_organization.compliance.output.export.summary.coverage", broken_off)
        with pytest.raises(KeyboardInterrupt):
            render(format="json", output=str(link))
    assert file.read_text() == "before"
    assert render(format="json", output=str(link)).stdout == ""
    assert json.loads(file.read_text())["totals"]["nodes"] == 9
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest.json", "report.json"]


def broken_off(_tables: object) -> None:
    raise KeyboardInterrupt


def test_a_table_in_a_file_has_lines(render: Render, tmp_path: Path) -> None:
    assert render(output=str(tmp_path / "report.txt"), terminal=True).stdout == ""
    assert (tmp_path / "report.txt").read_text().startswith(WHOLE)


def test_the_page_is_of_the_same_nodes(render: Render, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    outcome = render(html=str(page), platform="Windows")
    assert outcome.stderr == f"The page: {page}\n"
    written = page.read_text(encoding="utf-8")
    assert written.startswith("<!DOCTYPE html>")
    assert "host-4" in written
    assert "host-1" not in written
    assert "nodes of platform Windows" in written


def test_a_pipe_is_written_to_and_not_replaced(render: Render, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Opened to read without waiting for the writer, who would wait for a reader.
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8") as reader:
        assert render(format="csv", output=str(pipe)).stdout == ""
        assert reader.readline().startswith('"account_id",')
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_is_one_line(render: Render, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("before")
    with file_size_limit(8192), pytest.raises(QueryError, match=r"report.html cannot be written: File too large\.$"):
        render(format="csv", html=str(page))
    assert page.read_text() == "before"
    assert list(tmp_path.iterdir()) == [page]


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """What a full disk does, to every file of this process that grows beyond the size."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


# For pipelines


def test_junit_has_a_suite_for_each_account_and_region(render: Render) -> None:
    suites = list(ET.fromstring(render(format="junit").stdout))  # noqa: S314 - it is our own
    assert [[suite.get(name) for name in ("tests", "failures", "errors", "skipped")] for suite in suites] == [
        ["3", "1", "0", "1"],
        ["1", "1", "0", "0"],
        ["2", "1", "0", "0"],
        ["1", "0", "0", "1"],
        ["2", "0", "0", "0"],
        # A Region that is off, and an account that no role opens; the account that is closed is skipped.
        *[["1", "0", "1", "0"]] * 3,
        *[["1", "0", "0", "1"]] * 2,
    ]
    assert suites[0].get("name") == f"{SHOP} Shop, {TOKYO}"
    cases = {str(case.get("name")): case for suite in suites for case in suite}
    (failure,) = cases["i-00000000000000005 host-5"]
    assert (failure.tag, failure.get("message")) == ("failure", "noncompliant patches: 1 critical, 2 high")
    (skipped,) = cases["i-00000000000000003 host-3"]
    assert (skipped.tag, skipped.get("message")) == ("skipped", "never scanned")
    (error,) = suites[6][0]
    assert (error.tag, error.get("type")) == ("error", "ROLE_NOT_ASSUMED")
    assert list(cases["i-00000000000000001 host-1"]) == []


def test_markdown_escapes_names_and_has_the_head_and_what_was_not_read(render: Render) -> None:
    hostile = AccountRegionResult(SHOP, "<b>[x](y)|", "Root", TOKYO, "READ")
    lines = render([(hostile, [node(1)]), (denied(LAB, TOKYO), [])], format="markdown").stdout.splitlines()
    assert lines[0] == "1 managed node: 1 compliant \\(all that were read\\)."
    assert lines[6].startswith("| account | compliant | nodes |")
    # What was not read comes first.
    assert lines[8].startswith(f"| {LAB} ")
    assert lines[9].startswith(f"| {SHOP} \\<b\\>\\[x\\]\\(y\\)\\| | 100.0 % | 1 |")
    assert any("ROLE\\_NOT\\_ASSUMED" in line for line in lines)


def test_markdown_makes_no_link_of_a_bare_address(render: Render) -> None:
    hostile = AccountRegionResult(SHOP, "www.evil.example WWW.evil.example https://evil.example", "Root", TOKYO, "READ")
    text = render([(hostile, [node(1)])], format="markdown").stdout
    assert f"| {SHOP} www\\.evil.example WWW\\.evil.example https\\://evil.example |" in text


def test_markdown_stays_below_the_limit_and_says_what_it_leaves_out() -> None:
    file = io.StringIO()
    rows = [[f"node-{number}", "é" * 20] for number in range(1000)]
    write_markdown(["Head"], ["node", "name"], rows, ["footer"] * 1000, file, limit=10_000)
    text = file.getvalue()
    assert len(text.encode()) <= 10_000
    written = text.count("| node\\-")
    assert 50 < written < 1000
    assert f"\n{1000 - written} more rows, which " in text
    assert f"\n{1000 - text.count('footer')} more lines, which " in text


def test_an_account_that_was_renamed_before_its_report_was_resumed_is_one_on_the_page() -> None:
    renamed = replace(result(SHOP, VIRGINIA), account_name="Store", organizational_unit="Root/Workloads/Retail")
    with tables([(result(SHOP, TOKYO), [node(1)]), (renamed, [node(2)])]) as connection:
        assert [(one.regions, one.compliant) for one in page_data.accounts(connection)] == [(2, 2)]
