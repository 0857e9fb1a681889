"""A bucket, a table over it and a workgroup, for the tests of S3, Glue and Athena."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Sandbox

OWNER, OTHER = "222222222222", "333333333333"
BUCKET, DATABASE, WORKGROUP = "inventory-222222222222", "inventory", "questions"
TYPE = "AWS:InstanceInformation"
SERDE = "org.openx.data.jsonserde.JsonSerDe"

PROJECTION = {
    "projection.enabled": "true",
    "projection.accountid.type": "enum",
    "projection.accountid.values": f"{OWNER}, {OTHER}",
    "projection.region.type": "enum",
    "projection.region.values": "eu-west-1,us-east-1",
    "storage.location.template": f"s3://{BUCKET}/sync/{TYPE}/accountid=${{accountid}}/region=${{region}}/",
}


def key(node_id: str, account_id: str = OWNER, region: str = "us-east-1") -> str:
    return f"sync/{TYPE}/accountid={account_id}/region={region}/{node_id}.json"


def put(sandbox: Sandbox, name: str, *rows: dict[str, Any] | str) -> None:
    """An object with a line for each row; a text is a line as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    sandbox.client("s3", OWNER).put_object(Bucket=BUCKET, Key=name, Body="\n".join(lines))


def columns(*names: str, **typed: str) -> list[dict[str, str]]:
    return [{"Name": name, "Type": typed.get(name, "string")} for name in (*names, *typed)]


def table(
    parameters: dict[str, str] | None = None,
    *,
    keys: Iterable[str] = ("accountid", "region"),
    serde: dict[str, str] | None = None,
    location: str = f"s3://{BUCKET}/sync/{TYPE}/",
    **typed: str,
) -> dict[str, Any]:
    """The TableInput of a table `nodes` of two columns, and of others whose types are given."""
    return {
        "Name": "nodes",
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": columns(**{name: typed.pop(name, "string") for name in keys}),
        "Parameters": PROJECTION if parameters is None else parameters,
        "StorageDescriptor": {
            "Columns": columns("resourceid", "computername", **typed),
            "Location": location,
            "SerdeInfo": {"SerializationLibrary": SERDE, "Parameters": serde or {}},
        },
    }


def build(sandbox: Sandbox, definition: dict[str, Any] | None = None, **configuration: Any) -> None:
    """Make all three, in the account OWNER."""
    sandbox.client("s3", OWNER).create_bucket(Bucket=BUCKET)
    glue = sandbox.client("glue", OWNER)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    glue.create_table(DatabaseName=DATABASE, TableInput=definition or table())
    results = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"}, **configuration}
    sandbox.client("athena", OWNER).create_work_group(Name=WORKGROUP, Configuration=results)


def start(sandbox: Sandbox, text: str) -> str:
    """The id of a query that was started."""
    return str(
        sandbox.client("athena", OWNER).start_query_execution(
            QueryString=text, WorkGroup=WORKGROUP, QueryExecutionContext={"Database": DATABASE}
        )["QueryExecutionId"]
    )


def finish(sandbox: Sandbox, query_id: str) -> dict[str, Any]:
    """The QueryExecution of a query, once it is over."""
    athena = sandbox.client("athena", OWNER)
    for _ in range(10):
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found
    raise AssertionError(f"the query {query_id} never ends")


def run_query(sandbox: Sandbox, text: str) -> list[tuple[str | None, ...]]:
    """The rows of a query's first page, without the header. Raises AssertionError where it does not succeed."""
    execution = finish(sandbox, start(sandbox, text))
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    query_id = execution["QueryExecutionId"]
    rows = sandbox.client("athena", OWNER).get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
    return [tuple(value.get("VarCharValue") for value in row["Data"]) for row in rows[1:]]


def failure(sandbox: Sandbox, text: str) -> str:
    """Why a query fails."""
    status = finish(sandbox, start(sandbox, text))["Status"]
    assert status["State"] == "FAILED", status
    return str(status["StateChangeReason"])
