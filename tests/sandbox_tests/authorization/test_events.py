"""What calls to EventBridge and SNS need, as AWS's service authorization reference lists it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.authorization.required_permissions import required_permissions
from sandbox.policies.evaluation import Permission
from sandbox.policies.request_context import RequestContext
from sandbox_tests.cases.quick_setup import MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

RULE = f"arn:aws:events:us-east-1:{MANAGEMENT}:rule"
BUS = f"arn:aws:events:us-east-1:{MANAGEMENT}:event-bus"
TOPIC = f"arn:aws:sns:us-east-1:{MANAGEMENT}:requests"
TAGS = [{"Key": "Owner", "Value": "cloud"}]


def required(action: str, **parameters: Any) -> set[Permission]:
    service, _, operation = action.partition(":")
    return set(required_permissions(RequestContext(service, operation, parameters, MANAGEMENT, "us-east-1")))


def test_rules(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["event_rules"] == {}
    for operation, name in (("PutRule", "Name"), ("DescribeRule", "Name"), ("ListTargetsByRule", "Rule")):
        parameters = {name: "one"}
        assert required(f"events:{operation}", **parameters) == {Permission(f"events:{operation}", f"{RULE}/one")}
    for bus in ("other", f"{BUS}/other"):
        of_bus = required("events:DeleteRule", Name="one", EventBusName=bus)
        assert of_bus == {Permission("events:DeleteRule", f"{RULE}/other/one")}
    assert required("events:DeleteRule", Name="one", EventBusName="default") == {
        Permission("events:DeleteRule", f"{RULE}/one")
    }
    assert required("events:ListTagsForResource", ResourceARN=f"{RULE}/one") == {
        Permission("events:ListTagsForResource", f"{RULE}/one")
    }
    assert required("events:ListRules") == {Permission("events:ListRules")}
    assert required("events:DescribeEventBus", Name="default") == {
        Permission("events:DescribeEventBus", f"{BUS}/default")
    }
    for operation, name in (("CreateEventBus", "Name"), ("PutPermission", "EventBusName")):
        of_bus = required(f"events:{operation}", **{name: "other"})
        assert of_bus == {Permission(f"events:{operation}", f"{BUS}/other")}
    entries = [{"Source": "test"}, {"Source": "test", "EventBusName": "other"}]
    assert required("events:PutEvents", Entries=entries) == {
        Permission("events:PutEvents", f"{BUS}/default"),
        Permission("events:PutEvents", f"{BUS}/other"),
    }
    assert required("events:PutRule", Name="one", Tags=TAGS) == {
        Permission("events:PutRule", f"{RULE}/one"),
        Permission("events:TagResource", f"{RULE}/one"),
    }


def test_roles_of_targets_are_passed(sandbox: Sandbox) -> None:
    role = f"arn:aws:iam::{sandbox.scenario.management_account.id}:role/Runner"
    targets = [{"Id": "topic", "Arn": TOPIC}, {"Id": "project", "Arn": "arn", "RoleArn": role}]
    assert required("events:PutTargets", Rule="one", Targets=targets) == {
        Permission("events:PutTargets", f"{RULE}/one"),
        Permission("iam:PassRole", role, {"iam:PassedToService": "events.amazonaws.com"}),
    }


def test_topics(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["topics"] == {}
    assert required("sns:CreateTopic", Name="requests", Tags=TAGS) == {
        Permission("sns:CreateTopic", TOPIC),
        Permission("sns:TagResource", TOPIC),
    }
    for operation in ("SetTopicAttributes", "Subscribe", "Publish", "DeleteTopic"):
        assert required(f"sns:{operation}", TopicArn=TOPIC) == {Permission(f"sns:{operation}", TOPIC)}
    assert required("sns:ListTagsForResource", ResourceArn=TOPIC) == {Permission("sns:ListTagsForResource", TOPIC)}
    # No resource types.
    subscription = f"{TOPIC}:7cba6254-5a8e-45c9-b57e-8fe2979e4802"
    assert required("sns:Unsubscribe", SubscriptionArn=subscription) == {Permission("sns:Unsubscribe")}


def test_rules_and_topics_are_in_the_snapshot(sandbox: Sandbox) -> None:
    events, sns = sandbox.client("events"), sandbox.client("sns")
    topic = sns.create_topic(Name="requests")["TopicArn"]
    events.put_rule(Name="one", EventPattern=json.dumps({"source": ["aws.ssm"]}), Tags=TAGS)
    events.put_targets(Rule="one", Targets=[{"Id": "topic", "Arn": topic}])
    here = f"{MANAGEMENT} us-east-1"
    assert sandbox.snapshot()["event_rules"] == {here: {"one": [topic]}}
    assert sandbox.snapshot()["topics"] == {here: ["requests"]}
    events.remove_targets(Rule="one", Ids=["topic"])
    events.delete_rule(Name="one")
    sns.delete_topic(TopicArn=topic)
    assert sandbox.snapshot()["event_rules"] == sandbox.snapshot()["topics"] == {}
