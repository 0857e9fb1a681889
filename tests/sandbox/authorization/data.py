"""What S3 and Athena do with their caller's permissions: KMS keys of buckets, tables, objects of a query.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.policies.evaluation import Permission
from sandbox.services.athena.exceptions import InvalidRequestException, QueryFailed
from sandbox.services.athena.models import athena_backends
from sandbox.services.athena.query.projection import folders_of
from sandbox.services.athena.query.statement import parse
from sandbox.services.glue.exceptions import EntityNotFoundException
from sandbox.services.glue.models import glue_backends
from sandbox.services.s3.models import find_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.policies.request_context import RequestContext
    from sandbox.services.glue.models import Table


def read_permissions(request: RequestContext) -> Iterator[Permission]:
    """The KMS permission of GetObject, if the bucket is encrypted with a KMS key."""
    yield from _of_key(request.get("Bucket"), "kms:Decrypt")


def write_permissions(request: RequestContext) -> Iterator[Permission]:
    """The KMS permission of PutObject."""
    yield from _of_key(request.get("Bucket"), "kms:GenerateDataKey")


def _of_key(bucket_name: str, action: str) -> Iterator[Permission]:
    bucket = find_bucket(bucket_name)
    encryption: dict[str, Any] = (bucket.encryption if bucket else None) or {}
    key = encryption.get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
    if key:
        yield Permission(action, key)


def query_permissions(request: RequestContext) -> Iterator[Permission]:
    """The tables, their locations, and the output location.

    https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
    """
    for database, table in _tables(request):
        above = [request.arn("glue", "catalog"), request.arn("glue", f"database/{database}")]
        yield from (Permission("glue:GetDatabase", arn) for arn in above)
        for arn in (*above, request.arn("glue", f"table/{database}/{table}")):
            yield from (Permission(action, arn) for action in ("glue:GetTable", "glue:GetPartitions"))
        yield from _reading(request, database, table)
    yield from _writing(request)


def _tables(request: RequestContext) -> list[tuple[str, str]]:
    database = (request.get("QueryExecutionContext") or {}).get("Database", "default")
    try:
        return sorted(parse(request.get("QueryString"), database).tables)
    except (InvalidRequestException, QueryFailed):
        # It fails without a read.
        return []


def _reading(request: RequestContext, database: str, name: str) -> Iterator[Permission]:
    try:
        table = glue_backends[request.account_id][request.region].table(database, name)
        folders = folders_of(table)
    except (EntityNotFoundException, QueryFailed):
        return
    for bucket_name in _buckets(table):
        yield Permission("s3:GetBucketLocation", f"arn:aws:s3:::{bucket_name}")
        yield Permission("s3:ListBucket", f"arn:aws:s3:::{bucket_name}")
        yield from _of_key(bucket_name, "kms:Decrypt")
    yield from (Permission("s3:GetObject", f"arn:aws:s3:::{folder.removeprefix('s3://')}*") for folder in folders)


def _buckets(table: Table) -> list[str]:
    return list(dict.fromkeys(folder.removeprefix("s3://").partition("/")[0] for folder in folders_of(table)))


def _writing(request: RequestContext) -> Iterator[Permission]:
    try:
        workgroup = athena_backends[request.account_id][request.region].workgroup(request.get("WorkGroup"))
        configuration = workgroup.result_configuration(request.get("ResultConfiguration"))
    except InvalidRequestException:
        return
    location = str(configuration["OutputLocation"]).removeprefix("s3://").rstrip("/")
    bucket_name = location.partition("/")[0]
    yield Permission("s3:GetBucketLocation", f"arn:aws:s3:::{bucket_name}")
    yield Permission("s3:PutObject", f"arn:aws:s3:::{location}/*")
    key = configuration.get("EncryptionConfiguration", {}).get("KmsKey")
    if key:
        yield Permission("kms:GenerateDataKey", key)
    else:
        yield from _of_key(bucket_name, "kms:GenerateDataKey")


def result_permissions(request: RequestContext) -> Iterator[Permission]:
    """The result file is read with the caller's permissions.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
    """
    execution = athena_backends[request.account_id][request.region].executions.get(request.get("QueryExecutionId"))
    if execution is None:
        return
    yield Permission("s3:GetObject", f"arn:aws:s3:::{execution.location.removeprefix('s3://')}")
    key = execution.results.get("EncryptionConfiguration", {}).get("KmsKey")
    if key:
        yield Permission("kms:Decrypt", key)
