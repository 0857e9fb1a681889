"""`observe.py log-buckets`: buckets for the output of patch commands that are not there.

Apart from the other findings: a bucket that the same configuration creates may have a name that no plan knows, and all
that a plan reads together would wait for it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.common_options import SEVERITIES
from systems_manager_organization.cli.options import COMMON_KEYS
from systems_manager_organization.errors import QueryError, ServiceError
from systems_manager_organization.findings import Finding, Severities
from systems_manager_organization.quick_setup.configurations import configurations_key, parse_configurations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.quick_setup.configurations import Configuration

NOT_FOUND = "LOG_BUCKET_NOT_FOUND"
_PARAMETERS = ("OutputS3BucketName", "OutputBucketRegion")


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source: `schema_version`, `account_id` and `findings`, as of preflight."""
    with connect() as aws:
        findings = [
            finding
            for configuration in parse_configurations(query["configurations"])
            for finding in _bucket_findings(aws, configuration)
        ]
        return {
            "schema_version": "1",
            "account_id": aws.account_id,
            "findings": json.dumps(Severities(query["severities"]).to_documents(findings)),
        }


def _bucket_findings(aws: AwsSession, configuration: Configuration) -> Iterator[Finding]:
    missing = [key for key in _PARAMETERS if not configuration.parameters.get(key)]
    if missing:
        raise QueryError(
            f'configurations has "{configuration.name}" without {" and ".join(missing)}: add what the patch policy has '
            'to its "parameters", or leave it out.'
        )
    name, expected = (configuration.parameters[key] for key in _PARAMETERS)
    try:
        response = aws.call(aws.s3.head_bucket, Bucket=name)
    except ServiceError as error:
        # A bucket of another account that does not let this one read is there: 403.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
        if error.code == "404":
            yield Finding(
                NOT_FOUND,
                configuration.name,
                f"log_bucket.name is {name}, and there is no bucket of this name: the output of the commands is lost.",
                "Create the bucket first, or correct the name. If this configuration creates it, this is settled after "
                "the apply.",
            )
        elif error.code != "403":
            raise
        return
    actual = response["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", expected)
    if actual != expected:
        yield Finding(
            NOT_FOUND,
            configuration.name,
            f"log_bucket.region is {expected}, and the bucket {name} is in {actual}.",
            f'Set region = "{actual}".',
        )


COMMAND = Command(
    name="log-buckets",
    summary="Buckets for the output of patch commands that do not exist.",
    description="""\
Reads whether the bucket of each patch policy exists, in its Region. Calls s3:HeadBucket, which requires s3:ListBucket.
The AWS provider's data source fails where a bucket does not exist or belongs to another account.""",
    example="""log-buckets --account-id 111111111111 --region us-east-1 \\
    --configurations '[{"name": "scan", "parameters": \\
    {"OutputS3BucketName": "logs", "OutputBucketRegion": "us-east-1"}}]'""",
    options=(
        *COMMON_KEYS,
        replace(
            configurations_key("the patch policies, with the parameters OutputS3BucketName and OutputBucketRegion"),
            required=True,
        ),
        SEVERITIES,
    ),
    run=observe,
)
