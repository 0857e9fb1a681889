"""Roles are assumed only if they exist and trust the caller."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.sts.trust import Principal, allows_assuming
from sandbox_tests.cases.clients import client_of

if TYPE_CHECKING:
    from sandbox import Sandbox

MEMBER = "333333333333"
ACCESS_ROLE = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"


def test_administrators_have_an_identity(sandbox: Sandbox) -> None:
    identity = sandbox.client("sts", MEMBER).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (MEMBER, f"arn:aws:iam::{MEMBER}:user/Administrator")


def test_an_assumed_role_works_in_its_account(sandbox: Sandbox, client_error: Any) -> None:
    credentials = sandbox.client("sts").assume_role(RoleArn=ACCESS_ROLE, RoleSessionName="test")["Credentials"]
    assumed = client_of(sandbox, "sts", credentials=credentials)
    arn = f"arn:aws:sts::{MEMBER}:assumed-role/OrganizationAccountAccessRole/test"
    assert assumed.get_caller_identity()["Arn"] == arn
    with client_error("AccessDenied"):
        # The role trusts the management account, not itself.
        assumed.assume_role(RoleArn=ACCESS_ROLE, RoleSessionName="again")


@pytest.mark.parametrize("role_arn", [f"arn:aws:iam::{MEMBER}:role/Missing", "arn:aws:iam::999999999999:role/Role"])
def test_roles_that_do_not_exist(sandbox: Sandbox, client_error: Any, role_arn: str) -> None:
    with client_error("AccessDenied"):
        sandbox.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")


def test_an_account_that_is_not_trusted(sandbox: Sandbox, client_error: Any) -> None:
    with client_error("AccessDenied"):
        sandbox.client("sts", "222222222222").assume_role(RoleArn=ACCESS_ROLE, RoleSessionName="test")


@pytest.mark.scenario("realistic")
def test_a_suspended_account_cannot_be_accessed(sandbox: Sandbox, client_error: Any) -> None:
    with client_error("AccessDenied"):
        role_arn = "arn:aws:iam::777777777777:role/OrganizationAccountAccessRole"
        sandbox.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")


def test_external_id_and_duration(sandbox: Sandbox, client_error: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "111111111111"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "secret"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    sandbox.client("iam", MEMBER).create_role(RoleName="External", AssumeRolePolicyDocument=document)
    sts, role_arn = sandbox.client("sts"), f"arn:aws:iam::{MEMBER}:role/External"
    with client_error("AccessDenied"):
        sts.assume_role(RoleArn=role_arn, RoleSessionName="test")
    with client_error("AccessDenied"):
        sts.assume_role(RoleArn=role_arn, RoleSessionName="test", ExternalId="guess")
    sts.assume_role(RoleArn=role_arn, RoleSessionName="test", ExternalId="secret")
    with client_error("ValidationError"):
        sts.assume_role(RoleArn=role_arn, RoleSessionName="test", ExternalId="secret", DurationSeconds=7200)


CLOUDFORMATION = Principal.service("cloudformation.amazonaws.com")


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceAccount": "111111111111"}}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["222222222222", "111111111111"]}}, True),
        ({"StringEquals": {"aws:SourceAccount": "222222222222"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "222222222222"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudformation:*:111111111111:stackset/AWS-QuickSetup-*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudformation:*:111111111111:stackset/Other-*"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-sandbox0001"}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-sandbox0001"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], allowed: bool) -> None:
    context = {
        "aws:SourceAccount": "111111111111",
        "aws:SourceArn": "arn:aws:cloudformation:us-east-1:111111111111:stackset/AWS-QuickSetup-PatchPolicy:1",
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudformation.amazonaws.com"},
        "Action": ["sts:TagSession", "sts:Assume*"],
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert allows_assuming(document, CLOUDFORMATION, context) is allowed


def test_an_explicit_deny_overrides_an_allow() -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    judged = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
    assert allows_assuming(json.dumps({"Statement": [allow]}), CLOUDFORMATION, {})
    assert not allows_assuming(json.dumps({"Statement": [allow, deny]}), CLOUDFORMATION, {})
    assert not allows_assuming(json.dumps({"Statement": [allow, {**deny, "Condition": judged}]}), CLOUDFORMATION, {})
