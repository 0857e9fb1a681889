"""`make sandbox`: an organization in the foreground, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import boto3
import pytest

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox


def command(*arguments: str) -> subprocess.Popen[str]:
    folders = os.pathsep.join([str(REPOSITORY / "scripts"), str(REPOSITORY / "tests"), str(REPOSITORY)])
    environment = {**os.environ, "PYTHONPATH": folders, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "tools.demo.sandbox", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = command("--scenario", "bare", "--log", str(tmp_path / "calls.jsonl"))
    with process:
        yield process
        process.kill()


def exports_of(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    exports: dict[str, str] = {}
    for line in process.stdout:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value
        if "another account" in line:
            break
    return exports


def test_in_the_foreground_until_interrupted(foreground: subprocess.Popen[str], tmp_path: Path) -> None:
    exports = exports_of(foreground)
    client = boto3.session.Session(
        exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"], region_name=exports["AWS_REGION"]
    ).client("organizations", endpoint_url=exports["AWS_ENDPOINT_URL"])
    assert len(client.list_accounts()["Accounts"]) == 3

    foreground.send_signal(signal.SIGINT)
    output, errors = foreground.communicate(timeout=120)

    assert (foreground.returncode, errors) == (0, "")
    assert output == "\nThe organization has been removed.\n"
    assert json.loads((tmp_path / "calls.jsonl").read_text(encoding="utf-8"))["operation"] == "ListAccounts"


def test_port_in_use(sandbox: Sandbox) -> None:
    process = command("--port", sandbox.endpoint_url.rpartition(":")[2])
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert "Address already in use" in errors
    assert errors.count("\n") == 1


def test_unknown_scenario() -> None:
    process = command("--scenario", "bear")
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (1, "")
    assert errors == "there is no scenario named 'bear'; there are: bare, cloud9, realistic, troubled\n"
