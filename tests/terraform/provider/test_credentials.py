"""The AWS provider finds its credentials and its Region as the scripts do, where SDKs differ from each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from harness.terraform import Terraform
from unit.conftest import act_as, aws, load_once
from unit.credentials_cases import CASES, configured

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.workspace import Workspaces
    from unit.credentials_cases import Case

__all__ = ["act_as", "aws", "configured", "load_once"]

_NAMES = (
    "AWS_REGION first",
    "region of the profile",
    "AWS_PROFILE first",
    "AWS_PROFILE empty",
    "keys before AWS_PROFILE",
    "credential_process",
)
_CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

output "found" {
  value = [data.aws_caller_identity.current.arn, data.aws_region.current.id]
}
"""


@pytest.fixture(scope="module")
def initialised(workspaces: Workspaces) -> Terraform:
    return workspaces.write({"main.tf": _CONFIGURATION})


@pytest.mark.parametrize("case", [case for case in CASES if case.name in _NAMES], ids=lambda case: case.name)
def test_identity_and_region(
    initialised: Terraform, workspaces: Workspaces, configured: Callable[[Case], None], case: Case
) -> None:
    configured(case)
    settings = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    terraform = Terraform(initialised.directory, workspaces.environment(settings))
    terraform.apply()
    assert terraform.output()["found"] == [case.arn, case.region]
