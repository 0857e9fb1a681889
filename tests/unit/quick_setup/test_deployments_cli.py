"""`observe.py deployments` on the command line: tables, pipes, and `--watch`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT
from unit.quick_setup_cases import (
    ADMINISTRATOR,
    DENIED,
    MANAGEMENT,
    WORKLOAD,
    create,
    host_management,
    prepare,
    with_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

SESSION = "account {0}, Region {1}, as arn:aws:iam::{0}:user/Administrator"


@pytest.fixture
def scan(aws: Sandbox) -> str:
    """A patch policy of the whole organization, deployed."""
    prepare(aws)
    return create(aws)


def test_the_matrix_and_the_reasons(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    create(aws)
    outcome = run("observe", "deployments", "--name", "scan")
    assert outcome.status == 1
    lines = outcome.stdout.splitlines()
    rows = {line.split()[1]: line for line in lines if line.startswith("│")}
    assert "Administrator" in rows[ADMINISTRATOR]
    assert "succeeded" in rows[ADMINISTRATOR]
    assert "failed" in rows[WORKLOAD]
    assert "not deployed" in rows[MANAGEMENT]
    assert f"{WORKLOAD} us-east-1: {DENIED}" in lines, "in one line, however narrow it is"
    assert any(line.startswith("1 succeeded, 1 failed, 1 not deployed.") for line in lines)


def test_every_region_is_readable_however_many_there_are(
    aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    prepare(aws)
    regions = ["ap-northeast-1", "ap-southeast-1", "ca-central-1", "eu-central-1", "eu-west-1", "us-east-1"]
    create(aws, "hosts", definition=host_management(",".join(regions)))
    for terminal, tables in ((False, 1), (True, 2)):
        outcome = run("observe", "deployments", "--name", "hosts", terminal=terminal)
        assert outcome.stdout.count("Administrator") == tables
        assert outcome.stdout.count("succeeded") == 2 * len(regions) + 2
        assert all(region.partition("-")[2] in outcome.stdout for region in regions)
        assert " ".join(outcome.stdout.split()).count(f"{MANAGEMENT} {', '.join(regions)}: ") == 1, (
            "not a line for each Region"
        )
        assert "…" not in outcome.stdout


@pytest.mark.usefixtures("scan")
def test_json_is_one_document(run: Run) -> None:
    session = with_status("AsyncExecutions", "FAILED")
    outcome = run("observe", "deployments", "--json", session_factory=session)
    (configuration,) = json.loads(outcome.stdout)
    assert (configuration["name"], configuration["deployment_status"]) == ("scan", "SUCCEEDED")
    results = {result["account_id"]: result for result in configuration["account_regions"]}
    assert results[WORKLOAD]["state"] == "succeeded"
    assert results[WORKLOAD]["associations"] == "FAILED"
    assert results[MANAGEMENT]["state"] == "not_deployed"


def test_managers_of_one_name_are_all_shown(aws: Sandbox, run: Run, scan: str) -> None:
    second = create(aws)
    create(aws, "hosts", definition=HOST_MANAGEMENT)
    configurations = json.loads(run("observe", "deployments", "--name", "scan", "--json").stdout)
    assert [configuration["arn"] for configuration in configurations] == sorted([scan, second])
    assert len(json.loads(run("observe", "deployments", "--json").stdout)) == 3


@pytest.mark.usefixtures("aws")
def test_no_configuration_manager(run: Run) -> None:
    outcome = run("observe", "deployments", "--region", "us-east-1")
    assert (outcome.status, outcome.stdout) == (3, ""), "nothing to look at is no success"
    assert outcome.stderr == f"In {SESSION.format(111111111111, 'us-east-1')}: 0 configuration managers.\n"
    outcome = run("observe", "deployments", "--region", "us-east-1", "--json")
    assert (outcome.status, outcome.stdout) == (3, "[]\n")
    assert "In account 111111111111, Region us-east-1, as" in outcome.stderr


@pytest.fixture
def without_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)


@pytest.mark.usefixtures("without_rich")
@pytest.mark.parametrize("flags", [(), ("--watch",)], ids=["matrix", "bar"])
def test_without_rich_it_is_one_line_with_remedies(run: Run, scan: str, flags: tuple[str, ...]) -> None:
    outcome = run("observe", "deployments", "--name", scan, *flags, terminal=True)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert "pip install rich" in outcome.stderr
    assert "--json" in outcome.stderr


@pytest.mark.usefixtures("without_rich", "scan")
def test_json_needs_no_rich(run: Run) -> None:
    assert run("observe", "deployments", "--json", "--watch").status == 0


# Followed


@pytest.mark.usefixtures("scan")
def test_watch_until_nothing_is_in_progress(run: Run) -> None:
    session = with_status("Deployment", "DEPLOYING", times=3)
    outcome = run("observe", "deployments", "--watch", "--name", "scan", session_factory=session)
    assert outcome.status == 0
    assert outcome.stderr.splitlines() == [
        "1 succeeded, 1 in progress, 0 failed, 1 not deployed.",
        "2 succeeded, 0 in progress, 0 failed, 1 not deployed.",
        f"In {SESSION.format(111111111111, 'us-east-1')}: 1 configuration manager.",
    ]
    assert len(outcome.pauses) == 3
    assert "2 succeeded, 1 not deployed" in outcome.stdout


@pytest.mark.usefixtures("scan")
def test_watch_on_a_terminal_shows_a_bar(run: Run) -> None:
    session = with_status("Deployment", "DEPLOYING", times=3)
    outcome = run("observe", "deployments", "--watch", terminal=True, session_factory=session)
    assert (outcome.status, len(outcome.pauses)) == (0, 3)
    assert "50%" in outcome.stderr
    assert "succeeded" not in outcome.stderr
    assert "%" not in outcome.stdout


def test_watch_until_a_failure(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    aws.fail_deployment("scan", WORKLOAD, "us-east-1", DENIED)
    create(aws, completed=False)
    outcome = run("observe", "deployments", "--watch", "--json")
    assert outcome.status == 1
    (configuration,) = json.loads(outcome.stdout)
    assert DENIED in [result["reason"] for result in configuration["account_regions"]]


def test_watch_does_not_wait_for_completed_deployments(run: Run, scan: str) -> None:
    outcome = run("observe", "deployments", "--watch", "--name", scan)
    assert (outcome.status, outcome.pauses) == (0, [])


@pytest.fixture
def stuck() -> Callable[..., Any]:
    """Sessions to which one account never gets any further."""
    return with_status("Deployment", "DEPLOYING")


@pytest.mark.usefixtures("scan")
def test_watch_ends_at_the_timeout(run: Run, stuck: Any) -> None:
    outcome = run("observe", "deployments", "--watch", "--timeout", "100", session_factory=stuck)
    assert outcome.status == 2
    assert "1 succeeded, 1 in progress, 1 not deployed" in outcome.stdout
    assert sum(outcome.pauses) == 100


@pytest.mark.usefixtures("scan")
def test_in_progress_is_no_success(run: Run, stuck: Any) -> None:
    outcome = run("observe", "deployments", "--region=us-east-1", session_factory=stuck)
    assert (outcome.status, outcome.pauses) == (2, [])


@pytest.mark.usefixtures("scan")
@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_an_interrupted_watch_shows_the_last_status(run: Run, stuck: Any, terminal: bool) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    outcome = run("observe", "deployments", "--watch", session_factory=stuck, on_pause=interrupt, terminal=terminal)
    assert outcome.status == 130
    assert "1 succeeded, 1 in progress, 1 not deployed" in outcome.stdout
    assert outcome.stderr.endswith("observe.py deployments: interrupted.\n")
