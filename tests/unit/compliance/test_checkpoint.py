"""Checkpoints: results are in the tables verbatim, and an interruption loses no account and Region that was read."""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.cli.terminal import Terminal
from systems_manager_organization.compliance.model.columns import MALFORMED_OBJECT, NOT_READ, READ, THROTTLED
from systems_manager_organization.compliance.model.node import AccountRegionResult, NodeRecord, node_of
from systems_manager_organization.compliance.model.patches import NodePatches, Patch, states_of
from systems_manager_organization.compliance.output.progress import progress_bar
from systems_manager_organization.compliance.sources.result_sink import Problem, Scope
from systems_manager_organization.compliance.store.checkpoint import Checkpoint, ReportKey, cache_directory
from systems_manager_organization.errors import QueryError, ScriptError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from systems_manager_organization.compliance.model.columns import Node

ACCOUNT, VIRGINIA, TOKYO = "111111111111", "us-east-1", "ap-northeast-1"
KEY = ReportKey(ACCOUNT, "api", Scope(regions=(VIRGINIA,)))
NOW = 1_800_000_000.0
STRANGE = ('say "hi", then', "two\nlines\r\nor three", "\\N", "", "NULL", "名前 é", "a\tb;c'd", "\ud800")


def result(account: int, region: str = VIRGINIA, code: str = "") -> AccountRegionResult:
    account_id = f"{account:012}"
    return AccountRegionResult(
        account_id, f"Account, {account}", "Root", region, NOT_READ if code else READ, code, code and "Why."
    )


def nodes(row_of: AccountRegionResult, count: int) -> Sequence[Node]:
    return [
        node_of(row_of, NodeRecord(f"i-{number:017}", "host", missing=number, operation_ended_at="2026"), "2025")
        for number in range(count)
    ]


def open_checkpoint(directory: Path, *, resume: bool = False, key: ReportKey = KEY, **options: Any) -> Checkpoint:
    return Checkpoint(
        key,
        **{"resume": resume, "directory": directory, "now": lambda: NOW, "warn": lambda _text: None, **options},
    )


def rows(checkpoint: Checkpoint, query: str) -> list[tuple[Any, ...]]:
    with checkpoint.tables() as tables:
        return tables.sql(query).fetchall()


