"""The entry scripts, in their own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY
from unit.cases import TRUSTED_ACCESS, settings_query

if TYPE_CHECKING:
    from sandbox import Sandbox

SCRIPTS = REPOSITORY / "scripts"
QUERY = {"account_id": "111111111111", "region": "us-east-1"}


def execute(*command: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        command, input=stdin, env=path | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_observe_reads_standard_input_and_writes_strings(sandbox: Sandbox) -> None:
    completed = execute(
        sys.executable, str(SCRIPTS / "observe.py"), "organization", stdin=json.dumps(QUERY), **sandbox.environment()
    )
    assert (completed.returncode, completed.stderr) == (0, "")
    result = json.loads(completed.stdout)
    assert json.loads(result["organization"])["root_id"] == "r-sbox"
    assert all(isinstance(value, str) for value in result.values())


def test_ensure_takes_the_query_as_one_argument(sandbox: Sandbox) -> None:
    query = json.dumps({**QUERY, **settings_query(TRUSTED_ACCESS.desired(sandbox))})
    completed = execute(sys.executable, str(SCRIPTS / "ensure.py"), "settings", query, **sandbox.environment())
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout == "trusted-access/ssm.amazonaws.com: enabled (was disabled).\n"


@pytest.mark.parametrize("name", ["observe.py", "ensure.py", "report.py"])
@pytest.mark.parametrize("flags", [(), ("-I",)], ids=["plain", "isolated"])
def test_help_needs_nothing_but_python(name: str, flags: tuple[str, ...]) -> None:
    completed = execute(sys.executable, *flags, "-S", str(SCRIPTS / name), "--help")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith(f"usage: {name} [-h] [--version] COMMAND ...")


def test_a_broken_pipe_is_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        completed = subprocess.run(
            [sys.executable, str(SCRIPTS / "report.py"), "compliance", "--help"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (completed.returncode, completed.stderr) == (141, b"")


def test_without_boto3_it_is_one_line_with_remedies() -> None:
    completed = execute(sys.executable, "-S", str(SCRIPTS / "observe.py"), "organization", stdin=json.dumps(QUERY))
    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr.count("\n") == 1
    assert "cannot import boto3" in completed.stderr
    assert "python_command = null" in completed.stderr


@pytest.mark.parametrize("name", ["observe.py", "ensure.py", "report.py"])
def test_an_old_python_is_one_line(name: str) -> None:
    code = (
        "import runpy, sys\n"
        "sys.version_info = (3, 9, 18, 'final', 0)\n"
        "sys.version = '3.9.18 (main)'\n"
        f"runpy.run_path({str(SCRIPTS / name)!r}, run_name='__main__')\n"
    )
    completed = execute(sys.executable, "-c", code)
    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr == (
        f"{name} needs Python 3.10 or newer, as boto3 does, but {sys.executable} is Python 3.9.18: "
        "name a newer one in python_command.\n"
    )


@pytest.mark.parametrize(
    ("name", "packages"),
    [
        ("observe.py", ["boto3>=1.40", "rich>=13"]),
        ("ensure.py", ["boto3>=1.40"]),
        ("report.py", ["boto3>=1.40", "duckdb>=1.4", "rich>=13"]),
    ],
)
def test_dependencies_are_declared_for_uv(name: str, packages: list[str]) -> None:
    lines = (SCRIPTS / name).read_text(encoding="utf-8").splitlines()
    block = lines[lines.index("# /// script") + 1 : lines.index("# ///")]
    assert block == ['# requires-python = ">=3.10"', f"# dependencies = {json.dumps(packages)}"]
