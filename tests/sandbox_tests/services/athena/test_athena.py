"""Workgroups, named queries, and the life of a query in Athena."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox_tests.cases.data import (
    BUCKET,
    DATABASE,
    OTHER,
    OWNER,
    WORKGROUP,
    build,
    finish,
    key,
    put,
    run_query,
    start,
)

if TYPE_CHECKING:
    from sandbox import Sandbox


@pytest.fixture
def athena(sandbox: Sandbox) -> Any:
    """Athena of an account with a table `nodes`."""
    build(sandbox)
    return sandbox.client("athena", OWNER)


def test_polling_a_query_advances_the_clock(sandbox: Sandbox, athena: Any, client_error: Any) -> None:
    put(sandbox, key("i-1"), {"resourceId": "i-1"})
    query_id = start(sandbox, "SELECT resourceid FROM nodes")
    with client_error("InvalidRequestException"):
        athena.get_query_results(QueryExecutionId=query_id)
    polled = [athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"] for _ in range(3)]
    assert [one["Status"]["State"] for one in polled] == ["QUEUED", "RUNNING", "SUCCEEDED"]
    statistics = polled[-1]["Statistics"]
    assert (statistics["DataScannedInBytes"], statistics["TotalExecutionTimeInMillis"]) == (21, 4000)
    location = polled[-1]["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://{BUCKET}/results/{query_id}.csv"
    body = sandbox.client("s3", OWNER).get_object(Bucket=BUCKET, Key=f"results/{query_id}.csv")["Body"].read()
    assert body == b'"resourceid"\n"i-1"\n'
    assert athena.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"] == [query_id]


def test_results_are_paginated_after_a_header_row(sandbox: Sandbox, athena: Any) -> None:
    put(sandbox, key("many"), *({"resourceId": f"i-{number:04}"} for number in range(2100)), {"ComputerName": 'a "b"'})
    text = 'SELECT resourceid, computername AS "Name", count(*) OVER () FROM nodes ORDER BY 1 NULLS LAST'
    query_id = finish(sandbox, start(sandbox, text))["QueryExecutionId"]
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 102]
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert rows[0] == [{"VarCharValue": "resourceid"}, {"VarCharValue": "name"}, {"VarCharValue": "_col2"}]
    assert rows[1] == [{"VarCharValue": "i-0000"}, {}, {"VarCharValue": "2101"}]
    assert rows[-1] == [{}, {"VarCharValue": 'a "b"'}, {"VarCharValue": "2101"}]
    metadata = pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    assert [(column["Name"], column["Type"]) for column in metadata] == [
        ("resourceid", "varchar"),
        ("name", "varchar"),
        ("_col2", "bigint"),
    ]
    written = sandbox.client("s3", OWNER).get_object(Bucket=BUCKET, Key=f"results/{query_id}.csv")["Body"].read()
    assert written.decode().endswith(',"a ""b""","2101"\n')


def test_a_query_is_stopped(sandbox: Sandbox, athena: Any) -> None:
    query_id = start(sandbox, "SELECT 1")
    athena.stop_query_execution(QueryExecutionId=query_id)
    sandbox.clock.advance(60)
    assert finish(sandbox, query_id)["Status"]["State"] == "CANCELLED"
    done = finish(sandbox, start(sandbox, "SELECT 1"))["QueryExecutionId"]
    athena.stop_query_execution(QueryExecutionId=done)
    assert finish(sandbox, done)["Status"]["State"] == "SUCCEEDED"


def test_the_bytes_scanned_limit(sandbox: Sandbox) -> None:
    build(sandbox, BytesScannedCutoffPerQuery=10_000_000)
    for number in range(3):
        put(sandbox, key(f"i-{number}"), {"resourceId": f"i-{number}", "ComputerName": "x" * 4_000_000})
    execution = finish(sandbox, start(sandbox, "SELECT count(*) FROM nodes"))
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert run_query(sandbox, "SELECT count(*) FROM nodes WHERE region = 'eu-west-1'") == [("0",)]


def test_an_enforced_workgroup_overrides_its_callers(sandbox: Sandbox, athena: Any, client_error: Any) -> None:
    elsewhere = {"OutputLocation": f"s3://{BUCKET}/elsewhere/"}
    for is_enforced, folder in ((True, "results"), (False, "elsewhere")):
        athena.update_work_group(
            WorkGroup=WORKGROUP, ConfigurationUpdates={"EnforceWorkGroupConfiguration": is_enforced}
        )
        started = athena.start_query_execution(
            QueryString="SELECT 1", WorkGroup=WORKGROUP, ResultConfiguration=elsewhere
        )
        location = finish(sandbox, started["QueryExecutionId"])["ResultConfiguration"]["OutputLocation"]
        assert location == f"s3://{BUCKET}/{folder}/{started['QueryExecutionId']}.csv"
    with client_error("InvalidRequestException"):
        athena.start_query_execution(QueryString="SELECT 1")
    athena.update_work_group(WorkGroup=WORKGROUP, State="DISABLED")
    with client_error("InvalidRequestException"):
        start(sandbox, "SELECT 1")


