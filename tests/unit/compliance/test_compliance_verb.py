"""`report.py compliance`: what is refused before AWS is asked anything, and the way from a source to the report."""

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
from unit.compliance_tables import BANK, LAB, OLDEST, SHOP, TOKYO, VIRGINIA, denied, node, place
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
    ("arguments", "told"),
    [
        (["--format", "xml"], 'format is "xml", but must be table, json, csv or parquet.'),
        (["--source", "ftp"], 'source is "ftp", but must be api, s3 or athena.'),
        (["--severity", "bad"], 'severity is "bad", but must be CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL or UNSPEC'),
        (
            ["--fail-on", "worse"],
            'fail_on is "worse", but must be CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL or UNSPEC',
        ),
        (["--status", "ok"], 'status is "ok", but must be NON_COMPLIANT, NOT_REPORTING or COMPLIANT.'),
        (["--platform", "BeOS"], 'platform is "BeOS", but must be Linux, Windows or MacOS.'),
        (
            ["--by", "moon"],
            'by is "moon", but must be organizational-unit, account, region, platform, severity or node.',
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
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_an_unknown_value_is_refused_with_the_choices(run: Run, arguments: list[str], told: str) -> None:
    outcome = run("report", "compliance", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith(f"report.py compliance: {told}")
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("package", "arguments", "told"),
    [
        ("duckdb", ["--format", "json"], "-m pip install duckdb; or uv run --script report.py, which installs it."),
        ("rich.console", [], "-m pip install rich; or JSON (--json, --format json), which needs none."),
    ],
)
def test_a_missing_package_is_one_line_with_the_ways_out_before_anything_is_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, package: str, arguments: list[str], told: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    outcome = run("report", "compliance", *arguments, terminal=True)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f" cannot import {package.partition('.')[0]} (" in outcome.stderr
    assert outcome.stderr.endswith(f"{told}\n")
    assert outcome.stderr.count("\n") == 1


# From the source to the report

Ask = Callable[..., Outcome]


class Told:
    """A source that tells of these places, and breaks off after so many."""

    def __init__(self, contents: Contents, ends: BaseException | None = None, after: int = 0) -> None:
        self.contents, self.ends, self.after = contents, ends, after
        self.asked: list[tuple[str, str]] = []

    def read(self, aws: AwsSession, scope: Scope, ledger: ResultSink) -> None:
        ledger.expect(len(self.contents))
        for where, seen in self.contents:
            if ledger.is_done(where.account_id, where.region):
                continue
            if self.ends and len(self.asked) == self.after:
                raise self.ends
            self.asked.append((where.account_id, where.region))
            ledger.place(where, [node_of(where, one, OLDEST) for one in seen])


@pytest.fixture
def ask(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    """Runs the verb in the management account at the sandbox's time, with a journal of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def ask(*arguments: str, source: Source | None = None, terminal: bool = False) -> Outcome:
        if source:
            monkeypatch.setattr(catalog, "source_of", lambda _query, _now: source)
        now = aws.clock.now().timestamp()
        return run("report", "compliance", *arguments, terminal=terminal, time=lambda: now)

    return ask


def journals(directory: Path) -> Sequence[Path]:
    return list(directory.rglob("question.json"))


CONTENTS: Contents = [
    (place(SHOP, TOKYO), [node(1, (2,))]),
    (place(SHOP, VIRGINIA), []),
    (place(BANK, TOKYO), [node(2)]),
    (denied(LAB, TOKYO), []),
]


def test_an_interruption_tells_how_far_it_came_and_resume_goes_on(ask: Ask, tmp_path: Path) -> None:
    outcome = ask(source=Told(CONTENTS, KeyboardInterrupt(), after=2))
    kept = "2 of 4 accounts and Regions are kept: the same command with --resume goes on."
    assert (outcome.status, outcome.stdout) == (130, "")
    assert outcome.stderr == f"report.py compliance: interrupted. {kept}\n"
    rest = Told(CONTENTS)
    outcome = ask("--resume", "--fail-on", "critical", source=rest)
    assert rest.asked == [(BANK, TOKYO), (LAB, TOKYO)]
    assert outcome.status == 2
    assert outcome.stdout.startswith("2 managed nodes: 1 compliant (50.0 %), 1 noncompliant.")
    assert "going on where it was interrupted: 2 accounts and Regions are there already." in outcome.stderr
    assert journals(tmp_path) == []


def test_a_failure_in_the_midst_keeps_what_was_read(ask: Ask, tmp_path: Path) -> None:
    ends = ServiceError("The credentials are over.", "ExpiredToken")
    outcome = ask(source=Told(CONTENTS, ends, after=1))
    assert outcome.status == 1
    assert outcome.stderr.splitlines() == [
        "report.py compliance: 1 of 4 accounts and Regions are kept: the same command with --resume goes on.",
        "report.py compliance: The credentials are over.",
    ]
    assert len(journals(tmp_path)) == 1
    assert ask(source=Told(CONTENTS, ends)).stderr.startswith("report.py compliance: No account was read.\n")
    assert journals(tmp_path) == []


def test_what_duckdb_cannot_do_is_one_line_and_loses_nothing(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise duckdb.OutOfMemoryException("Out of\n Memory.")

    monkeypatch.setattr("systems_manager_organization.compliance.command.render_report", full)
    outcome = ask(source=Told(CONTENTS))
    assert outcome.status == 1
    assert outcome.stderr.endswith("\nreport.py compliance: The report cannot be made: Out of Memory.\n")
    assert len(journals(tmp_path)) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "ApiSource('OrganizationAccountAccessRole')"),
        (["--member-role-name", "path/Reader"], "ApiSource('path/Reader')"),
        (["--source", "S3", "--bucket", "patches", "--stack-set", "syncs"], "BucketSource('patches', '', 'syncs')"),
        (
            ["--source", "athena", "--workgroup", "w", "--database", "d", "--stack-set", "syncs"],
            "AthenaSource('w', 'd', 'syncs')",
        ),
    ],
)
def test_each_source_is_told_what_it_needs(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    made = catalog.source_of
    seen: list[Any] = []

    def source_of(*given: Any) -> Source:
        seen.append(made(*given))
        return Told([])

    monkeypatch.setattr(catalog, "source_of", source_of)
    assert ask(*arguments).status == 0
    values = [value for name, value in vars(seen[0]).items() if name != "now"]
    assert f"{type(seen[0]).__name__}({', '.join(map(repr, values))})" == told


def test_the_organization_through_a_role_of_every_account(ask: Ask, aws: Sandbox, tmp_path: Path) -> None:
    aws.reset(Scenario.generated(accounts=10, regions=(TOKYO, VIRGINIA), instances=60, unreadable=1, seed=1))
    file, page = tmp_path / "report.json", tmp_path / "report.html"
    arguments = ["--format", "json", "--output", str(file), "--html", str(page), "--regions", f"{TOKYO},{VIRGINIA}"]
    outcome = ask(*arguments, "--member-role-name", ROLE, "--by", "region")
    assert (outcome.status, outcome.stdout, outcome.stderr) == (3, "", f"The page: {page}\n")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["generated_at"].startswith(aws.clock.now().date().isoformat())
    assert (told["totals"]["accounts"], told["totals"]["accounts_read"]) == (10, 8)
    assert {place["code"] for place in told["places"]} == {"", "ROLE_NOT_ASSUMED", "ACCOUNT_NOT_ACTIVE"}
    assert told["totals"]["nodes"] == len(told["nodes"]) == sum(group["nodes"] for group in told["groups"]) > 20
    assert {found["status"] for found in told["nodes"]} == {"COMPLIANT", "NON_COMPLIANT", "NOT_REPORTING"}
    assert all(found["node_id"] in page.read_text(encoding="utf-8") for found in told["nodes"])
    unit = ask("--organizational-unit", "Root/Nowhere")
    assert (unit.status, unit.stdout) == (1, "")
    assert 'There is no organizational unit "Root/Nowhere": name one of "Root", ' in unit.stderr
