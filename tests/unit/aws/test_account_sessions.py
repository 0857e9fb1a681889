"""Calls in member accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from sandbox import Scenario
from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.errors import ScriptError, ServiceError
from unit.cases import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox
    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.aws.session import AwsSession

MANAGEMENT, REGION = "111111111111", "us-east-1"
INFORMATION, STATES = "ssm:DescribeInstanceInformation", "ssm:DescribeInstancePatchStates"
SCENARIO = Scenario.generated(accounts=8, regions=(REGION,), instances=300)


@pytest.fixture
def session(aws: Sandbox) -> Iterator[AwsSession]:
    aws.reset(SCENARIO)
    with open_session(REGION) as session:
        yield session


@dataclass
class Answers:
    """AWS answers every call with this."""

    body: str
    status: int = 200
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Any, **_: object) -> AWSResponse:
        self.requests.append(json.loads(request.body))
        raw = SimpleNamespace(stream=lambda: [self.body.encode()])
        return AWSResponse(request.url, self.status, HTTPHeaders(), raw)


def member(session: AwsSession, *as_json: str, answers: Answers | None = None) -> AccountSession:
    members = AccountSessions(session, "Unused", as_json=as_json)
    if answers:
        members.client("ssm", REGION).meta.events.register("before-send.ssm", answers)
    return members.assume_role(MANAGEMENT)


@pytest.mark.parametrize("as_json", [(), (INFORMATION,)])
def test_every_page_is_fetched_once(aws: Sandbox, session: AwsSession, as_json: tuple[str, ...]) -> None:
    ssm = aws.client("ssm", MANAGEMENT, region=REGION)
    expected = [
        node["InstanceId"] for node in ssm.describe_instance_information(MaxResults=50)["InstanceInformationList"]
    ]
    before = len(aws.calls)
    listed = member(session, *as_json).paginate("ssm", REGION, "describe_instance_information", MaxResults=5)
    assert [node["InstanceId"] for node in listed] == expected
    assert len(expected) > 10
    calls = [call for call in aws.calls[before:] if call.operation == "DescribeInstanceInformation"]
    assert len(calls) == -(-len(expected) // 5)


def test_a_page_that_would_be_next_for_ever_is_an_error(session: AwsSession) -> None:
    answers = Answers(json.dumps({"InstanceInformationList": [], "NextToken": "again"}))
    listed = member(session, answers=answers).paginate("ssm", REGION, "describe_instance_information")
    with pytest.raises(ScriptError, match="NextToken twice, again"):
        list(listed)
    assert [request.get("NextToken") for request in answers.requests] == [None, "again"]


def test_what_stays_as_json_differs_in_its_times_alone(session: AwsSession) -> None:
    ids = [node["InstanceId"] for node in member(session).paginate("ssm", REGION, "describe_instance_information")]
    assert len(ids) > 10

    def states(*as_json: str) -> list[dict[str, Any]]:
        listed = member(session, *as_json).paginate(
            "ssm", REGION, "describe_instance_patch_states", InstanceIds=ids[:20]
        )
        return list(listed)

    def as_numbers(state: dict[str, Any]) -> dict[str, Any]:
        return {name: time.timestamp() if isinstance(time, datetime) else time for name, time in state.items()}

    assert states(STATES) == [as_numbers(state) for state in states()]
    assert {type(state["OperationEndTime"]) for state in states(STATES)} <= {int, float}


def test_what_has_no_value_is_left_out(session: AwsSession) -> None:
    body = {"InstancePatchStates": [{"InstanceId": "i-1", "PatchGroup": None, "OwnerInformation": "null"}]}
    for as_json in ((), (STATES,)):
        aws_member = member(session, *as_json, answers=Answers(json.dumps(body)))
        response = aws_member.call("ssm", REGION, "describe_instance_patch_states", InstanceIds=["i-1"])
        assert response["InstancePatchStates"] == [{"InstanceId": "i-1", "OwnerInformation": "null"}]


@pytest.mark.parametrize("as_json", [(), (STATES,)])
def test_errors_and_what_is_not_json_are_the_same(session: AwsSession, as_json: tuple[str, ...]) -> None:
    def read(body: str, status: int) -> dict[str, Any]:
        aws_member = member(session, *as_json, answers=Answers(body, status))
        return aws_member.call("ssm", REGION, "describe_instance_patch_states", InstanceIds=["i-1"])

    with pytest.raises(ServiceError, match="AccessDeniedException: Not here") as raised:
        read('{"__type": "AccessDeniedException", "message": "Not here."}', 400)
    assert raised.value.code == "AccessDeniedException"
    assert "InstancePatchStates" not in read("<html></html>", 200)
