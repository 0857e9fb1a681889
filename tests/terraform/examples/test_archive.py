"""What a user downloads is small, and works: also from a path with a space."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

from harness.assertions import assert_plan_empty
from harness.complete import ADMINISTRATOR
from harness.workspace import REPOSITORY, Workspaces

if TYPE_CHECKING:
    from pathlib import Path

    from harness.providers import Providers
    from sandbox import Sandbox

_LARGEST = 500_000
_CONTENT = {
    *("CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "UPGRADING.md"),
    *(file.name for file in REPOSITORY.glob("*.tf")),
    *("docs", "examples", "modules", "policies", "scripts"),
}


def test_archive(tmp_path: Path, providers: Providers, sandbox: Sandbox) -> None:
    command = ["git", "archive", "--worktree-attributes", "--format", "tar.gz", "HEAD"]
    archive = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    assert len(archive) < _LARGEST
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(tmp_path / "archive", filter="data")
    assert {path.name for path in (tmp_path / "archive").iterdir()} == _CONTENT

    workspaces = Workspaces(tmp_path / "a path with a space", providers, repository=tmp_path / "archive")
    variables = {"administrator_account_id": ADMINISTRATOR}
    terraform = workspaces.checkout("examples/minimal", sandbox.environment(), variables=variables)
    terraform.apply()
    assert_plan_empty(terraform.plan())
