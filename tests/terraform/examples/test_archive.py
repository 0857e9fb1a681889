"""What a user downloads is small, and works: also from a path with a space."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY, Workspaces

if TYPE_CHECKING:
    from pathlib import Path

    from harness.providers import Providers
    from sandbox import Sandbox

_LARGEST = 500_000
_CONTENT = {
    *("LICENSE", "README.md"),
    *(file.name for file in REPOSITORY.glob("*.tf")),
    *("docs", "examples", "modules", "policies", "scripts"),
}


def test_archive(tmp_path: Path, providers: Providers, sandbox: Sandbox) -> None:
    folder = tmp_path / "a path with a space"
    command = ["git", "archive", "--worktree-attributes", "--format", "tar.gz", "HEAD"]
    archive = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    assert len(archive) < _LARGEST
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(folder, filter="data")
    assert {path.name for path in folder.iterdir()} == _CONTENT

    # The quick start of the README, line by line as typed.
    readme = (folder / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"^```sh\n(cd examples/minimal\n.+?)^```$", readme, re.DOTALL | re.MULTILINE)
    environment = Workspaces(tmp_path / "workspaces", providers).environment(sandbox.environment())
    outputs = []
    for command in (lines, lines.replace("terraform plan", "terraform apply -auto-approve"), lines):
        completed = subprocess.run(
            ["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr
        outputs.append(completed.stdout)
    (planned,) = re.findall(r"`(Plan: .+?)`", readme)
    assert planned in re.sub(r"\x1b\[[0-9;]*m", "", outputs[0])
    assert "No changes." in outputs[-1]
