"""Callers with policies: what these allow is done, all else is refused as AWS refuses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sandbox.policies.evaluation import Permission, Policy, PolicyError, evaluate_policies
from sandbox_tests.cases.clients import client_of

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, MEMBER = "111111111111", "333333333333"
USER = f"arn:aws:iam::{MANAGEMENT}:user/Administrator"
ACCOUNT = f"arn:aws:organizations::{MANAGEMENT}:account/o-sandbox0001/222222222222"
ACCESS_ROLE = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"


def allow(*actions: str, resource: str = "*", **elements: Any) -> dict[str, Any]:
    """A policy of one statement."""
    return {"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}}


def test_enforcement_is_off_by_default(sandbox: Sandbox) -> None:
    client_of(sandbox, "organizations").list_roots()
    assert sandbox.permissions.recorded == []
    sandbox.permissions.enforce(USER)
    sandbox.client("organizations").list_roots()  # an inspector
    client_of(sandbox, "sts").get_caller_identity()  # needs no permission
    sandbox.reset(sandbox.scenario)
    client_of(sandbox, "organizations").list_roots()


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "status", "permission"),
    [
        ("organizations", "list_roots", {}, "AccessDeniedException", 400, "organizations:ListRoots on resource: *"),
        (
            "organizations",
            "list_parents",
            {"ChildId": "222222222222"},
            "AccessDeniedException",
            400,
            f"organizations:ListParents on resource: {ACCOUNT}",
        ),
        (
            "iam",
            "get_role",
            {"RoleName": "Some"},
            "AccessDenied",
            403,
            f"iam:GetRole on resource: arn:aws:iam::{MANAGEMENT}:role/Some",
        ),
        (
            "cloudformation",
            "delete_stack",
            {"StackName": "Some"},
            "AccessDenied",
            403,
            f"cloudformation:DeleteStack on resource: arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stack/Some/*",
        ),
        ("ssm", "list_resource_data_sync", {}, "AccessDeniedException", 400, "ssm:ListResourceDataSync on resource: *"),
        (
            "ssm-quicksetup",
            "get_service_settings",
            {},
            "AccessDeniedException",
            403,
            "ssm-quicksetup:GetServiceSettings on resource: *",
        ),
        (
            "sts",
            "assume_role",
            {"RoleArn": ACCESS_ROLE, "RoleSessionName": "test"},
            "AccessDenied",
            403,
            f"sts:AssumeRole on resource: {ACCESS_ROLE}",
        ),
    ],
)
def test_access_denied_errors_by_service(
    sandbox: Sandbox, service: str, operation: str, parameters: dict[str, str], code: str, status: int, permission: str
) -> None:
    sandbox.permissions.enforce(USER)
    with pytest.raises(ClientError) as client_error:
        getattr(client_of(sandbox, service), operation)(**parameters)
    response: Any = client_error.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    action = permission.partition(" ")[0]
    assert response["Error"]["Message"] == (
        f"User: {USER} is not authorized to perform: {permission} because no identity-based policy allows the "
        f"{action} action"
    )
    assert (sandbox.calls[-1].operation, sandbox.calls[-1].error_code) == (action.partition(":")[2], code)


def test_a_denied_call_changes_nothing(sandbox: Sandbox) -> None:
    before = sandbox.snapshot()
    sandbox.permissions.enforce(USER, allow("organizations:List*"))
    with pytest.raises(ClientError):
        client_of(sandbox, "organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    assert sandbox.snapshot() == before


def test_conditions_are_evaluated(sandbox: Sandbox) -> None:
    condition = {"StringEquals": {"organizations:ServicePrincipal": ["ssm.amazonaws.com"]}}
    sandbox.permissions.enforce(USER, allow("organizations:EnableAWSServiceAccess", Condition=condition))
    organizations = client_of(sandbox, "organizations")
    organizations.enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    with pytest.raises(ClientError, match="no identity-based policy allows the organizations:EnableAWSServiceAccess"):
        organizations.enable_aws_service_access(ServicePrincipal="resource-explorer-2.amazonaws.com")


def test_policies_are_replaced(sandbox: Sandbox) -> None:
    sandbox.permissions.enforce(USER)
    sandbox.permissions.enforce(USER, allow("ssm:*"), allow("organizations:ListRoots"))
    client_of(sandbox, "organizations").list_roots()
    deny = {"Statement": [{"Effect": "Deny", "NotAction": "ssm:*", "Resource": "*"}]}
    sandbox.permissions.enforce(USER, allow("*"), deny)
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        client_of(sandbox, "organizations").list_roots()


def test_role_and_session_policies(sandbox: Sandbox) -> None:
    sandbox.permissions.enforce("arn:aws:iam::*:role/OrganizationAccountAccessRole", allow("iam:GetRole", "ssm:List*"))
    session = json.dumps({"Version": "2012-10-17", **allow("iam:*")})
    response = client_of(sandbox, "sts").assume_role(RoleArn=ACCESS_ROLE, RoleSessionName="test", Policy=session)
    credentials = response["Credentials"]
    client_of(sandbox, "iam", credentials=credentials).get_role(RoleName="OrganizationAccountAccessRole")
    session_arn = f"arn:aws:sts::{MEMBER}:assumed-role/OrganizationAccountAccessRole/test"
    with pytest.raises(ClientError) as by_session:
        client_of(sandbox, "ssm", credentials=credentials).list_resource_data_sync()
    assert f"User: {session_arn} is" in str(by_session.value)
    assert "because no session policy allows the ssm:ListResourceDataSync action" in str(by_session.value)
    with pytest.raises(ClientError, match="no identity-based policy allows the iam:DeleteRole action"):
        client_of(sandbox, "iam", credentials=credentials).delete_role(RoleName="OrganizationAccountAccessRole")


def test_unknown_required_permissions_are_a_violation(sandbox: Sandbox) -> None:
    sandbox.permissions.enforce(USER, allow("*"))
    with pytest.raises(ClientError, match="does not know what iam:ListUsers needs of IAM"):
        client_of(sandbox, "iam").list_users()
    assert [violation.operation for violation in sandbox.violations] == ["ListUsers"]
    sandbox.violations.clear()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "is no policy"),
        ({}, "is no policy"),
        ({"Statement": ["Allow"]}, "'Allow' is no statement"),
        (allow("iam:*", Sid="One", Principal="*"), "statement One: an identity-based policy has no Principal"),
        (allow("iam:*", Effect="allow"), "Effect must be Allow or Deny"),
        (allow("iam:*", NotAction="ssm:*"), "either Action or NotAction"),
        ({"Statement": {"Effect": "Allow", "Action": "*"}}, "either Resource or NotResource"),
    ],
)
def test_invalid_policy_documents(document: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        Policy(document)


def test_policy_evaluation() -> None:
    permission = Permission("iam:GetRole", "arn:aws:iam::111111111111:role/path/Some")
    assert evaluate_policies([Policy(allow("IAM:getrole", resource="arn:aws:iam::*:role/*"))], permission) == "allowed"
    assert (
        evaluate_policies([Policy(allow("iam:*", resource="arn:aws:iam::*:role/path/some"))], permission)
        == "implicitDeny"
    )
    strange = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    assert evaluate_policies([Policy(allow("iam:*", Condition=strange))], permission) == "implicitDeny"
    deny = Policy({"Statement": [{**allow("iam:*")["Statement"], "Effect": "Deny", "Condition": strange}]})
    assert evaluate_policies([Policy(allow("*")), deny], permission) == "explicitDeny"