def test_tables_have_the_results_verbatim(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        checkpoint.expect(2)
        strange = AccountRegionResult("1" * 12, *STRANGE[:2], VIRGINIA, READ)
        expected = [node_of(strange, NodeRecord(f"i-{name}", name, name), "2026") for name in STRANGE[:-1]]
        surrogate = node_of(strange, NodeRecord("i-surrogate", STRANGE[-1]), "2026")
        checkpoint.add_result(strange, [*expected, surrogate])
        checkpoint.add_result(result(2, code=THROTTLED))
        checkpoint.add_problem(Problem(MALFORMED_OBJECT, *STRANGE[:2]))
        assert (checkpoint.done, checkpoint.expected, checkpoint.nodes) == (2, 2, 8)
        found = rows(checkpoint, "FROM nodes")
        assert sorted(found) == sorted([*expected, (*surrogate[:5], "?", *surrogate[6:])])
        assert rows(
            checkpoint, "SELECT account_name, organizational_unit, state, nodes FROM account_regions ORDER BY 4 DESC"
        ) == [
            (*STRANGE[:2], READ, 8),
            ("Account, 2", "Root", NOT_READ, 0),
        ]
        assert rows(checkpoint, "FROM problems") == [(MALFORMED_OBJECT, *STRANGE[:2])]


def test_rows_of_many_kilobytes_are_loaded(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        node = NodePatches(ACCOUNT, VIRGINIA, "i-1", tuple(states_of(["missing"])))
        cve_ids = "CVE-2026-12345," * 2_500
        patches = [Patch(f"KB{number}", "", "MISSING", "", "", "", cve_ids, "") for number in range(1_000)]
        checkpoint.add_patches(node, patches)
        with checkpoint.tables() as tables:
            checkpoint.load_patches(tables)
            found = tables.execute("SELECT count(*), count(*) FILTER (cve_ids = ?) FROM patches_read", [cve_ids])
            assert found.fetchall() == [(1_000, 1_000)]


def test_nothing_at_all_makes_empty_tables(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint, checkpoint.tables() as tables:
        for table in ("nodes", "account_regions", "problems"):
            assert tables.table(table).fetchall() == []


def test_resume_keeps_complete_results(tmp_path: Path) -> None:
    lines: list[str] = []
    with open_checkpoint(tmp_path) as checkpoint:
        for account in (1, 2):
            checkpoint.add_result(result(account), nodes(result(account), 3))
        checkpoint.add_result(result(3, code=THROTTLED))
        checkpoint.add_problem(Problem(MALFORMED_OBJECT, "key", "It is no JSON."))
    (directory,) = tmp_path.iterdir()
    # Killed while it wrote: of the next account and Region some nodes are there, and of the one after that half a line.
    for name, rest in (("nodes.csv", b'"000000000004","Acc'), ("account_regions.json", b'{"account_id": "00000')):
        with (directory / name).open("ab") as file:
            file.write(rest)
    with open_checkpoint(tmp_path, resume=True, now=lambda: NOW + 3 * 24 * 3600, warn=lines.append) as checkpoint:
        assert (checkpoint.done, checkpoint.expected, checkpoint.nodes) == (2, 2, 6)
        done = [checkpoint.is_done(f"{account:012}", VIRGINIA) for account in (1, 2, 3, 4)]
        assert done == [True, True, False, False]
        assert not checkpoint.is_done(f"{1:012}", TOKYO)
        checkpoint.add_result(result(3), nodes(result(3), 2))
        assert rows(checkpoint, "SELECT account_id::bigint, count(*) FROM nodes GROUP BY 1 ORDER BY 1") == [
            (1, 3),
            (2, 3),
            (3, 2),
        ]
        assert rows(checkpoint, "SELECT account_id::bigint, state FROM account_regions ORDER BY 1") == [
            (n, READ) for n in (1, 2, 3)
        ]
        assert rows(checkpoint, "FROM problems") == []
        checkpoint.discard()
    (line,) = lines
    assert line.startswith("resuming the interrupted report: 2 accounts and Regions were read, 3 days old: ")
    assert not list(tmp_path.iterdir())


def test_nodes_lost_in_a_crash_are_read_again(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        for account in (1, 2):
            checkpoint.add_result(result(account), nodes(result(account), 3))
    (directory,) = tmp_path.iterdir()
    kept = (directory / "nodes.csv").read_bytes()
    (directory / "nodes.csv").write_bytes(kept[:-10])
    with open_checkpoint(tmp_path, resume=True) as checkpoint:
        assert (checkpoint.is_done(f"{1:012}", VIRGINIA), checkpoint.is_done(f"{2:012}", VIRGINIA)) == (True, False)
        assert len(rows(checkpoint, "FROM nodes")) == 3


def test_without_resume_the_journal_is_new(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        checkpoint.add_result(result(1), nodes(result(1), 3))
    with open_checkpoint(tmp_path) as checkpoint:
        assert (checkpoint.done, checkpoint.nodes, checkpoint.is_done(f"{1:012}", VIRGINIA)) == (0, 0, False)
        assert rows(checkpoint, "FROM account_regions") == []


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (ReportKey(ACCOUNT, "api", Scope()), "source api; Regions us-east-1; stale after days 7."),
        (ReportKey(ACCOUNT, "s3 bucket", KEY.scope), "the interrupted report is another: source api; Regions us-ea"),
    ],
)
def test_resume_of_another_report_is_an_error(tmp_path: Path, key: ReportKey, expected: str) -> None:
    with open_checkpoint(tmp_path):
        pass
    with pytest.raises(QueryError) as raised:
        open_checkpoint(tmp_path, resume=True, key=key)
    assert expected in str(raised.value)
    with open_checkpoint(tmp_path, resume=True, key=ReportKey("222222222222", "api", Scope())) as checkpoint:
        assert checkpoint.done == 0


def test_two_at_a_time_do_not_spoil_each_other(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        checkpoint.add_result(result(1))
        with pytest.raises(ScriptError, match="Another process is creating the same report"):
            open_checkpoint(tmp_path)
        assert rows(checkpoint, "SELECT nodes FROM account_regions") == [(0,)]


def test_files_are_private_and_an_unwritable_directory_is_an_error(tmp_path: Path) -> None:
    with open_checkpoint(tmp_path) as checkpoint:
        checkpoint.add_result(result(1), nodes(result(1), 1))
    (directory,) = tmp_path.iterdir()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}
    with pytest.raises(ScriptError, match=f"cannot be written in {directory / 'report.json'}.*: Not a directory"):
        open_checkpoint(directory / "report.json")


@pytest.mark.parametrize(("base", "expected"), [("/cache", "/cache"), ("cache", "~/.cache"), ("", "~/.cache")])
def test_it_is_kept_where_caches_are(base: str, expected: str) -> None:
    found = cache_directory({"XDG_CACHE_HOME": base}).parent.parent
    assert str(found).endswith(expected.removeprefix("~"))


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_drawn_for_a_person_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: is_terminal)
    with open_checkpoint(tmp_path) as checkpoint:
        checkpoint.expect(4)
        with progress_bar(checkpoint, Terminal(io.StringIO(), io.StringIO(), stderr)):
            checkpoint.add_result(result(1), nodes(result(1), 7))
    assert ("1 of 4, 7 nodes" in stderr.getvalue()) == is_terminal
    assert bool(stderr.getvalue()) == is_terminal


@pytest.mark.parametrize("content", ["", "{", "null"])
@pytest.mark.parametrize("scope", [Scope(regions=(VIRGINIA,)), Scope()], ids=["the same", "another"])
def test_a_key_that_was_not_written_to_its_end_is_no_report(tmp_path: Path, content: str, scope: Scope) -> None:
    with open_checkpoint(tmp_path, key=KEY):
        pass
    (file,) = tmp_path.rglob("report.json")
    file.write_text(content)
    with open_checkpoint(tmp_path, resume=True, key=ReportKey(ACCOUNT, "api", scope)) as checkpoint:
        assert checkpoint.done == 0
