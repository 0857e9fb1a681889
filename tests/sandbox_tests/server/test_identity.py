"""Access keys, and the errors for invalid ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.server.identity import UnsignedRequestError, credential_of
from sandbox_tests.cases.clients import client_of

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT = "111111111111"
MEMBER = "222222222222"
UNKNOWN_KEYS = [
    ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
    ("organizations", "list_roots", "UnrecognizedClientException", 400),
    ("ssm-quicksetup", "list_configuration_managers", "UnrecognizedClientException", 403),
    ("ec2", "describe_vpcs", "AuthFailure", 401),
    ("s3", "list_buckets", "InvalidAccessKeyId", 403),
]


def trusting(account_id: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account_id}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_credential_scope_of_a_signature() -> None:
    header = (
        "AWS4-HMAC-SHA256 Credential=AKIASAND111111111111/20260105/ap-northeast-1/ssm-quicksetup/aws4_request, "
        "SignedHeaders=host, Signature=0"
    )
    credential = credential_of(header)
    assert (credential.access_key, credential.region, credential.signing_name) == (
        "AKIASAND111111111111",
        "ap-northeast-1",
        "ssm-quicksetup",
    )


@pytest.mark.parametrize("header", ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=a/b/c"])
def test_invalid_authorization_headers(header: str) -> None:
    with pytest.raises(UnsignedRequestError):
        credential_of(header)


@pytest.mark.parametrize("account_id", [MANAGEMENT, MEMBER])
def test_administrator_keys(sandbox: Sandbox, account_id: str) -> None:
    assert sandbox.client("sts", account_id=account_id).get_caller_identity()["Account"] == account_id


@pytest.mark.parametrize("key", ["test", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"])
def test_unknown_access_keys(sandbox: Sandbox, key: str) -> None:
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client_of(sandbox, "sts", credentials={"AccessKeyId": key, "SessionToken": "token"}).get_caller_identity()


@pytest.mark.parametrize(("service", "call", "code", "status"), UNKNOWN_KEYS)
def test_unknown_access_key_errors_by_service(
    sandbox: Sandbox, service: str, call: str, code: str, status: int
) -> None:
    client = client_of(sandbox, service, "999999999999")

    with pytest.raises(ClientError) as caught:
        getattr(client, call)()

    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert [(call.account_id, call.error_code) for call in sandbox.calls] == [("", code)]


def test_an_assumed_role_acts_in_its_account(sandbox: Sandbox) -> None:
    sandbox.client("iam", account_id=MEMBER).create_role(
        RoleName="Deployment", AssumeRolePolicyDocument=trusting(MANAGEMENT)
    )
    response = sandbox.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{MEMBER}:role/Deployment", RoleSessionName="test"
    )
    credentials = response["Credentials"]

    assert client_of(sandbox, "sts", credentials=credentials).get_caller_identity()["Account"] == MEMBER
    assert [call.account_id for call in sandbox.calls] == [MEMBER]
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client_of(sandbox, "sts", credentials={"AccessKeyId": credentials["AccessKeyId"]}).get_caller_identity()


def test_an_assumed_role_does_not_survive_a_reset(sandbox: Sandbox) -> None:
    sandbox.client("iam", account_id=MEMBER).create_role(
        RoleName="Deployment", AssumeRolePolicyDocument=trusting(MANAGEMENT)
    )
    credentials = sandbox.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{MEMBER}:role/Deployment", RoleSessionName="test"
    )["Credentials"]
    client = client_of(sandbox, "sts", credentials=credentials)
    client.get_caller_identity()

    sandbox.reset(sandbox.scenario)

    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client.get_caller_identity()


def test_motos_account_header_is_ignored(sandbox: Sandbox) -> None:
    client = sandbox.client("sts", account_id=MEMBER)

    def choose(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = MANAGEMENT

    client.meta.events.register("before-sign.*.*", choose)

    assert client.get_caller_identity()["Account"] == MEMBER


def test_a_created_account_has_a_key(sandbox: Sandbox) -> None:
    organizations = sandbox.client("organizations")
    state = organizations.create_account(AccountName="New", Email="new@example.com")["CreateAccountStatus"]
    for _ in range(10):
        if state["State"] == "SUCCEEDED":
            break
        state = organizations.describe_create_account_status(CreateAccountRequestId=state["Id"])["CreateAccountStatus"]
    account_id = state["AccountId"]

    assert sandbox.client("sts", account_id=account_id).get_caller_identity()["Account"] == account_id


def test_a_user_has_the_permissions_of_its_policies_alone(sandbox: Sandbox, client_error: Any) -> None:
    iam = sandbox.client("iam", MEMBER)
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]
    user = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}
    identity = client_of(sandbox, "sts", credentials=user).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (MEMBER, f"arn:aws:iam::{MEMBER}:user/person")
    with pytest.raises(ClientError, match="because no identity-based policy allows the iam:ListRoles action"):
        client_of(sandbox, "iam", credentials=user).list_roles()
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="person")
    iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert client_of(sandbox, "iam", credentials=user).list_roles()["Roles"]
    denying = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*"}}
    iam.put_user_policy(UserName="person", PolicyName="Deny", PolicyDocument=json.dumps(denying))
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        client_of(sandbox, "iam", credentials=user).list_roles()
    iam.update_access_key(UserName="person", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with client_error("InvalidClientTokenId"):
        client_of(sandbox, "sts", credentials=user).get_caller_identity()


UNSIGNED_CALLS = [
    ("iam", "list_roles", "MissingAuthenticationToken", 403),
    ("sts", "get_caller_identity", "MissingAuthenticationToken", 403),
    ("ec2", "describe_vpcs", "AuthFailure", 401),
    ("organizations", "list_roots", "MissingAuthenticationTokenException", 400),
    ("ssm-quicksetup", "list_configuration_managers", "MissingAuthenticationTokenException", 400),
    ("s3", "list_buckets", "AccessDenied", 403),
]


@pytest.mark.parametrize(("service", "call", "code", "status"), UNSIGNED_CALLS)
def test_a_request_without_a_signature_is_refused_in_its_protocol(
    sandbox: Sandbox, service: str, call: str, code: str, status: int
) -> None:
    session: Any = botocore.session.get_session()
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    client = session.create_client(service, region_name="us-east-1", endpoint_url=sandbox.endpoint_url, config=config)
    with pytest.raises(ClientError) as caught:
        getattr(client, call)()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize(("service", "call", "code", "status"), UNKNOWN_KEYS)
@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_other_partitions_are_refused_in_words(
    sandbox: Sandbox, service: str, call: str, code: str, status: int, region: str, partition: str
) -> None:
    with pytest.raises(ClientError, match=f"Region {region} is in the partition {partition}") as caught:
        getattr(sandbox.client(service, region=region), call)()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
