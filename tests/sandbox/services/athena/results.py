"""Query results: the file in S3, and pages."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from sandbox.policies.evaluation import Permission
from sandbox.protocol.pagination import paginate
from sandbox.services.athena.exceptions import InvalidRequestException, QueryFailed
from sandbox.services.s3.access import evaluate
from sandbox.services.s3.models import find_bucket, s3_backends
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from sandbox.services.athena.executions import Column, Result

# "MaxResults" of GetQueryResults in the model.
MAXIMUM_PAGE = 1000


def write(account_id: str, location: str, result: Result) -> None:
    """Write the rows as CSV to the output location, without `.csv.metadata`. Raises QueryFailed.

    Every value is in quotes, and NULL is nothing: https://docs.aws.amazon.com/athena/latest/ug/querying.html.
    """
    bucket_name, _, key = location.removeprefix("s3://").partition("/")
    bucket = find_bucket(bucket_name)
    if bucket is None or not _may_write(account_id, bucket.account_id, bucket_name, key):
        raise QueryFailed(f"Access denied when writing output to url: {location}")
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([column.name for column in result.columns])
    for row in result.rows:
        # NULL is an empty field without quotes, which csv cannot write with QUOTE_ALL.
        text.write(
            ",".join("" if value is None else f'"{value.replace(chr(34), chr(34) * 2)}"' for value in row) + "\n"
        )
    s3_backends[bucket.account_id]["aws"].put_object(bucket_name, key, text.getvalue().encode())


def _may_write(account_id: str, owner: str, bucket_name: str, key: str) -> bool:
    # ASSUMPTION(athena-caller-in-bucket-policies): of Athena's caller only the account is known to the bucket policy.
    principal = Principal.identity(f"arn:aws:iam::{account_id}:root", account_id)
    decision = evaluate(bucket_name, principal, Permission("s3:PutObject", f"arn:aws:s3:::{bucket_name}/{key}"))
    return decision == "allowed" or (decision == "implicitDeny" and owner == account_id)


def page(result: Result, token: str | None, limit: int | None) -> dict[str, Any]:
    """Return the model's GetQueryResultsOutput; the names of the columns are the first row of the first page.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html. Raises InvalidRequestException
    for a token that no page gave out.
    """
    header = tuple(column.name for column in result.columns)
    rows, next_token = paginate(
        (header, *result.rows),
        token=token,
        limit=limit or MAXIMUM_PAGE,
        invalid_token=InvalidRequestException("The NextToken is invalid."),
    )
    return {
        "UpdateCount": 0,
        "ResultSet": {
            "Rows": [{"Data": [{} if v is None else {"VarCharValue": v} for v in row]} for row in rows],
            "ResultSetMetadata": {"ColumnInfo": [_described(column) for column in result.columns]},
        },
        **({"NextToken": next_token} if next_token else {}),
    }


def _described(column: Column) -> dict[str, Any]:
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": column.type,
        "Precision": 0,
        "Scale": 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": column.type == "varchar",
    }
