"""An organization whose resource data syncs write to one bucket, with tables over it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.credentials import Credentials

from systems_manager_organization.aws.session import AwsSession, botocore_session
from systems_manager_organization.clock import Clock
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.compliance.sources.result_sink import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sandbox import Sandbox, Scenario
    from systems_manager_organization.compliance.model.columns import Node
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.compliance.sources.result_sink import Problem, Row, Source

MANAGEMENT, ADMINISTRATOR = "111111111111", "222222222222"
BUCKET, PREFIX, REGION = "patch-compliance", "inventory", "us-east-1"
WORKGROUP, DATABASE, STACK_SET = "patch-compliance", "patch_compliance", "patch-compliance"
REGIONS = ("ap-northeast-1", "eu-west-1", "us-east-1")
BROKEN = "Resource handler returned message: the bucket cannot be written to"
_LONG = 3600
_EVERYWHERE = Scope(regions=REGIONS)

_SERVICE = {"Service": "ssm.amazonaws.com"}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": _SERVICE,
            "Action": "s3:GetBucketAcl",
            "Resource": f"arn:aws:s3:::{BUCKET}",
        },
        {
            "Effect": "Allow",
            "Principal": _SERVICE,
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/{PREFIX}/*/accountid=*/*",
            "Condition": {
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceOrgID": "o-sandbox0001"}
            },
        },
    ],
}
_DESTINATION = {"BucketName": BUCKET, "Prefix": PREFIX, "Region": REGION, "SyncFormat": "JsonSerDe"}


@dataclass
class MemorySink:
    """A result sink in memory."""

    done: frozenset[tuple[str, str]] = frozenset()
    results: dict[tuple[str, str], AccountRegionResult] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    instances: list[Row] = field(default_factory=list)
    expected: int = 0

    def is_done(self, account_id: str, region: str) -> bool:
        return (account_id, region) in self.done

    def expect(self, results: int) -> None:
        self.expected += results

    def add_result(self, result: AccountRegionResult, nodes: Sequence[Node] = ()) -> None:
        assert (result.account_id, result.region) not in self.results
        self.results[result.account_id, result.region] = result
        self.nodes += nodes

    def add_instances(self, result: AccountRegionResult, instances: Sequence[Row]) -> None:
        self.instances += instances

    def add_problem(self, problem: Problem) -> None:
        self.problems.append(problem)

    @property
    def states(self) -> dict[tuple[str, str], tuple[str, str]]:
        """State and organizational unit, by account and Region."""
        return {
            account_region: (result.state, result.organizational_unit)
            for account_region, result in self.results.items()
        }

    def codes(self, code: str) -> set[str]:
        """The accounts with a Region that was not read for this reason."""
        return {result.account_id for result in self.results.values() if result.code == code}


@dataclass
class SyncedData:
    """The bucket of a sandbox, its tables, and the accounts in which the StackSet failed."""

    sandbox: Sandbox
    scenario: Scenario
    failed: frozenset[str]

    @property
    def deployed_account_ids(self) -> list[str]:
        """The accounts that a service-managed StackSet deploys to."""
        members = self.scenario.member_accounts()
        return [account.id for account in members if account.status == "ACTIVE"]

    def collect(self, source: Source, scope: Scope = _EVERYWHERE, *, sink: MemorySink | None = None) -> MemorySink:
        """The results of a source in the administrator account."""
        sink = sink or MemorySink()
        with open_session(self.sandbox, ADMINISTRATOR) as aws:
            source.read(aws, scope, sink)
        return sink

    def put(self, table: str, account_id: str, node_id: str, text: str, *, region: str = REGION) -> str:
        """Writes an object; returns its key."""
        folder = next(item.folder for item in data_layout.tables() if item.name == table)
        result = f"accountid={account_id}/region={region}/resourcetype=ManagedInstanceInventory"
        key = f"{PREFIX}/{folder}/{result}/{node_id}.json"
        self.sandbox.client("s3", ADMINISTRATOR).put_object(Bucket=BUCKET, Key=key, Body=text)
        return key


def build(sandbox: Sandbox, scenario: Scenario, *, projected: Iterable[str] | None = None) -> SyncedData:
    """Everything that modules/compliance-reporting creates, and the syncs of the management account.

    The accounts without a role to enter them by are those that the StackSet fails in. `projected`: the accounts that
    the tables know; by default all.
    """
    sandbox.reset(scenario)
    failed = frozenset(item.id for item in scenario.member_accounts() if item.access_role != "trusting")
    data = SyncedData(sandbox, scenario, failed)
    s3 = sandbox.client("s3", ADMINISTRATOR)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(_POLICY))
    for account_id in failed:
        for region in REGIONS:
            sandbox.fail_stack_instance(STACK_SET, account_id, region, BROKEN)
    make_stack_set(sandbox, STACK_SET)
    root = sandbox.client("organizations").list_roots()["Roots"][0]["Id"]
    sandbox.client("cloudformation", ADMINISTRATOR).create_stack_instances(
        StackSetName=STACK_SET,
        CallAs="DELEGATED_ADMIN",
        DeploymentTargets={"OrganizationalUnitIds": [root]},
        Regions=REGIONS,
        OperationPreferences={"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100},
    )
    for region in REGIONS:
        sandbox.client("ssm", MANAGEMENT, region).create_resource_data_sync(
            SyncName="patch-compliance", S3Destination=_DESTINATION
        )
    sandbox.clock.advance(_LONG)
    _make_tables(sandbox, projected or (MANAGEMENT, *data.deployed_account_ids))
    return data


def make_stack_set(sandbox: Sandbox, name: str) -> None:
    """A service-managed StackSet of the delegated administrator, without instances."""
    destination = {
        "BucketName": BUCKET,
        "BucketPrefix": PREFIX,
        "BucketRegion": REGION,
        "SyncFormat": "JsonSerDe",
    }
    properties = {"SyncName": name, "SyncType": "SyncToDestination", "S3Destination": destination}
    sync = {"Type": "AWS::SSM::ResourceDataSync", "Properties": properties}
    sandbox.client("cloudformation", ADMINISTRATOR).create_stack_set(
        StackSetName=name,
        PermissionModel="SERVICE_MANAGED",
        CallAs="DELEGATED_ADMIN",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
        TemplateBody=json.dumps({"Resources": {"Sync": sync}}),
    )


def open_session(sandbox: Sandbox, account_id: str) -> AwsSession:
    """AWS as the administrator of an account sees it, whose pauses are the sandbox's time."""

    def session(**_options: Any) -> Any:
        # The server's address is in the environment, but that is one account's.
        keys = sandbox.environment(account_id)
        credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
        return botocore_session(region_name=REGION, credentials=credentials)

    query = {"account_id": account_id, "region": REGION, "profile": "", "role_arn": ""}

    def sleep(seconds: float) -> None:
        sandbox.clock.advance(seconds)

    clock = Clock(now=lambda: sandbox.clock.now().timestamp(), sleep=sleep)
    return AwsSession(query, session_factory=session, clock=clock, warn=lambda _line: None)


