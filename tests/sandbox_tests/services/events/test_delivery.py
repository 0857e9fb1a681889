"""Where an event of Systems Manager goes, and which policies decide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.events.delivery import send
from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

MEMBER = "333333333333"
PATTERN = json.dumps({"source": ["aws.ssm"], "detail-type": ["Requested"]})
PUBLISHER = {"Principal": {"Service": "events.amazonaws.com"}, "Effect": "Allow"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def topic(sandbox: Sandbox, policy: str | None, key_policy: str | None = None) -> str:
    """A topic of the management account."""
    attributes = {}
    if key_policy is not None:
        key = sandbox.client("kms").create_key(Policy=key_policy)
        attributes["KmsMasterKeyId"] = key["KeyMetadata"]["Arn"]
    sns = sandbox.client("sns")
    arn: str = sns.create_topic(Name="requests", Attributes=attributes)["TopicArn"]
    if policy is not None:
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


def rule(sandbox: Sandbox, target: dict[str, str], bus: str = "default", account_id: str = MANAGEMENT) -> None:
    events = sandbox.client("events", account_id)
    events.put_rule(Name="requests", EventPattern=PATTERN, EventBusName=bus)
    events.put_targets(Rule="requests", EventBusName=bus, Targets=[{"Id": "one", **target}])


def publish(arn: str = "*") -> dict[str, Any]:
    return {**PUBLISHER, "Action": "sns:Publish", "Resource": arn}


@pytest.mark.parametrize(
    ("policy", "key_policy", "denial"),
    [
        (document(publish()), None, ""),
        (None, None, "The policy of the topic requests does not let EventBridge publish."),
        (
            document({**publish(), "Condition": {"StringEquals": {"aws:SourceAccount": MANAGEMENT}}}),
            None,
            "The policy of the topic requests does not let EventBridge publish.",
        ),
        (
            document(publish()),
            document({**PUBLISHER, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}),
            "",
        ),
        (
            document(publish()),
            document({**PUBLISHER, "Action": "kms:GenerateDataKey*", "Resource": "*"}),
            "The policy of the key of the topic requests does not let EventBridge kms:Decrypt.",
        ),
    ],
)
def test_a_topic(sandbox: Sandbox, policy: str | None, key_policy: str | None, denial: str) -> None:
    arn = topic(sandbox, policy, key_policy)
    rule(sandbox, {"Arn": arn})
    (delivery,) = send(MANAGEMENT, "us-east-1", "Requested", {"Status": "Approved"})
    assert (delivery.topic_arn, delivery.denial) == (arn, denial)
    assert delivery.event["detail"] == {"Status": "Approved"}
    assert not send(MANAGEMENT, "us-east-1", "Other", {})
    assert not send(MANAGEMENT, "eu-west-1", "Requested", {})


def bus_of_the_organization(sandbox: Sandbox, organization_id: str) -> str:
    events = sandbox.client("events")
    arn: str = events.create_event_bus(Name="requests")["EventBusArn"]
    statement = {
        "Sid": "Organization",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "events:PutEvents",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization_id}},
    }
    events.put_permission(EventBusName="requests", Policy=document(statement))
    rule(sandbox, {"Arn": topic(sandbox, document(publish()))}, bus="requests")
    return arn


def role(sandbox: Sandbox, bus_arn: str, service: str = "events.amazonaws.com") -> str:
    iam = sandbox.client("iam", MEMBER)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    arn: str = iam.create_role(RoleName="Sender", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus_arn}
    iam.put_role_policy(RoleName="Sender", PolicyName="Send", PolicyDocument=document(allowed))
    return arn


def test_a_bus_of_another_account(sandbox: Sandbox) -> None:
    organization_id = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    bus_arn = bus_of_the_organization(sandbox, organization_id)
    rule(sandbox, {"Arn": bus_arn, "RoleArn": role(sandbox, bus_arn)}, account_id=MEMBER)
    (delivery,) = send(MEMBER, "us-east-1", "Requested", {})
    assert (delivery.denial, delivery.event["account"]) == ("", MEMBER)


@pytest.mark.parametrize("wrong", ["organization", "resource", "trust", "no role"])
def test_a_bus_that_gets_nothing(sandbox: Sandbox, wrong: str) -> None:
    organization_id = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    bus_arn = bus_of_the_organization(sandbox, "o-other00001" if wrong == "organization" else organization_id)
    service = "ssm.amazonaws.com" if wrong == "trust" else "events.amazonaws.com"
    role_arn = role(sandbox, f"{bus_arn}-other" if wrong == "resource" else bus_arn, service)
    target = {"Arn": bus_arn} if wrong == "no role" else {"Arn": bus_arn, "RoleArn": role_arn}
    rule(sandbox, target, account_id=MEMBER)
    assert not send(MEMBER, "us-east-1", "Requested", {})
