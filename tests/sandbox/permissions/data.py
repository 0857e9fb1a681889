"""What S3 and Athena do with their caller's permissions: keys of buckets, tables, the objects of a query.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.athena.exceptions import InvalidRequestException, QueryFailed
from sandbox.athena.models import athena_backends
from sandbox.athena.projection import folders_of
from sandbox.athena.statement import parse
from sandbox.glue.exceptions import EntityNotFoundException
from sandbox.glue.models import glue_backends
from sandbox.permissions.policies import Need
from sandbox.s3.models import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.glue.models import Table
    from sandbox.permissions.asked import Asked


def needs_of_reading(asked: Asked) -> Iterator[Need]:
    """GetObject of what the bucket encrypts with a key of KMS."""
    yield from _of_key(asked.get("Bucket"), "kms:Decrypt")


def needs_of_writing(asked: Asked) -> Iterator[Need]:
    """PutObject likewise."""
    yield from _of_key(asked.get("Bucket"), "kms:GenerateDataKey")


def _of_key(bucket_name: str, action: str) -> Iterator[Need]:
    bucket = bucket_of(bucket_name)
    encryption: dict[str, Any] = (bucket.encryption if bucket else None) or {}
    key = encryption.get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
    if key:
        yield Need(action, key)


def needs_of_query(asked: Asked) -> Iterator[Need]:
    """The tables, where they lie, and where the results go.

    https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
    """
    for database, table in _tables(asked):
        above = [asked.arn("glue", "catalog"), asked.arn("glue", f"database/{database}")]
        yield from (Need("glue:GetDatabase", arn) for arn in above)
        for arn in (*above, asked.arn("glue", f"table/{database}/{table}")):
            yield from (Need(action, arn) for action in ("glue:GetTable", "glue:GetPartitions"))
        yield from _reading(asked, database, table)
    yield from _writing(asked)


def _tables(asked: Asked) -> list[tuple[str, str]]:
    database = (asked.get("QueryExecutionContext") or {}).get("Database", "default")
    try:
        return sorted(parse(asked.get("QueryString"), database).tables)
    except (InvalidRequestException, QueryFailed):
        # It fails without reading anything.
        return []


def _reading(asked: Asked, database: str, name: str) -> Iterator[Need]:
    try:
        table = glue_backends[asked.account_id][asked.region].table(database, name)
        folders = folders_of(table)
    except (EntityNotFoundException, QueryFailed):
        return
    for bucket_name in _buckets(table):
        yield Need("s3:GetBucketLocation", f"arn:aws:s3:::{bucket_name}")
        yield Need("s3:ListBucket", f"arn:aws:s3:::{bucket_name}")
        yield from _of_key(bucket_name, "kms:Decrypt")
    yield from (Need("s3:GetObject", f"arn:aws:s3:::{folder.removeprefix('s3://')}*") for folder in folders)


def _buckets(table: Table) -> list[str]:
    return list(dict.fromkeys(folder.removeprefix("s3://").partition("/")[0] for folder in folders_of(table)))


def _writing(asked: Asked) -> Iterator[Need]:
    try:
        workgroup = athena_backends[asked.account_id][asked.region].workgroup(asked.get("WorkGroup"))
        configuration = workgroup.result_configuration(asked.get("ResultConfiguration"))
    except InvalidRequestException:
        return
    location = str(configuration["OutputLocation"]).removeprefix("s3://").rstrip("/")
    bucket_name = location.partition("/")[0]
    yield Need("s3:GetBucketLocation", f"arn:aws:s3:::{bucket_name}")
    yield Need("s3:PutObject", f"arn:aws:s3:::{location}/*")
    key = configuration.get("EncryptionConfiguration", {}).get("KmsKey")
    if key:
        yield Need("kms:GenerateDataKey", key)
    else:
        yield from _of_key(bucket_name, "kms:GenerateDataKey")


def needs_of_results(asked: Asked) -> Iterator[Need]:
    """The file of the rows is read with its caller's permissions.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
    """
    execution = athena_backends[asked.account_id][asked.region].executions.get(asked.get("QueryExecutionId"))
    if execution is None:
        return
    yield Need("s3:GetObject", f"arn:aws:s3:::{execution.location.removeprefix('s3://')}")
    key = execution.results.get("EncryptionConfiguration", {}).get("KmsKey")
    if key:
        yield Need("kms:Decrypt", key)
