"""Ctrl-C, SIGTERM and closed pipes, while AWS does not answer: the programs in their own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from harness.workspace import REPOSITORY
from systems_manager_organization.compliance.store.journal import ACCOUNT_REGIONS
from unit.cases import TRUSTED_ACCESS, settings_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sandbox import Sandbox

COMPLIANCE = ["report.py", "compliance", "--regions", "us-east-1", "--format", "csv"]
NODES = ["report.py", "nodes", "--regions", "us-east-1"]
QUERY = json.dumps({"account_id": "111111111111", "region": "us-east-1"})
# report.py, in which the first query of DuckDB does not end.
LONG_QUERY = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
from systems_manager_organization.compliance.store import tables

def endless(answer):
    print("querying", file=sys.stderr, flush=True)
    answer.execute("SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b").fetchall()

tables._fetched = endless
del sys.argv[:2]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# The signal finds a response without its file. Only Python 3.13 and later report what fails in its end, or -X dev.
HALF_MADE = """
import http.client, os, signal
from systems_manager_organization.cli import interrupts

interrupts.raise_on_signals()
response = http.client.HTTPResponse.__new__(http.client.HTTPResponse)
try:
    os.kill(os.getpid(), signal.SIGTERM)
except KeyboardInterrupt:
    del response
"""
# Seconds: less than a call waits for its answer, so that what ends within them has not waited for it.
ENDED = 45


class Unanswered:
    """Calls of an operation that wait until the end, from the second one on."""

    def __init__(self, sandbox: Sandbox, operation: str, answered: int) -> None:
        self._operation, self._answered = operation, answered
        self._end, self.is_waiting = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._unsubscribe = sandbox.on_call(self._wait)

    def _wait(self, call: Any) -> None:
        with self._lock:
            if call.operation != self._operation:
                return
            self._answered -= 1
            if self._answered >= 0:
                return
        self.is_waiting.set()
        self._end.wait(120)

    def end(self) -> None:
        self._unsubscribe()
        self._end.set()


@contextmanager
def _handled(ignored: Sequence[signal.Signals]) -> Iterator[None]:
    """What is started inside ignores `ignored`, and no other signal.

    The tests may run under nohup or in the background of a shell, which ignore signals for their children; a signal
    that is handled here has its default there. Not by preexec_fn, which may deadlock beside the sandbox's threads:
    https://docs.python.org/3/library/subprocess.html#subprocess.Popen
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {
        number: signal.signal(number, signal.SIG_IGN if number in ignored else signal.default_int_handler)
        for number in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture
def start(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    environment = {
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        **sandbox.environment(),
    }
    started: list[subprocess.Popen[str]] = []

    def start(
        name: str,
        *arguments: str,
        prefix: Sequence[str] = (),
        ignored: Sequence[signal.Signals] = (),
        **streams: Any,
    ) -> subprocess.Popen[str]:
        command = [sys.executable, *prefix, str(REPOSITORY / "scripts" / name), *arguments]
        pipes = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **streams,
        }
        with _handled(ignored):
            process = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.DEVNULL, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for_a_result(directory: Path) -> None:
    """Until a report has kept what it read in an account and Region: the last call is sent before that."""
    never = threading.Event()
    while not any(file.stat().st_size for file in directory.rglob(ACCOUNT_REGIONS)):
        never.wait(0.05)


@contextmanager
def unanswered(sandbox: Sandbox, operation: str, answered: int = 0) -> Iterator[Unanswered]:
    found = Unanswered(sandbox, operation, answered)
    try:
        yield found
    finally:
        found.end()


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (COMPLIANCE, "DescribeInstanceInformation"),
        (NODES, "DescribeInstances"),
        (["report.py", "ops-data"], "ListResourceDataSync"),
        (["report.py", "explain", "scan"], "ListConfigurationManagers"),
        (["observe.py", "preflight"], "DescribeOrganization"),
        (["observe.py", "deployments"], "ListConfigurationManagers"),
        (["observe.py", "organization", QUERY], "DescribeOrganization"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_it_at_once(
    sandbox: Sandbox, start: Any, command: list[str], operation: str, number: signal.Signals
) -> None:
    with unanswered(sandbox, operation) as calls:
        process = start(*command)
        assert calls.is_waiting.wait(300)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=ENDED)
    assert (process.returncode, stdout) == (128 + number, "")
    assert stderr.splitlines()[-1].startswith(f"{command[0]} {command[1]}: interrupted.")
    assert "Traceback" not in stderr


def test_what_a_signal_leaves_half_made_is_not_reported() -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    command = [sys.executable, "-X", "dev", "-c", HALF_MADE]
    ended = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    assert ended.stderr == ""


@pytest.mark.parametrize("command", [COMPLIANCE, NODES], ids=["compliance", "nodes"])
def test_an_interrupted_report_resumes_and_leaves_no_file(
    sandbox: Sandbox, start: Any, tmp_path: Path, command: list[str]
) -> None:
    output = tmp_path / "report"
    operation = "DescribeInstanceInformation"
    with unanswered(sandbox, operation, answered=2) as calls:
        process = start(*command, "--output", str(output))
        assert calls.is_waiting.wait(300)
        wait_for_a_result(tmp_path / "cache")
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert stderr.endswith("were read: run the same command with --resume to continue.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    resumed = start(*command, "--output", str(output), "--resume")
    _, stderr = resumed.communicate(timeout=60)
    assert "resuming the interrupted report: " in stderr
    whole = start(*command)
    stdout, _ = whole.communicate(timeout=60)
    assert (resumed.returncode, output.read_text()) == (whole.returncode, stdout)


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_a_query_of_duckdb(start: Any, number: signal.Signals) -> None:
    """DuckDB raises RuntimeError in place of what a handler of a signal raises."""
    process = start(*COMPLIANCE, prefix=["-c", LONG_QUERY, str(REPOSITORY / "scripts")])
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line == "querying\n":
            break
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=ENDED)
    assert (process.returncode, stdout) == (128 + number, ""), "".join([*lines, stderr])
    assert stderr.startswith("report.py compliance: interrupted.")
    assert stderr.count("\n") == 1


def test_the_second_signal_ends_what_the_first_has_to_finish(sandbox: Sandbox, start: Any) -> None:
    """The record of settings is written after an interruption too, and AWS may not answer that either."""
    query = json.dumps({**json.loads(QUERY), **settings_query(TRUSTED_ACCESS.desired(sandbox))})
    with (
        unanswered(sandbox, "EnableAWSServiceAccess") as change,
        unanswered(sandbox, "PutParameter", answered=1) as record,
    ):
        process = start("ensure.py", "settings", query)
        for calls in (change, record):
            assert calls.is_waiting.wait(300)
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=ENDED)
    assert process.returncode == -signal.SIGINT


@pytest.mark.parametrize(
    "command",
    [[*COMPLIANCE, "--output", "/dev/stdout"], COMPLIANCE, NODES, ["report.py", "leftovers", "--json"]],
    ids=["output", "csv", "nodes", "leftovers"],
)
def test_a_closed_pipe_is_no_failure(start: Any, command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        process = start(*command, stdout=pipe)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 141
    assert "Traceback" not in stderr
    assert "rror" not in stderr


def test_a_signal_that_is_ignored_stays_so(sandbox: Sandbox, start: Any) -> None:
    with unanswered(sandbox, "DescribeOrganization") as calls:
        process = start("observe.py", "organization", QUERY, ignored=[signal.SIGHUP])
        assert calls.is_waiting.wait(300)
        process.send_signal(signal.SIGHUP)
        calls.end()
        process.communicate(timeout=60)
    assert process.returncode == 0
