"""Follows the instructions of a plan's errors, and reads what AWS has."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from harness.assertions import plan_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.terraform import Terraform

ADOPTED = "adopted.tf"


def run_adopt(terraform: Terraform) -> tuple[int, str, str]:
    """Run the commands in the message of EXISTS_ALREADY. Returns the exit status, stdout (the blocks) and stderr."""
    errors = plan_errors(terraform)
    commands = re.search(r"(terraform plan -out=\S+); (terraform show -json \S+) \| (.+ adopt) >> (\S+)", errors)
    assert commands, f"No command in:\n{errors}"
    plan, show, adopt, file = commands.groups()
    assert file == ADOPTED
    _run(terraform, plan.split(), status=1)
    document = _run(terraform, show.split())
    completed = subprocess.run(
        adopt.split(),
        cwd=terraform.directory,
        env={**terraform.environment, "AWS_DEFAULT_REGION": "us-east-1"},
        input=document,
        capture_output=True,
        text=True,
        check=False,
    )
    (terraform.directory / ADOPTED).write_text(completed.stdout)
    return completed.returncode, completed.stdout, completed.stderr


def apply_adopted(terraform: Terraform) -> int:
    """Apply with the blocks, then remove them. Returns the number of imported resources."""
    applied = terraform.apply()
    (terraform.directory / ADOPTED).unlink()
    return applied.imported


def _run(terraform: Terraform, command: Sequence[str], *, status: int = 0) -> str:
    """Run a command in the directory of the configuration. Returns its stdout."""
    completed = subprocess.run(
        command, cwd=terraform.directory, env=terraform.environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == status, completed.stdout + completed.stderr
    return completed.stdout
