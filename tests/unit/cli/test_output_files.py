"""Files that a command writes: refused before the work begins where that can be known, and never half-written."""

from __future__ import annotations

import os
import resource
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

REPORT = [sys.executable, str(REPOSITORY / "scripts" / "report.py")]


def directory(path: Path) -> str:
    (path / "there").mkdir()
    return str(path / "there")


def directory_that_is_not_there(path: Path) -> str:
    return f"{path}/new/report.csv"


def file_as_directory(path: Path) -> str:
    (path / "file").write_text("")
    return str(path / "file" / "report.csv")


def read_only_file_system(_path: Path) -> str:
    # Where even root creates no file.
    return "/proc/report.csv"


def name_that_is_too_long(path: Path) -> str:
    return str(path / ("x" * 300))


def home_of_nobody(_path: Path) -> str:
    return "~nobody-of-this-name/report.csv"


def socket_of_a_server(path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path / "socket"))
    return str(path / "socket")


REFUSED = {
    directory: "must be a file, and that is a directory.",
    directory_that_is_not_there: 'new": make it first.',
    file_as_directory: 'file" is no directory.',
    read_only_file_system: "cannot be written: No such file or directory. Name a file elsewhere.",
    name_that_is_too_long: "cannot be written: File name too long. Name a file elsewhere.",
    home_of_nobody: "cannot be written: Could not determine home directory. Name a file elsewhere.",
    socket_of_a_server: "must be a file, a pipe or a terminal.",
}


@pytest.mark.parametrize("command", ["compliance", "nodes"])
@pytest.mark.parametrize("name", REFUSED, ids=lambda name: name.__name__)
def test_what_no_file_can_be_written_to(
    aws: Sandbox, run: Run, tmp_path: Path, name: Callable[[Path], str], command: str
) -> None:
    given = name(tmp_path)
    outcome = run("report", command, "--format", "csv", "--output", given)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith(f'report.py {command}: output is "{given}", but ')
    assert outcome.stderr.endswith(f"{REFUSED[name]}\n")
    assert outcome.stderr.count("\n") == 1
    assert aws.calls == []


def test_a_full_disk_is_known_before_the_work(aws: Sandbox, run: Run, tmp_path: Path) -> None:
    """A limit of the size of files ends a write as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        outcome = run("report", "compliance", "--html", str(tmp_path / "report.html"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert outcome.status == 2
    assert outcome.stderr.endswith("it cannot be written: File too large. Name a file elsewhere.\n")
    assert list(tmp_path.iterdir()) == []
    assert aws.calls == []


def test_one_file_for_both(aws: Sandbox, run: Run, tmp_path: Path) -> None:
    name = str(tmp_path / "report")
    outcome = run("report", "compliance", "--output", name, "--html", f"{tmp_path}/../{tmp_path.name}/report")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr == "report.py compliance: --output and --html name the same file: name two.\n"
    assert aws.calls == []


@pytest.fixture
def environment(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    paths = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return {**paths, **sandbox.environment()}


@pytest.mark.parametrize("output_format", ["csv", "parquet"])
def test_a_pipe_by_its_name(environment: dict[str, str], tmp_path: Path, output_format: str) -> None:
    arguments = ["compliance", "--regions", "us-east-1", "--format", output_format, "--output"]
    file = tmp_path / "report"
    subprocess.run([*REPORT, *arguments, str(file)], env=environment, timeout=60, check=False, capture_output=True)
    piped = subprocess.run(
        [*REPORT, *arguments, "/dev/stdout"], env=environment, timeout=60, check=False, capture_output=True
    )
    assert file.read_bytes() == piped.stdout != b""


def test_what_stands_in_a_redirected_file_stays(environment: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "log").open("a") as log:
        log.write("before\n")
        log.flush()
        arguments = ["compliance", "--regions", "us-east-1", "--format", "csv", "--output", "/dev/stdout"]
        subprocess.run([*REPORT, *arguments], env=environment, timeout=60, check=False, stdout=log)
    assert (tmp_path / "log").read_text().startswith('before\n"account_id"')


@pytest.mark.parametrize("by_name", [True, False], ids=["--output", "standard-output"])
def test_a_device_that_is_full_is_one_line_and_the_report_resumes(
    environment: dict[str, str], tmp_path: Path, by_name: bool
) -> None:
    arguments = ["compliance", "--regions", "us-east-1", "--format", "csv"]
    with Path("/dev/full").open("w") as full:
        completed = subprocess.run(
            [*REPORT, *arguments, *(["--output", "/dev/full"] if by_name else [])],
            env=environment,
            timeout=60,
            check=False,
            stdout=subprocess.DEVNULL if by_name else full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert completed.returncode == 1
    what = " compliance: /dev/full" if by_name else ": standard output"
    resume, failure = completed.stderr.splitlines()[-2:]
    assert resume.endswith("were read: run the same command with --resume to continue.")
    assert failure == f"report.py{what} cannot be written: No space left on device."
    assert len(list(tmp_path.rglob("report.json"))) == 1


def test_a_file_keeps_its_mode(run: Run, aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    private = tmp_path / "report.csv"
    private.touch(mode=0o600)
    run("report", "compliance", "--regions", "us-east-1", "--format", "csv", "--output", str(private))
    assert private.read_text().startswith('"account_id"')
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert aws.violations == []


def test_a_letter_that_standard_output_lacks(environment: dict[str, str]) -> None:
    completed = subprocess.run(
        [*REPORT, "explain", "基盤"],
        env={**environment, "PYTHONIOENCODING": "ascii"},
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert b"Traceback" not in completed.stderr
    assert rb"\u57fa\u76e4" in completed.stdout + completed.stderr
