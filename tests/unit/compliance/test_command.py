"""`report.py compliance`: validation of options, and the command from a source to the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from sandbox import Scenario
from systems_manager_organization.compliance.model.node import node_of
from systems_manager_organization.compliance.sources import catalog
from systems_manager_organization.errors import ServiceError
from unit.compliance_tables import BANK, LAB, OLDEST, SHOP, TOKYO, VIRGINIA, denied, node, result
from unit.conftest import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sandbox import Sandbox
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope, Source
    from unit.compliance_tables import Contents
    from unit.conftest import Run

ROLE = "OrganizationAccountAccessRole"


# What is refused


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--format", "xml"], 'format is "xml", but must be table, json, csv, parquet, markdown, junit or ocsf.'),
        (["--source", "ftp"], 'source is "ftp", but must be api, s3 or athena.'),
        (["--severity", "bad"], 'severity is "bad", but must be CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL or UNSPEC'),
        (
            ["--fail-on", "worse"],
            'fail_on is "worse", but must be some of CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL, UNSPECIFIED, unman',
        ),
        (["--status", "ok"], 'status is "ok", but must be NON_COMPLIANT, NOT_REPORTING or COMPLIANT.'),
        (["--platform", "BeOS"], 'platform is "BeOS", but must be Linux, Windows or MacOS.'),
        (
            ["--by", "moon"],
            'by is "moon", but must be organizational-unit, account, region, platform, severity, owner, node or patch.',
        ),
        (["--accounts", "12345"], 'accounts is "12345", but must be account ids, for example "111111111111,2222222222'),
        (["--regions", "us-east-1,mars"], 'regions is "us-east-1,mars", but must be names of Regions, for example "'),
        (["--stale-after", "0"], 'stale_after is "0", but must be whole days, 1 or more.'),
        (["--format", "parquet"], "--format parquet is not for a terminal: use --output FILE."),
        (["--source", "s3"], "--source s3 needs --bucket and --stack-set."),
        (["--source", "Athena", "--workgroup", "w"], "--source athena needs --database and --stack-set."),
        (["--bucket", "patches"], "--bucket is for --source s3, and this is --source api."),
        (["--stack-set", "patches"], "--stack-set is for --source s3 or athena, and this is --source api."),
        (
            ["--output", "/nowhere/report.json"],
            'output is "/nowhere/report.json", but there is no directory "/nowhere"',
        ),
        (["--html", "/"], 'html is "/", but must be a file, and that is a directory.'),
        (["--accounts"], "argument --accounts: expected at least one argument"),
        (["--colour", "red"], "unrecognized arguments: --colour red. See"),
        (["--account", "1"], "unrecognized arguments: --account 1. Did you mean --accounts? See"),
        (["--json"], "unrecognized arguments: --json. Did you mean --format json? See"),
    ],
)
def test_an_unknown_value_is_refused_with_the_choices(run: Run, arguments: list[str], expected: str) -> None:
    outcome = run("report", "compliance", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith(f"report.py compliance: {expected}")
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("package", "arguments", "expected"),
    [
        ("duckdb", ["--format", "json"], "-m pip install duckdb; or uv run --script report.py, which installs it."),
        ("rich.console", [], "-m pip install rich; or use JSON (--json, --format json)."),
    ],
)
def test_a_missing_package_is_one_line_with_remedies(
    run: Run, monkeypatch: pytest.MonkeyPatch, package: str, arguments: list[str], expected: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    outcome = run("report", "compliance", *arguments, terminal=True)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f" cannot import {package.partition('.')[0]} (" in outcome.stderr
    assert outcome.stderr.endswith(f"{expected}\n")
    assert outcome.stderr.count("\n") == 1


# From the source to the report

RunReport = Callable[..., Outcome]


class FakeSource:
    """A source of these results, which fails after so many."""

    def __init__(self, contents: Contents, error: BaseException | None = None, after: int = 0) -> None:
        self.contents, self.error, self.after = contents, error, after
        self.read_regions: list[tuple[str, str]] = []

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        sink.expect(len(self.contents))
        for item, records in self.contents:
            if sink.is_done(item.account_id, item.region):
                continue
            if self.error and len(self.read_regions) == self.after:
                raise self.error
            self.read_regions.append((item.account_id, item.region))
            sink.add_result(item, [node_of(item, record, OLDEST) for record in records])


@pytest.fixture
def report(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunReport:
    """Runs the command in the management account at the sandbox's time, with a temporary cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def report(*arguments: str, source: Source | None = None, terminal: bool = False) -> Outcome:
        if source:
            monkeypatch.setattr(catalog, "source_of", lambda *_given: source)
        now = aws.clock.now().timestamp()
        return run("report", "compliance", *arguments, terminal=terminal, time=lambda: now)

    return report


def journals(directory: Path) -> Sequence[Path]:
    return list(directory.rglob("report.json"))


SESSION = "account 111111111111, Region us-east-1, as arn:aws:iam::111111111111:user/Administrator"
CONTENTS: Contents = [
    (result(SHOP, TOKYO), [node(1, (2,))]),
    (result(SHOP, VIRGINIA), []),
    (result(BANK, TOKYO), [node(2)]),
    (denied(LAB, TOKYO), []),
]


