"""`report.py compliance --snapshot`: three snapshots of the organization of 24 nodes, with changes between them.

| day | what is otherwise than before |
|---|---|
| 5 January | 20 patches: 10 critical, 6 important, 4 others |
| 10 January | node 1 has its kernel; node 19 misses it; the account of nodes 22 to 24 cannot be read |
| 15 January | node 1 misses the kernel again; all accounts are read |
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from sandbox.faults import Fault
from sandbox.services.ssm.patches import NO_PATCHES, Patches, Severities
from unit.golden_fleet import BILLING, CRITICAL, MANAGEMENT, TOKYO, VIRGINIA, number_of, rescan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

    RunReport = Callable[..., Outcome]

DAY = 24 * 60 * 60
DEADLINES = ("--deadline", "critical=7d,high=14d")
# Nobody scans meanwhile, and nobody is silent for it.
WHAT = ("--patches", "all", "--stale-after", "30")


@pytest.fixture
def history(aws: Sandbox, fleet_report: RunReport, tmp_path: Path) -> RunReport:
    """The report of 15 January, after two snapshots; `location` is where."""

    def report(*arguments: str, location: str = "") -> Outcome:
        snapshot = ("--snapshot", location or str(tmp_path / "snapshots"))
        first = fleet_report(*WHAT, *DEADLINES, *snapshot, "--format", "json")
        aws.clock.advance(5 * DAY)
        rescan(1, Patches(missing=Severities(high=2)))
        rescan(19, Patches(missing=CRITICAL))
        aws.faults.inject(Fault("ssm", "DescribeInstanceInformation", "access_denied", times=2, account_id=BILLING))
        second = fleet_report(*WHAT, *DEADLINES, *snapshot, "--format", "json", "--since", "2026-01-05")
        aws.clock.advance(5 * DAY)
        rescan(1, Patches(missing=Severities(critical=1, high=2)))
        assert first.stdout, first.stderr
        assert second.stdout, second.stderr
        report.before = [json.loads(outcome.stdout) for outcome in (first, second)]  # type: ignore[attr-defined]
        return fleet_report(*WHAT, *snapshot, *arguments)

    return report


def test_ages_deadlines_and_trend(history: RunReport) -> None:
    third = json.loads(history(*DEADLINES, "--format", "json", "--since", "3d").stdout)
    first, second = history.before  # type: ignore[attr-defined]

    assert first["totals"]["patches"] == 20
    assert Counter(patch["deadline"] for patch in first["patches"]) == {"DUE_SOON": 10, "LATER": 6, "": 4}
    assert {patch["first_seen"] for patch in first["patches"]} == {"2026-01-05"}

    # Without node 1's kernel and the two of node 24; with node 19's kernel.
    assert second["totals"]["patches"] == 18
    assert second["due"] == {"overdue_patches": 0, "overdue_nodes": 0, "due_soon_patches": 9}
    assert second["changes"] == {
        "since": "2026-01-05",
        "new_patches": 1,
        "gone_patches": 1,
        "new_nodes": 0,
        "gone_nodes": 0,
        "became_compliant": 0,
        "became_noncompliant": 1,
    }

    assert third["totals"]["patches"] == 21
    # Due on 12 January: 4 of node 2, and 1 of each of 5, 13, 17, 18 and 24.
    overdue = Counter(number_of(patch["node_id"]) for patch in third["patches"] if patch["deadline"] == "OVERDUE")
    assert overdue == {2: 4, 5: 1, 13: 1, 17: 1, 18: 1, 24: 1}
    assert third["due"] == {"overdue_patches": 9, "overdue_nodes": 6, "due_soon_patches": 8}
    kernels = {
        number_of(patch["node_id"]): (patch["first_seen"], patch["due_at"], patch["deadline"])
        for patch in third["patches"]
        if patch["patch_id"] == "kernel.x86_64" and number_of(patch["node_id"]) != 2
    }
    assert kernels == {
        # It was gone in between.
        1: ("2026-01-15", "2026-01-22", "DUE_SOON"),
        13: ("2026-01-05", "2026-01-12", "OVERDUE"),
        17: ("2026-01-05", "2026-01-12", "OVERDUE"),
        19: ("2026-01-10", "2026-01-17", "DUE_SOON"),
        # Of its account nothing was known in between.
        24: ("2026-01-05", "2026-01-12", "OVERDUE"),
    }
    # Since the snapshot of 10 January, which has no node of the account that could not be read.
    assert third["changes"] == {
        "since": "2026-01-10",
        "new_patches": 1,
        "gone_patches": 0,
        "new_nodes": 0,
        "gone_nodes": 0,
        "became_compliant": 0,
        "became_noncompliant": 0,
    }
    trend = [(point["report_date"], point["noncompliant"], point["patches"]) for point in third["trend"]]
    assert trend == [("2026-01-10", 12, 18), ("2026-01-15", 13, 21)]


def test_the_only_patch_of_a_node_that_was_installed_is_seen_anew(
    aws: Sandbox, fleet_report: RunReport, tmp_path: Path
) -> None:
    arguments = (*WHAT, "--snapshot", str(tmp_path / "snapshots"), "--format", "json")
    for patches in (Patches(missing=CRITICAL), NO_PATCHES, Patches(missing=CRITICAL)):
        rescan(17, patches)
        found = json.loads(fleet_report(*arguments).stdout)
        aws.clock.advance(5 * DAY)
    seen = {number_of(patch["node_id"]): patch["first_seen"] for patch in found["patches"]}
    assert (seen[17], seen[18]) == ("2026-01-15", "2026-01-05")


def test_a_patch_that_waits_for_a_reboot_is_no_longer_missing(
    aws: Sandbox, fleet_report: RunReport, tmp_path: Path
) -> None:
    arguments = ("--patches", "missing", "--stale-after", "30", "--snapshot", str(tmp_path / "snapshots"))
    rescan(17, Patches(missing=CRITICAL))
    fleet_report(*arguments)
    aws.clock.advance(DAY)
    rescan(17, Patches(installed_pending_reboot=CRITICAL))
    changes = json.loads(fleet_report(*arguments, "--since", "1d", "--format", "json").stdout)["changes"]
    assert (changes["new_patches"], changes["gone_patches"]) == (0, 1)


def test_a_clock_that_starts_with_the_first_node_of_the_organization(history: RunReport) -> None:
    outcome = history(*DEADLINES, "--deadline-start", "organization", "--fail-on", "overdue")
    # The kernels of nodes 1 and 19 too.
    assert (
        "Deadlines: 11 patches on 8 nodes overdue, 6 due within 7 days (critical 7 days, high 14 days after the first"
        in (outcome.stdout)
    )
    assert outcome.status == 2


def test_the_clock_of_the_organization_goes_on_when_the_first_node_is_patched(
    aws: Sandbox, fleet_report: RunReport, tmp_path: Path
) -> None:
    for number in range(1, 25):
        rescan(number, NO_PATCHES)
    rescan(17, Patches(missing=CRITICAL))
    snapshot = ("--snapshot", str(tmp_path / "snapshots"), "--deadline-start", "organization", "--format", "json")
    fleet_report(*WHAT, *DEADLINES, *snapshot)
    aws.clock.advance(5 * DAY)
    rescan(17, NO_PATCHES)
    rescan(19, Patches(missing=CRITICAL))
    (patch,) = json.loads(fleet_report(*WHAT, *DEADLINES, *snapshot).stdout)["patches"]
    assert (number_of(patch["node_id"]), patch["first_seen"], patch["due_at"]) == (19, "2026-01-10", "2026-01-12")


@pytest.mark.usefixtures("fleet_report")
def test_a_report_that_ends_after_midnight_is_of_the_day_on_which_it_began(
    aws: Sandbox, run: Run, tmp_path: Path
) -> None:
    midnight = (aws.clock.now().timestamp() // DAY + 1) * DAY
    before = len(aws.calls)

    def now() -> float:
        reads = any(call.service == "ssm" for call in aws.calls[before:])
        return midnight + 60 if reads else midnight - 60

    where = ("--regions", f"{TOKYO},{VIRGINIA}", "--snapshot", str(tmp_path / "snapshots"))
    outcome = run("report", "compliance", *where, *WHAT, *DEADLINES, "--format", "json", time=now)
    assert [path.parent.name for path in tmp_path.glob("snapshots/patches/*/*")] == ["report_date=2026-01-05"]
    patches = json.loads(outcome.stdout)["patches"]
    assert {patch["first_seen"] for patch in patches} == {"2026-01-05"}
    assert min(patch["due_at"] for patch in patches if patch["due_at"]) == "2026-01-12"


def test_a_day_of_which_all_that_was_read_is_compliant(aws: Sandbox, fleet_report: RunReport, tmp_path: Path) -> None:
    for number in range(1, 25):
        rescan(number, NO_PATCHES)
    aws.faults.inject(Fault("ssm", "DescribeInstanceInformation", "access_denied", times=4, account_id=BILLING))
    snapshot = (*WHAT, "--snapshot", str(tmp_path / "snapshots"), "--since", "2026-01-01")
    first = fleet_report(*snapshot).stdout
    aws.clock.advance(DAY)
    text = fleet_report(*snapshot).stdout
    assert "compliant (all that were read)" in first
    assert "  2026-01-05: all that were read compliant of " in text


def test_a_patch_that_is_due_today_is_not_overdue(history: RunReport) -> None:
    found = json.loads(history("--deadline", "critical=10d", "--format", "json").stdout)
    due = [patch for patch in found["patches"] if patch["due_at"] == "2026-01-15"]
    assert {patch["deadline"] for patch in due} == {"DUE_SOON"}
    assert len(due) == 9
    assert found["due"]["overdue_patches"] == 0


def test_of_two_deadlines_on_one_day_that_of_the_severity_is_named(fleet_report: RunReport, tmp_path: Path) -> None:
    entry = {"cveID": "CVE-2026-10476", "dateAdded": "2025-12-20"}
    (tmp_path / "kev.json").write_text(json.dumps({"vulnerabilities": [entry | {"dueDate": "2026-01-12"}]}))
    files = ("--kev", str(tmp_path / "kev.json"), "--snapshot", str(tmp_path / "snapshots"))
    found = json.loads(fleet_report(*WHAT, *DEADLINES, *files, "--format", "json").stdout)
    known = [patch for patch in found["patches"] if patch["known_exploited"] == "yes"]
    assert {(patch["due_at"], patch["due_by"]) for patch in known} == {("2026-01-12", "severity")}


def test_the_text_has_the_changes(history: RunReport) -> None:
    text = history(*DEADLINES, "--since", "2026-01-01").stdout
    assert "Since 2026-01-05: 0 nodes became compliant, 1 noncompliant; 0 new, 0 gone; of patches 1 new, 0 gone" in text
    # 6 of 21 nodes; of the 19 that could be read 4 are compliant; 5 of 21.
    assert "  2026-01-05: 28.5 % compliant of 21, 12 noncompliant, 20 patches, 0 overdue\n" in text
    assert "  2026-01-10: 21.0 % compliant of 19, 12 noncompliant, 18 patches, 0 overdue\n" in text
    assert "  2026-01-15: 23.8 % compliant of 21, 13 noncompliant, 21 patches, 9 overdue\n" in text


def test_snapshots_are_partitioned_parquet_with_types(history: RunReport, tmp_path: Path) -> None:
    history()
    with duckdb.connect() as connection:
        for table, rows in {"reports": 3, "account_regions": 30, "nodes": 61, "patches": 59}.items():
            files = str(tmp_path / "snapshots" / table / "*" / "*.parquet")
            found = connection.execute("SELECT count(*), count(DISTINCT report_date) FROM read_parquet(?)", [files])
            assert found.fetchall() == [(rows, 3)], table
        reports = connection.read_parquet(str(tmp_path / "snapshots" / "reports" / "*" / "*.parquet"))
        assert {"nodes": "BIGINT", "compliant_percent": "DOUBLE"}.items() <= {
            name: str(kind) for name, kind in zip(reports.columns, reports.types, strict=True)
        }.items()


def test_a_bucket_has_the_same_snapshots(aws: Sandbox, history: RunReport) -> None:
    aws.client("s3").create_bucket(Bucket="reports")
    outcome = history(*DEADLINES, "--format", "json", location="s3://reports/patches/")
    assert json.loads(outcome.stdout)["due"]["overdue_patches"] == 9
    keys = [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket="reports")["Contents"]]
    assert "patches/patches/report_date=2026-01-10/patches.parquet" in keys
    assert len(keys) == 12


def test_snapshots_of_another_scope_are_no_history(fleet_report: RunReport, tmp_path: Path) -> None:
    snapshot = ("--snapshot", str(tmp_path / "snapshots"))
    assert fleet_report(*snapshot, "--accounts", BILLING).status == 0
    outcome = fleet_report(*snapshot)
    assert outcome.status == 2
    assert "are of another scope: " in outcome.stderr
    assert outcome.stdout == ""
    # The same day again replaces it.
    assert fleet_report(*snapshot, "--accounts", BILLING).status == 0
    assert len(list((tmp_path / "snapshots" / "reports").iterdir())) == 1


def test_the_order_of_accounts_and_regions_is_no_scope(fleet_report: RunReport, tmp_path: Path) -> None:
    where = ("--snapshot", str(tmp_path / "snapshots"), "--accounts")
    assert fleet_report(*where, MANAGEMENT, BILLING).status == 0
    (file,) = tmp_path.rglob("reports.parquet")
    with duckdb.connect() as connection:
        # As 1.0.0 has written it: in the order of the options.
        found = connection.read_parquet(str(file)).project(
            f'* REPLACE (replace(scope, \'["{MANAGEMENT}", "{BILLING}"]\', \'["{BILLING}", "{MANAGEMENT}"]\') AS scope)'
        )
        assert f'["{BILLING}", "{MANAGEMENT}"]' in str(found.project("scope").fetchall())
        found.write_parquet(str(tmp_path / "rewritten"))
    (tmp_path / "rewritten").replace(file)
    outcome = fleet_report(*where, BILLING, MANAGEMENT)
    assert outcome.status == 0, outcome.stderr
    assert fleet_report(*where, BILLING).status == 2


def test_an_interrupted_report_resumes_with_its_accounts_in_another_order(fleet_report: RunReport) -> None:
    full = ("--format", "csv", "--output", "/dev/full", "--accounts")
    assert fleet_report(*full, MANAGEMENT, BILLING).status == 1
    outcome = fleet_report("--resume", "--accounts", BILLING, MANAGEMENT)
    assert outcome.status == 0
    assert "resuming the interrupted report: 4 accounts and Regions were read." in outcome.stderr


@pytest.mark.parametrize("name", ["snapshots", "snapshots[1]*"])
def test_a_damaged_snapshot_is_named(fleet_report: RunReport, aws: Sandbox, tmp_path: Path, name: str) -> None:
    location = tmp_path / name
    where = ("--snapshot", str(location))
    assert fleet_report(*where).status == 0
    aws.clock.advance(DAY)
    assert fleet_report(*where, "--since", "1d").status == 0
    nodes = location / "nodes" / "report_date=2026-01-05" / "nodes.parquet"
    nodes.write_bytes(b"no Parquet")
    outcome = fleet_report(*where)
    assert outcome.status == 1
    assert f": The snapshot {nodes} cannot be read: " in outcome.stderr
    assert "Restore the file, or delete this day: report_date=2026-01-05 of every table." in outcome.stderr
    reports = location / "reports" / "report_date=2026-01-06" / "reports.parquet"
    reports.write_bytes(b"")
    assert f": The snapshot {reports} cannot be read: " in fleet_report(*where).stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2026-01-01"], "--since needs --snapshot, which says where earlier reports are."),
        (
            ["--since", "2026-02-30", "--snapshot", "."],
            'since is "2026-02-30", but must be a day that exists, such as ',
        ),
        (["--deadline", "critical=15d", "--snapshot", "."], "--deadline needs --patches, which says what to read: "),
        (
            ["--deadline", "critical=15d", "--patches", "all"],
            "--deadline needs --snapshot, which keeps when ",
        ),
        (
            ["--deadline", "critical=15"],
            'deadline is "critical=15", but must be days by severity, such as "critical=15d,',
        ),
        (["--snapshot", "s3://X"], 'snapshot is "s3://X", but must be a folder, or s3://BUCKET/PREFIX.'),
        (["--snapshot", "/nowhere/at/all"], 'snapshot is "/nowhere/at/all", but there is no directory "/nowhere/at"'),
        (
            ["--snapshot", ".", "--status", "COMPLIANT"],
            "--snapshot keeps every node of its scope, and ",
        ),
        (["--fail-on", "overdue"], "--fail-on overdue needs --deadline or --kev, which have the deadlines."),
    ],
)
def test_what_cannot_be_asked_is_refused(fleet_report: RunReport, arguments: list[str], expected: str) -> None:
    outcome = fleet_report(*arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"report.py compliance: {expected}" in outcome.stderr


def test_a_preset_is_named_with_its_source_and_whether_it_is_in_force(fleet_report: RunReport, tmp_path: Path) -> None:
    arguments: list[Any] = ["--snapshot", str(tmp_path / "s"), "--patches", "all"]
    text = fleet_report(*arguments, "--deadline", "bod-19-02,high=20d").stdout
    assert "(critical 15 days, high 20 days after the first snapshot" in text
    assert (
        "Deadlines bod-19-02: CISA Binding Operational Directive 19-02, which BOD 26-04 revoked on 2026-06-10: not in"
        in text
    )
