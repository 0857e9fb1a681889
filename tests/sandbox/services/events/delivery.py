"""Where an event of an AWS service goes: rules of the account, event buses of other accounts and Regions, topics.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from moto.events.models import events_backends
from moto.iam.exceptions import NotFoundException
from moto.sns.models import sns_backends

from sandbox.policies.evaluation import (
    Permission,
    Policy,
    evaluate_policies,
    evaluate_statements,
)
from sandbox.services.iam.models import documents_of, iam_backend_of
from sandbox.services.kms.models import is_allowed, key_arn
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal, allows_assuming, applying_statements, evaluate_resource_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moto.events.models import EventBus, Rule
    from moto.events.utils import EventMessageType

SERVICE = Principal.service("events.amazonaws.com")


@dataclass(frozen=True)
class Delivery:
    """An event that a topic got, or did not: `denial` says why."""

    topic_arn: str
    event: Mapping[str, Any]
    denial: str = ""


def send(account_id: str, region: str, detail_type: str, detail: Mapping[str, Any]) -> list[Delivery]:
    """Send an event of Systems Manager to the default bus of an account and Region.

    Returns the deliveries to topics; an event bus that does not let the sender in gets nothing.
    """
    event = {
        "version": "0",
        "source": "aws.ssm",
        "detail-type": detail_type,
        "account": account_id,
        "region": region,
        "resources": [],
        "detail": dict(detail),
    }
    return list(_on_bus(_bus(f"arn:aws:events:{region}:{account_id}:event-bus/default"), event, hops=0))


def _bus(arn: str) -> EventBus:
    _, _, _, region, account_id, resource = arn.split(":", 5)
    found: EventBus = events_backends[account_id][region].describe_event_bus(resource.partition("/")[2])
    return found


def _on_bus(bus: EventBus, event: dict[str, Any], hops: int) -> Iterator[Delivery]:
    for rule in bus.rules.values():
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(cast("EventMessageType", event)):
            for target in rule.targets:
                yield from _to_target(rule, target, event, hops)


def _to_target(rule: Rule, target: Mapping[str, Any], event: dict[str, Any], hops: int) -> Iterator[Delivery]:
    arn = target["Arn"]
    service = arn.split(":")[2]
    if service == "sns":
        yield Delivery(arn, event, _topic_denial(arn, target))
        return
    if service != "events":
        raise NotImplementedError(f"The sandbox delivers no events to {arn}.")
    # "If a receiver account sets up a rule that sends events received from a sender account on to a third account,
    # these events are not sent to the third account" (eb-cross-account).
    if hops == 0 and _may_put(rule, target.get("RoleArn", ""), arn):
        yield from _on_bus(_bus(arn), event, hops + 1)


def _may_put(rule: Rule, role_arn: str, bus_arn: str) -> bool:
    """Whether the role of a rule may send to a bus: by its trust policy, its policies and the policy of the bus."""
    account_id = rule.account_id
    try:
        role = iam_backend_of(account_id).get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    source = {"aws:SourceAccount": account_id, "aws:SourceArn": rule.arn}
    if not allows_assuming(role.assume_role_policy_document, SERVICE, source):
        return False
    permission = Permission("events:PutEvents", bus_arn, principal_context(role_arn, account_id))
    if evaluate_policies([Policy(document) for document in documents_of(role)], permission) != "allowed":
        return False
    if bus_arn.split(":")[4] == account_id:
        return True
    policy = _bus(bus_arn).policy
    return policy is not None and (
        evaluate_resource_policy(policy, Principal.identity(role_arn, account_id), permission) == "allowed"
    )


def _topic_denial(arn: str, target: Mapping[str, Any]) -> str:
    """Why EventBridge cannot publish; "" if it can.

    "You can't use Condition blocks in Amazon SNS topic policies for EventBridge": what has a condition allows nothing.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """
    _, _, _, region, account_id, name = arn.split(":")
    topic = sns_backends[account_id][region].topics.get(arn)
    if topic is None:
        return f"There is no topic {name}."
    if target.get("RoleArn"):
        raise NotImplementedError("The sandbox publishes to topics without a role.")
    publishing = applying_statements(topic.policy, SERVICE, Permission("sns:Publish", arn))
    if evaluate_statements([one for one in publishing if "Condition" not in one], {}) != "allowed":
        return f"The policy of the topic {name} does not let EventBridge publish."
    if not topic.kms_master_key_id:
        return ""
    key_id = key_arn(account_id, region, topic.kms_master_key_id)
    # https://repost.aws/knowledge-center/sns-not-getting-eventbridge-notification
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        if not is_allowed(SERVICE, Permission(action, key_id)):
            return f"The policy of the key of the topic {name} does not let EventBridge {action}."
    return ""
