"""Databases and tables of the Data Catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.data import DATABASE, OTHER, OWNER, build, table

if TYPE_CHECKING:
    from sandbox import Sandbox


def test_a_database_and_its_tables(sandbox: Sandbox, client_error: Any) -> None:
    before = sandbox.snapshot()
    build(sandbox, {**table(), "Name": "Nodes"})
    glue = sandbox.client("glue", OWNER)
    described = glue.get_table(DatabaseName="Inventory", Name="NODES")["Table"]
    assert (described["Name"], described["DatabaseName"], described["VersionId"]) == ("nodes", DATABASE, "0")
    assert {**described, **table()} == described
    assert sandbox.snapshot()["glue_databases"] == {f"{OWNER} us-east-1": {DATABASE: ["nodes"]}}
    assert glue.get_partitions(DatabaseName=DATABASE, TableName="nodes")["Partitions"] == []

    glue.update_table(DatabaseName=DATABASE, TableInput={**table(), "Description": "Changed."})
    changed = glue.get_table(DatabaseName=DATABASE, Name="nodes")["Table"]
    assert (changed["Description"], changed["VersionId"]) == ("Changed.", "1")
    glue.update_database(Name=DATABASE, DatabaseInput={"Name": DATABASE, "Description": "Changed."})
    assert [one["Description"] for one in glue.get_databases()["DatabaseList"]] == ["Changed."]

    with client_error("AlreadyExistsException"):
        glue.create_database(DatabaseInput={"Name": "INVENTORY"})
    with client_error("AlreadyExistsException"):
        glue.create_table(DatabaseName=DATABASE, TableInput=table())
    for client, call, parameters in (
        (glue, "get_table", {"DatabaseName": DATABASE, "Name": "others"}),
        (glue, "get_table", {"DatabaseName": "others", "Name": "nodes"}),
        (glue, "get_database", {"Name": DATABASE, "CatalogId": OTHER}),
        (sandbox.client("glue", OTHER), "get_database", {"Name": DATABASE}),
        (sandbox.client("glue", OWNER, "eu-west-1"), "delete_database", {"Name": DATABASE}),
    ):
        with client_error("EntityNotFoundException"):
            getattr(client, call)(**parameters)
    with client_error("InvalidInputException"):
        glue.update_table(DatabaseName=DATABASE, TableInput=table(keys=("resourceid",)))

    glue.delete_database(Name=DATABASE)
    assert sandbox.snapshot()["glue_databases"] == before["glue_databases"] == {}


def test_lists_come_in_pages(sandbox: Sandbox) -> None:
    build(sandbox)
    glue = sandbox.client("glue", OWNER)
    for number in range(3):
        glue.create_table(DatabaseName=DATABASE, TableInput={**table(), "Name": f"table_{number}"})
    pages = list(glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE, PaginationConfig={"PageSize": 3}))
    assert [len(page["TableList"]) for page in pages] == [3, 1]
    found = glue.get_tables(DatabaseName=DATABASE, Expression="table_.*")["TableList"]
    assert [one["Name"] for one in found] == ["table_0", "table_1", "table_2"]


def test_tags(sandbox: Sandbox) -> None:
    glue = sandbox.client("glue", OWNER)
    glue.create_database(DatabaseInput={"Name": DATABASE}, Tags={"Owner": "cloud"})
    arn = f"arn:aws:glue:us-east-1:{OWNER}:database/{DATABASE}"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"Cost": "1"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["Owner"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"Cost": "1"}
