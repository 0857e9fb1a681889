"""The benchmark's server responds to boto3 as AWS does, and fails for unknown operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import HarnessError
from sandbox.services.ssmquicksetup.configuration_types.catalog import REGIONS
from tools.bench.server import ENVIRONMENT, MANAGEMENT, ROLE, member, with_environment, without_role
from tools.bench.server_process import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACCOUNTS = 100
_USER = member(0)
_NEVER_USED = member(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(_ACCOUNTS, 0, 10) as started:
        yield started


def _client(server: Server, service: str, account_id: str = "", region: str = "us-east-1") -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name=region,
        endpoint_url=server.endpoint,
        aws_access_key_id=f"ASIA{account_id}" if account_id else "AKIABENCH",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_the_caller_is_the_management_account(server: Server) -> None:
    assert _client(server, "sts").get_caller_identity()["Account"] == MANAGEMENT


def test_accounts_come_in_pages_of_twenty(server: Server) -> None:
    pages = list(_client(server, "organizations").get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 20, 20, 20, 20, 1]
    accounts = [account for page in pages for account in page["Accounts"]]
    assert [account["Id"] for account in accounts] == [MANAGEMENT, *map(member, range(_ACCOUNTS))]
    assert {account["Status"] for account in accounts} == {"ACTIVE"}


def test_nothing_is_configured_yet(server: Server) -> None:
    assert _client(server, "ssm-quicksetup").list_configuration_managers()["ConfigurationManagersList"] == []
    assert _client(server, "ssm").list_resource_data_sync()["ResourceDataSyncItems"] == []


def test_assume_role(server: Server) -> None:
    sts = _client(server, "sts")
    answer = sts.assume_role(RoleArn=f"arn:aws:iam::{_USER}:role/{ROLE}", RoleSessionName="bench")
    assert answer["Credentials"]["AccessKeyId"] == f"ASIA{_USER}"
    (without,) = without_role(_ACCOUNTS)
    with pytest.raises(ClientError) as refused:
        sts.assume_role(RoleArn=f"arn:aws:iam::{without}:role/{ROLE}", RoleSessionName="bench")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_every_region_is_enabled(server: Server) -> None:
    listed = _client(server, "account", _USER).list_regions()["Regions"]
    assert {(region["RegionName"], region["RegionOptStatus"]) for region in listed} == {
        (region, "ENABLED_BY_DEFAULT") for region in REGIONS
    }


def test_service_linked_role_of_cloud9(server: Server) -> None:
    (user_with_environment,) = with_environment(_ACCOUNTS)
    for account_id in (_USER, user_with_environment):
        arn = _client(server, "iam", account_id).get_role(RoleName="AWSServiceRoleForAWSCloud9")["Role"]["Arn"]
        assert arn == f"arn:aws:iam::{account_id}:role/AWSServiceRoleForAWSCloud9"
    iam = _client(server, "iam", _NEVER_USED)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="AWSServiceRoleForAWSCloud9")


def test_environment_is_in_one_region(server: Server) -> None:
    (account_id,) = with_environment(_ACCOUNTS)
    cloud9 = _client(server, "cloud9", account_id)
    assert cloud9.list_environments()["environmentIds"] == [ENVIRONMENT]
    (environment,) = cloud9.describe_environments(environmentIds=[ENVIRONMENT])["environments"]
    assert (environment["id"], environment["name"]) == (ENVIRONMENT, "bench")
    assert _client(server, "cloud9", account_id, "eu-west-1").list_environments()["environmentIds"] == []
    assert _client(server, "cloud9", _USER).list_environments()["environmentIds"] == []


def _call_unknown_operation() -> None:
    with serving(1, 0) as server, pytest.raises(ClientError):
        _client(server, "ssm").describe_parameters()


def test_unknown_operation() -> None:
    with pytest.raises(HarnessError, match="does not know DescribeParameters"):
        _call_unknown_operation()


def test_failing_client(server: Server) -> None:
    with pytest.raises(HarnessError, match=r"plain_boto3 failed: [^$]*invalid literal"):
        server.run_client("plain_boto3", "bare", "many")