def test_resume_continues_an_interrupted_report(report: RunReport, tmp_path: Path) -> None:
    outcome = report(source=FakeSource(CONTENTS, KeyboardInterrupt(), after=2))
    kept = "2 of 4 accounts and Regions were read: run the same command with --resume to continue."
    assert (outcome.status, outcome.stdout) == (130, "")
    assert outcome.stderr == f"report.py compliance: interrupted. {kept}\n"
    rest = FakeSource(CONTENTS)
    outcome = report("--resume", "--fail-on", "critical", source=rest)
    assert rest.read_regions == [(BANK, TOKYO), (LAB, TOKYO)]
    assert outcome.status == 2
    assert outcome.stdout.startswith("2 managed nodes: 1 compliant (50.0 %), 1 noncompliant.")
    assert "resuming the interrupted report: 2 accounts and Regions were read." in outcome.stderr
    assert journals(tmp_path) == []


def test_a_failure_keeps_what_was_read(report: RunReport, tmp_path: Path) -> None:
    error = ServiceError("The credentials are over.", "ExpiredToken")
    outcome = report(source=FakeSource(CONTENTS, error, after=1))
    assert outcome.status == 1
    assert outcome.stderr.splitlines() == [
        "report.py compliance: 1 of 4 accounts and Regions were read: run the same command with --resume to continue.",
        "report.py compliance: The credentials are over.",
    ]
    assert len(journals(tmp_path)) == 1
    assert report(source=FakeSource(CONTENTS, error)).stderr == "report.py compliance: The credentials are over.\n"
    assert journals(tmp_path) == []


def test_an_error_of_duckdb_is_one_line_and_keeps_the_results(
    report: RunReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise duckdb.OutOfMemoryException("Out of\n Memory.")

    monkeypatch.setattr("systems_manager_organization.compliance.command.render_report", full)
    outcome = report(source=FakeSource(CONTENTS))
    assert outcome.status == 1
    assert outcome.stderr.endswith("\nreport.py compliance: The report could not be created: Out of Memory.\n")
    assert len(journals(tmp_path)) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "ApiSource('OrganizationAccountAccessRole')"),
        (["--member-role-name", "path/Reader"], "ApiSource('path/Reader')"),
        (
            ["--source", "S3", "--bucket", "patches", "--stack-set", "syncs"],
            "BucketSource('patches', '', 'syncs', frozenset())",
        ),
        (
            ["--source", "athena", "--workgroup", "w", "--database", "d", "--stack-set", "syncs"],
            "AthenaSource('w', 'd', 'syncs')",
        ),
    ],
)
def test_each_source_gets_its_options(
    report: RunReport, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    made = catalog.source_of
    records: list[Any] = []

    def source_of(*given: Any) -> Source:
        records.append(made(*given))
        return FakeSource([])

    monkeypatch.setattr(catalog, "source_of", source_of)
    outcome = report(*arguments)
    assert (outcome.status, outcome.stderr) == (3, f"In {SESSION}: 0 accounts.\n"), "nothing to look at is no success"
    assert "No account was read: there is none in the scope." in outcome.stdout
    values = [value for name, value in vars(records[0]).items() if name not in ("now", "instances")]
    assert f"{type(records[0]).__name__}({', '.join(map(repr, values))})" == expected


def test_the_organization_through_a_role_of_every_account(report: RunReport, aws: Sandbox, tmp_path: Path) -> None:
    aws.reset(Scenario.generated(accounts=10, regions=(TOKYO, VIRGINIA), instances=60, unreadable=1, seed=1))
    file, page = tmp_path / "report.json", tmp_path / "report.html"
    arguments = ["--format", "json", "--output", str(file), "--html", str(page), "--regions", f"{TOKYO},{VIRGINIA}"]
    outcome = report(*arguments, "--member-role-name", ROLE, "--by", "region")
    assert (outcome.status, outcome.stdout, outcome.stderr) == (
        3,
        "",
        f"The page: {page}\nIn {SESSION}: 10 accounts in {TOKYO}, {VIRGINIA}.\n",
    )
    expected = json.loads(file.read_text(encoding="utf-8"))
    assert expected["generated_at"].startswith(aws.clock.now().date().isoformat())
    assert (expected["totals"]["accounts"], expected["totals"]["accounts_read"]) == (10, 8)
    assert {result["code"] for result in expected["account_regions"]} == {"", "ROLE_NOT_ASSUMED", "ACCOUNT_NOT_ACTIVE"}
    assert (
        expected["totals"]["nodes"]
        == len(expected["nodes"])
        == sum(group["nodes"] for group in expected["groups"])
        > 20
    )
    assert {found["status"] for found in expected["nodes"]} == {"COMPLIANT", "NON_COMPLIANT", "NOT_REPORTING"}
    assert all(found["node_id"] in page.read_text(encoding="utf-8") for found in expected["nodes"])
    unit = report("--organizational-unit", "Root/Nowhere")
    assert (unit.status, unit.stdout) == (1, "")
    assert 'There is no organizational unit "Root/Nowhere": name one of "Root", ' in unit.stderr
