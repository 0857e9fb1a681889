"""Projects of CodeBuild, and their changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

ROLE = f"arn:aws:iam::{MANAGEMENT}:role/Build"
PROJECT: dict[str, Any] = {
    "name": "report",
    "serviceRole": ROLE,
    "source": {"type": "S3", "location": "bucket/program/", "buildspec": "version: 0.2"},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
    "concurrentBuildLimit": 1,
}


@pytest.fixture
def codebuild(sandbox: Sandbox) -> Any:
    """A client, and a role that the service may assume."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codebuild.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("iam").create_role(RoleName="Build", AssumeRolePolicyDocument=trust)
    return sandbox.client("codebuild")


def test_every_member_is_kept(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)
    (created,) = codebuild.batch_get_projects(names=["report"])["projects"]
    assert {name: created[name] for name in PROJECT} == PROJECT
    assert (created["timeoutInMinutes"], created["projectVisibility"]) == (60, "PRIVATE")


def test_what_an_update_does_not_give_stays(codebuild: Any) -> None:
    codebuild.create_project(**PROJECT)
    changed = codebuild.update_project(name="report", timeoutInMinutes=30, concurrentBuildLimit=-1)["project"]
    assert changed["timeoutInMinutes"] == 30
    assert changed["source"] == PROJECT["source"]
    assert "concurrentBuildLimit" not in changed
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException):
        codebuild.update_project(name="other")


@pytest.mark.parametrize("name", ["report", f"arn:aws:codebuild:us-east-1:{MANAGEMENT}:project/report"])
def test_a_project_is_deleted_by_name_or_arn(codebuild: Any, name: str) -> None:
    codebuild.create_project(**PROJECT)
    codebuild.delete_project(name=name)
    assert codebuild.list_projects()["projects"] == []


def test_the_role_that_the_service_assumes(codebuild: Any, sandbox: Sandbox) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("iam").create_role(RoleName="Node", AssumeRolePolicyDocument=trust)
    for name in ("Node", "Nobody"):
        with pytest.raises(
            codebuild.exceptions.InvalidInputException, match="not authorized to perform: sts:AssumeRole"
        ):
            codebuild.create_project(**{**PROJECT, "serviceRole": f"arn:aws:iam::{MANAGEMENT}:role/{name}"})
    assert codebuild.list_projects()["projects"] == []
