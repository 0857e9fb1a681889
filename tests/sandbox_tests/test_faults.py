"""Faults: every kind, in each protocol, for the selected calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from moto.core.utils import get_service_model

from harness.organization import child_units, root_id
from sandbox import Fault, FaultError
from sandbox.faults import Kind, failure_of
from sandbox.protocol import errors
from sandbox.protocol.operations import Operation, protocol_of
from sandbox.protocol.validation import response_problems
from sandbox_tests.cases.clients import client_of
from sandbox_tests.cases.quick_setup import policy

if TYPE_CHECKING:
    from sandbox import Sandbox

CODES = [
    ("organizations", "ListRoots", "throttle", "TooManyRequestsException", 400),
    ("ssm-quicksetup", "ListConfigurationManagers", "throttle", "ThrottlingException", 429),
    ("ssm", "DescribePatchBaselines", "throttle", "ThrottlingException", 400),
    ("iam", "ListRoles", "throttle", "Throttling", 400),
    ("sts", "GetCallerIdentity", "throttle", "Throttling", 400),
    ("cloudformation", "DescribeOrganizationsAccess", "throttle", "Throttling", 400),
    ("ec2", "DescribeVpcs", "throttle", "RequestLimitExceeded", 503),
    ("s3", "ListBuckets", "throttle", "SlowDown", 503),
    ("organizations", "ListRoots", "server_error", "ServiceException", 500),
    ("ssm-quicksetup", "ListConfigurationManagers", "server_error", "InternalServerException", 500),
    ("ssm", "DescribePatchBaselines", "server_error", "InternalServerError", 500),
    ("iam", "ListRoles", "server_error", "ServiceFailure", 500),
    ("sts", "GetCallerIdentity", "server_error", "InternalFailure", 500),
    ("ec2", "DescribeVpcs", "server_error", "InternalError", 500),
    ("organizations", "ListRoots", "access_denied", "AccessDeniedException", 400),
    ("ssm-quicksetup", "ListConfigurationManagers", "access_denied", "AccessDeniedException", 403),
    ("iam", "ListRoles", "access_denied", "AccessDenied", 403),
    ("ec2", "DescribeVpcs", "access_denied", "UnauthorizedOperation", 403),
    ("organizations", "EnableAWSServiceAccess", "conflict", "ConcurrentModificationException", 400),
    ("ssm-quicksetup", "CreateConfigurationManager", "conflict", "ConflictException", 409),
    ("iam", "CreateRole", "conflict", "ConcurrentModification", 409),
]


@pytest.mark.parametrize(("service", "name", "kind", "code", "status"), CODES)
def test_faults_return_the_services_errors(service: str, name: str, kind: Kind, code: str, status: int) -> None:
    operation = Operation(service, name, str(protocol_of(service)), get_service_model(service).operation_model(name))
    failure = failure_of(operation, Fault(service, name, kind))

    assert failure is not None
    assert (failure.code, failure.status) == (code, status)
    response = errors.response(failure, operation.protocol, service)
    assert response_problems(operation, response.status, dict(response.headers), response.body) == []


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("organizations", "list_roots", "ListRoots"),
        ("ssm-quicksetup", "list_configuration_managers", "ListConfigurationManagers"),
        ("sts", "get_caller_identity", "GetCallerIdentity"),
        ("s3", "list_buckets", "ListBuckets"),
    ],
)
@pytest.mark.parametrize("kind", ["throttle", "server_error", "access_denied"])
def test_clients_read_the_fault(sandbox: Sandbox, service: str, call: str, name: str, kind: Kind) -> None:
    sandbox.faults.inject(Fault(service, name, kind))
    client = client_of(sandbox, service)

    with pytest.raises(ClientError) as caught:
        getattr(client, call)()
    getattr(client, call)()

    code = caught.value.response["Error"]["Code"]
    assert [(call.operation, call.error_code) for call in sandbox.calls] == [(name, code), (name, None)]


def test_a_dropped_call_gets_no_response(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("iam", "CreateRole", "dropped"))
    iam = client_of(sandbox, "iam")

    with pytest.raises(ConnectionClosedError):
        iam.create_role(RoleName="Role", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')

    assert iam.list_roles()["Roles"] == []
    assert [(call.operation, call.status, call.error_code) for call in sandbox.calls] == [
        ("CreateRole", 0, "ConnectionDropped"),
        ("ListRoles", 200, None),
    ]


def test_a_lost_answer_comes_after_the_work(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("iam", "CreateRole", "answer_lost", resource="Second"))
    iam = client_of(sandbox, "iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName="First", AssumeRolePolicyDocument=document)

    with pytest.raises(ConnectionClosedError):
        iam.create_role(RoleName="Second", AssumeRolePolicyDocument=document)

    assert {role["RoleName"] for role in iam.list_roles()["Roles"]} == {"First", "Second"}
    assert [(call.resource, call.status, call.error_code) for call in sandbox.calls] == [
        ("First", 200, None),
        ("Second", 0, "AnswerLost"),
        ("", 200, None),
    ]


def test_what_is_visible_late_exists_and_the_next_reads_do_not_see_it(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("iam", "CreateRole", "visible_late", reads=3))
    iam, sts = client_of(sandbox, "iam"), client_of(sandbox, "sts")
    document = policy(Principal={"AWS": "111111111111"})
    arn = iam.create_role(RoleName="Late", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="Late")
    assert iam.list_roles()["Roles"] == []
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="Late", AssumeRolePolicyDocument=document)
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=arn, RoleSessionName="early")
    sts.assume_role(RoleArn=arn, RoleSessionName="late")
    assert iam.get_role(RoleName="Late")["Role"]["Arn"] == arn


def test_what_is_visible_late_is_seen_by_inspectors_and_snapshots(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("organizations", "CreateOrganizationalUnit", "visible_late"))
    organizations, parent = client_of(sandbox, "organizations"), root_id(sandbox)
    organizations.create_organizational_unit(ParentId=parent, Name="Late")

    assert child_units(sandbox).keys() == {"Late"}
    assert "Late" in json.dumps(sandbox.snapshot()["organization"])
    listed = organizations.list_organizational_units_for_parent
    assert [[unit["Name"] for unit in listed(ParentId=parent)["OrganizationalUnits"]] for _ in "12"] == [[], ["Late"]]


def test_of_two_that_are_visible_late_the_older_state_is_seen(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("ssm", "PutParameter", "visible_late", times=2, reads=2))
    ssm = client_of(sandbox, "ssm")
    ssm.put_parameter(Name="/one", Value="1", Type="String")
    seen = [names(ssm)]
    ssm.put_parameter(Name="/two", Value="2", Type="String")
    seen += [names(ssm), names(ssm), names(ssm)]
    assert seen == [[], [], ["/one"], ["/one", "/two"]]


def names(ssm: Any) -> list[str]:
    return sorted(parameter["Name"] for parameter in ssm.get_parameters_by_path(Path="/")["Parameters"])


def test_occurrence_and_times_choose_the_calls(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("sts", "GetCallerIdentity", "throttle", occurrence=2, times=2))
    sts = client_of(sandbox, "sts")
    for _ in range(5):
        try:
            sts.get_caller_identity()
        except ClientError:
            continue
    assert [call.status for call in sandbox.calls] == [200, 400, 400, 200, 200]


def test_account_and_region_choose_the_calls(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("sts", "GetCallerIdentity", "throttle", account_id="222222222222"))
    sandbox.faults.inject(Fault("sts", "GetCallerIdentity", "throttle", region="eu-west-1"))

    client_of(sandbox, "sts").get_caller_identity()
    with pytest.raises(ClientError):
        client_of(sandbox, "sts", "222222222222").get_caller_identity()


def test_inspectors_are_not_subject_to_faults(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("sts", "GetCallerIdentity", "throttle"))

    sandbox.client("sts").get_caller_identity()

    assert sandbox.calls == []
    with pytest.raises(ClientError):
        client_of(sandbox, "sts").get_caller_identity()


def test_a_reset_removes_faults(sandbox: Sandbox) -> None:
    sandbox.faults.inject(Fault("sts", "GetCallerIdentity", "throttle"))
    sandbox.reset(sandbox.scenario)
    client_of(sandbox, "sts").get_caller_identity()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("organisations", "ListRoots", "throttle"), "there is no service 'organisations'"),
        (Fault("organizations", "ListRoot", "throttle"), "organizations has no operation 'ListRoot'"),
        (Fault("sts", "GetCallerIdentity", "conflict"), "sts:GetCallerIdentity answers no conflict"),
        (
            Fault("sts", "GetCallerIdentity", cast("Kind", "slow")),
            "'slow' is no kind of fault; there are: throttle, server_error, access_denied, conflict, dropped, ",
        ),
        (Fault("sts", "GetCallerIdentity", "throttle", occurrence=0), "count from 1"),
        (Fault("sts", "GetCallerIdentity", "throttle", times=0), "count from 1"),
        (Fault("iam", "CreateRole", "visible_late", reads=0), "count from 1"),
        (Fault("s3", "CreateBucket", "visible_late"), "visible_late is for iam, organizations, ssm, and not for s3"),
    ],
)
def test_invalid_faults(sandbox: Sandbox, fault: Fault, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        sandbox.faults.inject(fault)
    assert message in str(caught.value)


def test_a_resource_of_a_call_that_only_reads_is_refused(sandbox: Sandbox) -> None:
    for operation in ("GetRole", "ListRoles"):
        with pytest.raises(FaultError, match=f"^{operation} only reads, and no resource is known of such a call"):
            sandbox.faults.inject(Fault("iam", operation, "throttle", resource="First"))