def test_results_need_a_bucket_that_may_be_written_to(sandbox: Sandbox, athena: Any) -> None:
    sandbox.client("s3", OTHER).create_bucket(Bucket="bucket-of-another")
    for bucket in ("bucket-of-another", "missing-bucket"):
        athena.update_work_group(
            WorkGroup=WORKGROUP,
            ConfigurationUpdates={"ResultConfigurationUpdates": {"OutputLocation": f"s3://{bucket}/"}},
        )
        status = finish(sandbox, start(sandbox, "SELECT 1"))["Status"]
        assert status["State"] == "FAILED"
        assert "Access denied when writing output" in status["StateChangeReason"]


def test_workgroups(sandbox: Sandbox, athena: Any, client_error: Any) -> None:
    athena.update_work_group(
        WorkGroup=WORKGROUP,
        Description="Questions.",
        ConfigurationUpdates={
            "BytesScannedCutoffPerQuery": 20_000_000,
            "ResultConfigurationUpdates": {"EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}},
        },
    )
    described = athena.get_work_group(WorkGroup=WORKGROUP)["WorkGroup"]
    assert described["Description"] == "Questions."
    assert described["Configuration"]["BytesScannedCutoffPerQuery"] == 20_000_000
    assert described["Configuration"]["ResultConfiguration"] == {
        "OutputLocation": f"s3://{BUCKET}/results/",
        "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
    }
    athena.update_work_group(WorkGroup=WORKGROUP, ConfigurationUpdates={"RemoveBytesScannedCutoffPerQuery": True})
    configuration = athena.get_work_group(WorkGroup=WORKGROUP)["WorkGroup"]["Configuration"]
    assert "BytesScannedCutoffPerQuery" not in configuration
    arn = f"arn:aws:athena:us-east-1:{OWNER}:workgroup/{WORKGROUP}"
    athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "Owner", "Value": "cloud"}, {"Key": "Cost", "Value": "1"}])
    athena.untag_resource(ResourceARN=arn, TagKeys=["Cost"])
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "Owner", "Value": "cloud"}]
    assert [one["Name"] for one in athena.list_work_groups()["WorkGroups"]] == ["primary", WORKGROUP]
    for call, parameters in (
        (athena.create_work_group, {"Name": WORKGROUP}),
        (athena.get_work_group, {"WorkGroup": "another"}),
        (athena.delete_work_group, {"WorkGroup": "primary", "RecursiveDeleteOption": True}),
    ):
        with client_error("InvalidRequestException"):
            call(**parameters)
    athena.delete_work_group(WorkGroup=WORKGROUP)
    assert sandbox.snapshot()["athena_workgroups"] == {}


def test_named_queries(sandbox: Sandbox, athena: Any, client_error: Any) -> None:
    def create(name: str, **more: str) -> str:
        definition = {"Name": name, "Database": DATABASE, "QueryString": "SELECT 1", "WorkGroup": WORKGROUP, **more}
        return str(athena.create_named_query(**definition)["NamedQueryId"])

    token = "t" * 32
    first = create("nodes", ClientRequestToken=token, Description="How many.")
    assert create("nodes", ClientRequestToken=token, Description="How many.") == first
    with client_error("InvalidRequestException"):
        create("others", ClientRequestToken=token)
    ids = [first, *(create(f"query {number}") for number in range(60))]
    pages = list(athena.get_paginator("list_named_queries").paginate(WorkGroup=WORKGROUP))
    assert [query_id for page in pages for query_id in page["NamedQueryIds"]] == ids
    assert [len(page["NamedQueryIds"]) for page in pages] == [50, 11]
    athena.update_named_query(NamedQueryId=first, Name="nodes", QueryString="SELECT 2")
    found = athena.batch_get_named_query(NamedQueryIds=[first, "nothing"])
    assert [(one["Name"], one["QueryString"]) for one in found["NamedQueries"]] == [("nodes", "SELECT 2")]
    assert [one["NamedQueryId"] for one in found["UnprocessedNamedQueryIds"]] == ["nothing"]
    for query_id in ids[1:]:
        athena.delete_named_query(NamedQueryId=query_id)
    assert sandbox.snapshot()["athena_workgroups"] == {f"{OWNER} us-east-1": {WORKGROUP: ["nodes"]}}
    with client_error("InvalidRequestException"):
        athena.get_named_query(NamedQueryId=ids[1])
    with client_error("InvalidRequestException"):
        athena.delete_work_group(WorkGroup=WORKGROUP)
    athena.delete_work_group(WorkGroup=WORKGROUP, RecursiveDeleteOption=True)
