"""`observe.py log-buckets`: a bucket that does not exist, is elsewhere, or belongs to another account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox import Fault
from unit.preflight_cases import MANAGEMENT, WORKLOAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run


def query_of(bucket: str) -> dict[str, str]:
    parameters = {"OutputS3BucketName": bucket, "OutputBucketRegion": "eu-west-1"}
    return {
        "account_id": MANAGEMENT,
        "region": "us-east-1",
        "configurations": json.dumps([{"name": "scan", "parameters": parameters}]),
    }


@pytest.mark.parametrize(
    ("owner", "region", "message"),
    [
        (MANAGEMENT, "eu-west-1", None),
        (MANAGEMENT, "us-west-2", "log_bucket.region is eu-west-1, and the bucket logs is in us-west-2."),
        (WORKLOAD, "eu-west-1", None),
        ("", "", "log_bucket.name is logs, and there is no bucket of this name: the output of the commands is lost."),
    ],
)
def test_log_buckets(aws: Sandbox, run: Run, owner: str, region: str, message: str | None) -> None:
    if owner:
        aws.client("s3", owner, region).create_bucket(
            Bucket="logs", CreateBucketConfiguration={"LocationConstraint": region}
        )
    findings = json.loads(run("observe", "log-buckets", query=query_of("logs")).result["findings"])
    assert [(finding["severity"], finding["code"], finding["subject"], finding["message"]) for finding in findings] == (
        [("warning", "LOG_BUCKET_NOT_FOUND", "scan", message)] if message else []
    )


def test_a_bucket_that_could_not_be_looked_for_is_an_error(aws: Sandbox, run: Run) -> None:
    aws.faults.inject(Fault("s3", "HeadBucket", "server_error", times=1000))
    outcome = run("observe", "log-buckets", query=query_of("logs"))
    assert outcome.status == 1
    assert "s3:ListBucket failed" in outcome.stderr


def test_a_configuration_without_a_bucket_is_refused(run: Run, api_calls: Callable[[], list[str]]) -> None:
    for given, missing in (
        ({}, "OutputS3BucketName and OutputBucketRegion"),
        ({"OutputBucketRegion": "x"}, "OutputS3"),
    ):
        configurations = json.dumps([{"name": "scan", "parameters": given}])
        outcome = run("observe", "log-buckets", query={"configurations": configurations})
        assert (outcome.status, outcome.stdout) == (1, "")
        assert f'configurations has "scan" without {missing}' in outcome.stderr
    assert "s3:HeadBucket" not in api_calls()
