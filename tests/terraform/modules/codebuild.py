"""Runs the build of a CodeBuild project of the sandbox on this machine, as its service role.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox

BUILD = "5c1d2e3f-0a1b-4c2d-8e3f-112233445566"


def run_build(sandbox: Sandbox, project: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Download the source to `folder`, and run the commands of the buildspec there, in one shell.

    Packages are those of the tests: pip gets no index.
    """
    role = sandbox.role_environment(project["serviceRole"])
    source = folder / "source"
    _download(role, project["source"]["location"], source)
    environment = {
        "PATH": f"{_programs(folder)}:/usr/bin:/bin",
        "HOME": str(folder),
        "PIP_NO_INDEX": "1",
        **role,
        **{variable["name"]: variable["value"] for variable in project["environment"]["environmentVariables"]},
        "CODEBUILD_BUILD_ID": f"{project['name']}:{BUILD}",
        "CODEBUILD_BUILD_URL": f"https://us-east-1.console.aws.amazon.com/codebuild/home#/builds/{BUILD}",
    }
    return subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(_commands(project["source"]["buildspec"]))],
        cwd=source,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _commands(buildspec: str) -> Iterator[str]:
    document = yaml.safe_load(buildspec)
    assert document["version"] == 0.2
    for name in ("install", "pre_build", "build", "post_build"):
        yield from document["phases"].get(name, {}).get("commands", ())


def _download(environment: dict[str, str], location: str, folder: Path) -> None:
    """What is in a folder of a bucket: `BUCKET/FOLDER/`."""
    s3 = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
    )
    bucket, _, prefix = location.partition("/")
    assert prefix.endswith("/"), "a folder ends with a slash"
    for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        path = folder / item["Key"].removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())


def _programs(folder: Path) -> Path:
    """A folder with `python3`, the interpreter of the tests."""
    programs = folder / "programs"
    programs.mkdir(parents=True, exist_ok=True)
    # A script, not a link: Python locates its virtual environment by the path it was started by.
    (programs / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python3").chmod(0o755)
    return programs
