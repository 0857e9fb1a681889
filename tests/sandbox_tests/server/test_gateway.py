"""The gateway: identification, responses and the call log."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from sandbox import Call, Sandbox

MANAGEMENT = "111111111111"
MEMBER = "222222222222"


def post(
    sandbox: Sandbox, signing_name: str, body: str, *, account_id: str = MANAGEMENT, path: str = "/", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """A request as some other SDK might make it: nothing checked before it is sent."""
    connection = http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"), timeout=10)
    scope = f"AKIASAND{account_id}/20260105/eu-west-1/{signing_name}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    try:
        connection.request(
            "POST",
            path,
            body,
            {"Authorization": authorization, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def post_json(sandbox: Sandbox, target: str, body: str, **more: str) -> tuple[int, dict[str, str], bytes]:
    return post(sandbox, "organizations", body, Content_Type="application/x-amz-json-1.1", X_Amz_Target=target, **more)


def post_query(sandbox: Sandbox, body: str, signing_name: str = "iam") -> tuple[int, dict[str, str], bytes]:
    return post(sandbox, signing_name, body, Content_Type="application/x-www-form-urlencoded")


def test_a_call_is_logged(sandbox: Sandbox) -> None:
    status, _, body = post_json(sandbox, "AWSOrganizationsV20161128.ListRoots", "{}", account_id=MANAGEMENT)

    assert status == 200
    assert json.loads(body)["Roots"]
    (call,) = sandbox.calls
    assert (call.sequence, call.service, call.operation) == (1, "organizations", "ListRoots")
    assert (call.account_id, call.region, call.status, call.error_code) == (MANAGEMENT, "eu-west-1", 200, None)


def test_an_error_is_logged_with_its_code(sandbox: Sandbox) -> None:
    post_query(sandbox, "Action=GetRole&Version=2010-05-08&RoleName=absent")
    (call,) = sandbox.calls
    assert (call.service, call.status, call.error_code) == ("iam", 404, "NoSuchEntity")


@pytest.mark.parametrize(
    ("target", "body", "code", "message"),
    [
        ("ListRoots", '{"Maximum": 1}', "InvalidInputException", "has no member 'Maximum'"),
        ("DescribeAccount", "nonsense", "InvalidInputException", "not JSON"),
    ],
)
def test_a_bad_request_is_the_client_s_fault(sandbox: Sandbox, target: str, body: str, code: str, message: str) -> None:
    status, headers, response = post_json(sandbox, f"AWSOrganizationsV20161128.{target}", body)

    error = json.loads(response)
    assert (status, error["__type"], headers["x-amzn-errortype"]) == (400, code, code)
    assert error["message"].startswith("1 validation error detected: ")
    assert message in error["message"]
    (violation,) = sandbox.violations
    assert violation.direction == "request"
    sandbox.violations.clear()


def test_a_bad_query_request_is_a_validation_error(sandbox: Sandbox) -> None:
    status, headers, response = post_query(sandbox, "Action=GetRole&Version=2010-05-08&RoleName=a%20b")

    assert status == 400
    assert headers["content-type"] == "text/xml"
    assert b"<Code>ValidationError</Code>" in response
    assert b"Member must satisfy regular expression pattern: [\\w+=,.@-]+" in response
    sandbox.violations.clear()


def test_unknown_operations(sandbox: Sandbox) -> None:
    status, _, body = post_json(sandbox, "AWSOrganizationsV20161128.Dissolve", "{}")
    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")
    status, _, body = post_query(sandbox, "Action=Dissolve&Version=2010-05-08")
    assert status == 400
    assert b"<Code>InvalidAction</Code>" in body
    status, _, body = post(sandbox, "ssm-quicksetup", "", path="/dissolve", Content_Type="application/json")
    assert (status, json.loads(body)["__type"]) == (404, "UnknownOperationException")
    assert [call.operation for call in sandbox.calls] == ["Dissolve", "Dissolve", "POST /dissolve"]


def test_unknown_services(sandbox: Sandbox) -> None:
    status, _, body = post_query(sandbox, "Action=Dissolve", "no-such-service")
    assert status == 400
    assert b"<Code>InvalidAction</Code>" in body
    assert not sandbox.violations


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        ("resource-explorer-2", "list_indexes", {}),
        ("account", "get_contact_information", {}),
        (
            "cloud9",
            "list_tags_for_resource",
            {"ResourceARN": "arn:aws:cloud9:us-east-1:111111111111:environment:0123456789abcdef0123456789abcdef"},
        ),
        ("ssm", "describe_inventory_deletions", {}),
        ("organizations", "invite_account_to_organization", {"Target": {"Id": MEMBER, "Type": "ACCOUNT"}}),
    ],
)
def test_operations_that_are_not_implemented(
    sandbox: Sandbox, service: str, call: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(sandbox.client(service), call)(**arguments)
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    assert "The sandbox has not built" in caught.value.response["Error"]["Message"]


def test_a_request_without_a_signature(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/moto-api/data.json")
    response = connection.getresponse()
    # By its path it is a request to S3.
    assert response.status == 403
    assert b"<Code>AccessDenied</Code>" in response.read()
    connection.close()


def test_an_internal_failure_is_returned_and_not_retried(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> list[bytes]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(sandbox._gateway, "_application", broken)
    with pytest.raises(ClientError) as caught:
        sandbox.client("sts").get_caller_identity()

    assert caught.value.response["Error"]["Code"] == "SandboxModelViolation"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "RuntimeError: out of order" in str(sandbox.violations[0])
    sandbox.violations.clear()


def test_callbacks_run_before_the_response(sandbox: Sandbox) -> None:
    received: list[Call] = []
    unsubscribe = sandbox.on_call(received.append)
    post_json(sandbox, "AWSOrganizationsV20161128.ListRoots", "{}")
    unsubscribe()
    unsubscribe()
    post_json(sandbox, "AWSOrganizationsV20161128.ListRoots", "{}")

    assert received == sandbox.calls[:1]


def test_a_callback_failure_is_returned(sandbox: Sandbox) -> None:
    def fail(_: Call) -> None:
        raise RuntimeError("no callback")

    sandbox.on_call(fail)
    status, _, body = post_json(sandbox, "AWSOrganizationsV20161128.ListRoots", "{}")

    assert status == 501
    assert "no callback" in json.loads(body)["message"]
    sandbox.violations.clear()


def test_connections_are_kept_alive(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"), timeout=10)
    connection.connect()
    opened = connection.sock
    for _ in range(3):
        connection.request("POST", "/", "Action=GetCallerIdentity")
        connection.getresponse().read()
        assert connection.sock is opened
    connection.close()


def test_a_reset_connection_does_not_affect_other_clients(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    answered = threading.Event()

    def hang_up(_: Call) -> None:
        # As when Terraform is killed: the connection is reset while the call is being answered.
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
        answered.set()

    unsubscribe = sandbox.on_call(hang_up)
    address = sandbox.endpoint_url.removeprefix("http://").split(":")
    caller = socket.create_connection((address[0], int(address[1])), timeout=10)
    caller.sendall(b"GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n")
    assert answered.wait(10)
    unsubscribe()

    assert sandbox.client("sts").get_caller_identity()["Account"] == MANAGEMENT
    assert capfd.readouterr().err == ""


def test_a_request_that_was_cut_off_is_none(sandbox: Sandbox) -> None:
    address = sandbox.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=10) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 10\r\n\r\nAct")
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(100) == b""
    assert sandbox.calls == []


def test_a_chunked_request_is_read(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection(sandbox.endpoint_url.removeprefix("http://"), timeout=10)
    scope = f"AKIASAND{MANAGEMENT}/20260105/us-east-1/sts/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = iter([b"Action=GetCaller", b"Identity&Version=2011-06-15"])
    connection.request("POST", "/", body, headers, encode_chunked=True)
    assert MANAGEMENT.encode() in connection.getresponse().read()
    connection.close()


def test_concurrent_callers(sandbox: Sandbox) -> None:
    clients = {account_id: sandbox.client("iam", account_id=account_id) for account_id in (MANAGEMENT, MEMBER)}

    def create(number: int) -> None:
        account_id = (MANAGEMENT, MEMBER)[number % 2]
        clients[account_id].create_role(
            RoleName=f"Role{number}",
            AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
            '{"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(40)))

    for remainder, client in enumerate(clients.values()):
        names = {role["RoleName"] for role in client.list_roles()["Roles"] if role["RoleName"].startswith("Role")}
        assert names == {f"Role{number}" for number in range(remainder, 40, 2)}


def test_the_gateway_adds_little_latency(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sandbox.client("organizations")
    client.list_accounts()
    spent = {"gateway": 0.0, "moto": 0.0}

    def timed(name: str, function: Any) -> Any:
        def run(*arguments: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*arguments)
            finally:
                spent[name] += time.thread_time() - began

        return run

    monkeypatch.setattr(sandbox._gateway, "_call_moto", timed("moto", sandbox._gateway._call_moto))
    monkeypatch.setattr(sandbox._gateway, "handle", timed("gateway", sandbox._gateway.handle))
    for _ in range(50):
        client.list_accounts()

    # Time of this thread's own work, so that a busy machine cannot fail it.
    assert (spent["gateway"] - spent["moto"]) / 50 < 0.002
