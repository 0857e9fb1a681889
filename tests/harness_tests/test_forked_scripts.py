"""Scripts in forks: what Terraform and the script see is what a process of its own would show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.forking.scripts import FORKED_PYTHON, ScriptServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRIPT = """
import json, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from beside import ending
seen = {"arguments": sys.argv, "folder": os.getcwd(), "mark": os.environ.get("MARK"), "name": __name__}
print(json.dumps({**seen, "botocore": "botocore" in sys.modules, "read": sys.stdin.read()}))
print("remark", file=sys.stderr)
ending(sys.argv[1])
"""
BESIDE = """
import os, sys, threading
def ending(how):
    if how == "later":
        threading.Thread(target=lambda: (threading.main_thread().join(), print("later", flush=True))).start()
    elif how == "at once":
        sys.stdout.flush()
        os._exit(141)
    elif how == "raises":
        raise ValueError("no such Region")
    elif how != "returns":
        sys.exit(how)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptServer]:
    with ScriptServer() as started:
        yield started


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "observe.py").write_text(SCRIPT)
    (tmp_path / "beside.py").write_text(BESIDE)
    return tmp_path / "observe.py"


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-I", "-S", *map(str, (FORKED_PYTHON, FORKED_PYTHON.parents[2], *arguments))]


def _run(
    server: ScriptServer, folder: Path, *arguments: object, genuine: bool = False
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)] if genuine else _command(*arguments)
    environment = {"MARK": "set", **server.variables}
    return subprocess.run(
        command, cwd=folder, env=environment, input="query", capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("how", "status"), [("returns", 0), ("later", 0), ("a message", 1), ("raises", 1), ("at once", 141)]
)
def test_a_fork_is_as_a_process(server: ScriptServer, script: Path, tmp_path: Path, how: str, status: int) -> None:
    forked, genuine = (_run(server, tmp_path, script, how, genuine=value) for value in (False, True))
    assert (forked.returncode, genuine.returncode) == (status, status)
    seen, *lines = forked.stdout.splitlines()
    expected, *expected_lines = genuine.stdout.splitlines()
    assert json.loads(seen) == {**json.loads(expected), "botocore": True}
    assert not json.loads(expected)["botocore"]
    assert lines == expected_lines
    assert forked.stderr.splitlines()[-1] == genuine.stderr.splitlines()[-1]


def test_other_programs_and_a_missing_server_are_pythons_own(
    server: ScriptServer, script: Path, tmp_path: Path
) -> None:
    assert _run(server, tmp_path, "-c", "import sys; print('botocore' in sys.modules)").stdout == "False\n"
    with ScriptServer() as ended:
        pass
    assert not json.loads(_run(ended, tmp_path, script, "returns").stdout)["botocore"]


def test_a_fork_ends_with_the_process_that_it_stands_for(server: ScriptServer, tmp_path: Path) -> None:
    script = tmp_path / "ensure.py"
    script.write_text("import time\nprint('started', flush=True)\ntime.sleep(60)\nprint('not ended')\n")
    environment = {**os.environ, **server.variables}
    with subprocess.Popen(_command(script), env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.kill()
        # The fork has the stream too: this is its end.
        assert process.stdout.read() == ""
