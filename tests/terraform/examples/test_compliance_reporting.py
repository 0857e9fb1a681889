"""modules/compliance-reporting in examples/complete: syncs, data in the bucket, queries, a new account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.assertions import assert_clean_destroy, assert_plan_empty, plan_errors, plan_read_only
from harness.complete import ADMINISTRATOR
from harness.examples import CHECKOUTS
from harness.scripts import run_script
from sandbox_tests.cases.organization_stack_sets import join
from terraform.expectations import OTHER_MEMBER, RETAINED_ROLES
from tools.iam.command import read_policies
from tools.iam.roles import ADMINISTRATION, COMPLIANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_EXAMPLE = "examples/complete/delegated-administrator"
_CALL = "module.compliance_reporting[0]"
_REGIONS = ("ap-northeast-1", "us-east-1")
# Without the management account, which StackSets never deploys to, and the suspended account.
_MEMBERS = (ADMINISTRATOR, "333333333333", "444444444444", "555555555555", "666666666666")
# In ap-northeast-1, managed by their instance profile, without Quick Setup.
_NODES = {"i-0a1b2c3d4e5f60741", "i-0a1b2c3d4e5f60742"}
_SHOP = "444444444444"
_ALLOWED = (
    *("athena:*", "cloudformation:*Stack*", "cloudformation:TagResource", "glue:*", "iam:CreateServiceLinkedRole"),
    *("kms:*", "s3:*", "ssm:PutParameter", "ssm:DeleteParameter"),
)


def test_account_that_is_not_a_delegated_administrator(sandbox: Sandbox, workspaces: Workspaces) -> None:
    call = {"source": "../module/modules/compliance-reporting", "regions": ["us-east-1"]}
    errors = plan_errors(workspaces.call_modules({"reporting": call}, sandbox.environment(OTHER_MEMBER)))
    assert f"Account {OTHER_MEMBER} does not administer StackSets" in errors
    resolution = (
        f'delegated_administrator = {{ account_id = "{OTHER_MEMBER}", service_principals = ["ssm.amazonaws.com"'
    )
    assert resolution in errors


@pytest.mark.timeout(600)
@pytest.mark.scenario("realistic")
def test_compliance_reporting(sandbox: Sandbox, workspaces: Workspaces) -> None:
    terraform = CHECKOUTS[_EXAMPLE](workspaces, sandbox)
    # Before the apply: destroy reads it from the state.
    terraform.variables["collected_data_destroyed"] = True
    before = sandbox.snapshot()
    policies = read_policies()
    sandbox.permissions.enforce(
        f"arn:aws:iam::{ADMINISTRATOR}:user/Administrator", policies[ADMINISTRATION], policies[COMPLIANCE]
    )

    terraform.apply()
    _assert_synced(sandbox, _MEMBERS)
    _assert_objects(sandbox, terraform)
    _assert_registered(sandbox)
    assert_plan_empty(plan_read_only(terraform, sandbox))

    joined = join(sandbox)
    _assert_synced(sandbox, (*_MEMBERS, joined))
    _assert_only_tables_change(terraform, sandbox, joined)
    terraform.apply()
    _assert_named_queries(sandbox, terraform)
    _assert_reported(sandbox, terraform)

    assert_clean_destroy(
        terraform,
        sandbox,
        before,
        allowed_calls=_ALLOWED,
        # AWS deletes a key 30 days later, and retains what StackSets created in every account.
        retained=("kms_keys/*", "organization/accounts/*", *RETAINED_ROLES),
    )


def _assert_synced(sandbox: Sandbox, accounts: tuple[str, ...]) -> None:
    """These accounts and no others have a successful sync in each Region."""
    sandbox.clock.advance(3600)
    found = {
        (account["Id"], region): [sync["LastStatus"] for sync in _syncs(sandbox, account["Id"], region)]
        for account in sandbox.client("organizations").list_accounts()["Accounts"]
        for region in _REGIONS
    }
    assert {account_region for account_region, statuses in found.items() if statuses} == {
        (account, region) for account in accounts for region in _REGIONS
    }
    assert {tuple(statuses) for statuses in found.values() if statuses} == {("Successful",)}


def _assert_registered(sandbox: Sandbox) -> None:
    """A destroy of the management account's configuration leaves the administrator what the StackSet requires."""
    key = "delegated-administrator/member.org.stacksets.cloudformation.amazonaws.com"
    query = {
        "account_id": "111111111111",
        "region": "us-east-1",
        "installation": "main",
        "record_region": "us-east-1",
        "regions": json.dumps(_REGIONS),
        "settings": json.dumps([{"key": key, "value": ADMINISTRATOR, "previous": "none"}]),
        "action": "restore",
    }
    refused = run_script(sandbox, "ensure.py", "settings", json.dumps(query))
    assert refused.returncode == 1
    assert "the StackSets that it created: patch-compliance (us-east-1)" in refused.stderr