def run_query(sandbox: Sandbox, sql: str) -> list[tuple[str | None, ...]]:
    """What Athena answers, as texts."""
    athena = sandbox.client("athena", ADMINISTRATOR)
    started = athena.start_query_execution(
        QueryString=sql, WorkGroup=WORKGROUP, QueryExecutionContext={"Database": DATABASE}
    )["QueryExecutionId"]
    status: dict[str, Any] = {"State": "QUEUED"}
    while status["State"] in ("QUEUED", "RUNNING"):
        status = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]
    assert status["State"] == "SUCCEEDED", status
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=started)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [tuple(value.get("VarCharValue") for value in row) for row in rows[1:]]


def _make_tables(sandbox: Sandbox, account_ids: Iterable[str]) -> None:
    glue = sandbox.client("glue", ADMINISTRATOR)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    layout = json.loads((data_layout.QUERIES.parent / "data_layout.json").read_text())
    values = {"accountid": account_ids, "region": REGIONS, "resourcetype": ["ManagedInstanceInventory"]}
    projection = {"projection.enabled": "true"}
    for name, possible in values.items():
        projection |= {f"projection.{name}.type": "enum", f"projection.{name}.values": ",".join(possible)}
    path = "/".join(f"{name}=${{{name}}}" for name in values)
    for table in layout["tables"]:
        location = f"s3://{BUCKET}/{PREFIX}/{table['folder']}/"
        serde = {
            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "Parameters": {"ignore.malformed.json": "true"},
        }
        glue.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": table["name"],
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": _columns(layout["partition_keys"]),
                "Parameters": {**projection, "storage.location.template": f"{location}{path}/"},
                "StorageDescriptor": {
                    "Columns": _columns(table["columns"]),
                    "Location": location,
                    "SerdeInfo": serde,
                },
            },
        )
    results = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/athena-results/"}}
    sandbox.client("athena", ADMINISTRATOR).create_work_group(Name=WORKGROUP, Configuration=results)


def _columns(layout: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"Name": item["name"], "Type": item["type"]} for item in layout]


def frozen_time(sandbox: Sandbox) -> Callable[[], float]:
    """The sandbox's current time, constant: a source takes virtual time itself."""
    now = sandbox.clock.now().timestamp()
    return lambda: now
