"""What a person does with a plan that was refused, or with a manager that nobody has."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

from harness.results import TerraformError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.terraform import Terraform
    from sandbox import Sandbox

ADOPTED = "adopted.tf"


def refused(terraform: Terraform) -> str:
    """What a plan refuses, in words. Raises AssertionError when it refuses nothing."""
    try:
        terraform.plan()
    except TerraformError as error:
        return "\n".join(diagnostic.detail for diagnostic in error.diagnostics if diagnostic.severity == "error")
    raise AssertionError("The plan is not refused.")


def run_adopt(terraform: Terraform) -> tuple[int, str, str]:
    """Runs the commands that EXISTS_ALREADY says, as they stand there; returns exit status, blocks and remarks."""
    said = refused(terraform)
    commands = re.search(r"(terraform plan -out=\S+); (terraform show -json \S+) \| (.+ adopt) >> (\S+)", said)
    assert commands, f"There is no command in it:\n{said}"
    plan, show, adopt, file = commands.groups()
    assert file == ADOPTED
    run(terraform, plan.split(), good=(1,))
    document = run(terraform, show.split())
    outcome = subprocess.run(
        adopt.split(),
        cwd=terraform.directory,
        env={**terraform.environment, "AWS_DEFAULT_REGION": "us-east-1"},
        input=document,
        capture_output=True,
        text=True,
        check=False,
    )
    (terraform.directory / ADOPTED).write_text(outcome.stdout)
    return outcome.returncode, outcome.stdout, outcome.stderr


def apply_adopted(terraform: Terraform) -> int:
    """Applies with the blocks, then takes them away; returns how many resources were imported."""
    applied = terraform.apply()
    (terraform.directory / ADOPTED).unlink()
    return applied.imported


def run(terraform: Terraform, command: Sequence[str], *, good: Sequence[int] = (0,)) -> str:
    """Runs a command as a person would, where Terraform is run; returns its standard output."""
    outcome = subprocess.run(
        command, cwd=terraform.directory, env=terraform.environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode in good, outcome.stdout + outcome.stderr
    return outcome.stdout


def managers(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Name and ARN of every configuration manager, by name."""
    client = sandbox.client("ssm-quicksetup")
    return sorted(
        (manager["Name"], manager["ManagerArn"])
        for page in client.get_paginator("list_configuration_managers").paginate()
        for manager in page["ConfigurationManagersList"]
    )


def records(sandbox: Sandbox) -> dict[str, object]:
    """The records of settings in Parameter Store, by the name of the installation."""
    parameters = sandbox.client("ssm").get_parameters_by_path(Path="/systems-manager-organization", Recursive=True)
    return {found["Name"].rpartition("/")[2]: json.loads(found["Value"]) for found in parameters["Parameters"]}