def _syncs(sandbox: Sandbox, account_id: str, region: str) -> list[dict[str, Any]]:
    client = sandbox.client("ssm", account_id, region)
    return [*client.list_resource_data_sync(SyncType="SyncToDestination")["ResourceDataSyncItems"]]


def _assert_objects(sandbox: Sandbox, terraform: Terraform) -> None:
    """The nodes of a member are in the bucket, encrypted with the key, at the location of the tables."""
    bucket = terraform.output()["compliance_reporting"]["bucket"]
    s3 = sandbox.client("s3", ADMINISTRATOR)
    folder = f"{bucket['prefix']}/AWS:InstanceInformation/accountid={_SHOP}/region=ap-northeast-1"
    objects = s3.list_objects_v2(Bucket=bucket["name"], Prefix=f"{folder}/resourcetype=ManagedInstanceInventory/")
    keys = {item["Key"] for item in objects["Contents"]}
    assert {key.rpartition("/")[2] for key in keys} == {f"{node}.json" for node in _NODES}
    assert {s3.head_object(Bucket=bucket["name"], Key=key)["SSEKMSKeyId"] for key in keys} == {
        terraform.output()["compliance_reporting"]["management_account_sync"]["kms_key_arn"]
    }


def _assert_only_tables_change(terraform: Terraform, sandbox: Sandbox, joined: str) -> None:
    """A plan after an account joined updates the tables."""
    plan = plan_read_only(terraform, sandbox)
    tables = {
        f'{_CALL}.aws_glue_catalog_table.this["{name}"]'
        for name in ("compliance_item", "compliance_summary", "instance_information", "patch_summary")
    }
    assert dict.fromkeys(tables, "update") == plan.actions()
    for table in tables:
        assert joined in plan.after(table)["parameters"]["projection.accountid.values"].split(",")


def _assert_named_queries(sandbox: Sandbox, terraform: Terraform) -> None:
    """Every named query succeeds in the workgroup, and returns the managed nodes."""
    reporting = terraform.output()["compliance_reporting"]
    athena = sandbox.client("athena", ADMINISTRATOR)
    ids = athena.list_named_queries(WorkGroup=reporting["workgroup"])["NamedQueryIds"]
    queries = athena.batch_get_named_query(NamedQueryIds=ids)["NamedQueries"]
    assert len(queries) >= 8
    for query in queries:
        assert query["Database"] == reporting["database"]
        list(_query(sandbox, reporting, query["QueryString"]))
    counted = "SELECT resourceid FROM instance_information WHERE region = 'ap-northeast-1'"
    assert {row["resourceid"] for row in _query(sandbox, reporting, counted)} == _NODES


def _assert_reported(sandbox: Sandbox, terraform: Terraform) -> None:
    """The report is the same from the bucket and from Athena."""
    arguments = terraform.output()["compliance_reporting"]["report_arguments"]
    reports = []
    for source in ("s3", "athena"):
        completed = run_script(
            sandbox, "report.py", "compliance", "--format", "json", *arguments[source], account_id=ADMINISTRATOR
        )
        # 3: the management account has no sync yet.
        assert completed.returncode == 3, completed.stderr
        reports.append(json.loads(completed.stdout))
    from_bucket, from_athena = reports
    assert {node["node_id"] for node in from_bucket["nodes"]} == _NODES
    assert from_bucket["nodes"] == from_athena["nodes"]


def _query(sandbox: Sandbox, reporting: dict[str, Any], text: str) -> Iterator[dict[str, str | None]]:
    athena = sandbox.client("athena", ADMINISTRATOR)
    started = athena.start_query_execution(
        QueryString=text,
        WorkGroup=reporting["workgroup"],
        QueryExecutionContext={"Database": reporting["database"]},
    )["QueryExecutionId"]
    for _ in range(100):
        status = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]
        if status["State"] not in {"QUEUED", "RUNNING"}:
            break
    assert status["State"] == "SUCCEEDED", f"{status.get('StateChangeReason')}\n{text}"
    header, *rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
    names = [cell["VarCharValue"] for cell in header["Data"]]
    for row in rows:
        yield dict(zip(names, (cell.get("VarCharValue") for cell in row["Data"]), strict=True))
