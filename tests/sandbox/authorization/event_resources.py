"""The resource ARNs of calls to EventBridge and SNS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_events.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext

DEFAULT_BUS = "default"

# The parameter that names the rule.
_RULES = {
    "DeleteRule": "Name",
    "DescribeRule": "Name",
    "DisableRule": "Name",
    "EnableRule": "Name",
    "ListTargetsByRule": "Rule",
    "PutRule": "Name",
    "PutTargets": "Rule",
    "RemoveTargets": "Rule",
}


_BUSES = frozenset(
    {
        "CreateEventBus",
        "DeleteEventBus",
        "DescribeEventBus",
        "PutPermission",
        "RemovePermission",
        "UpdateEventBus",
    }
)


def of_events(request: RequestContext) -> list[str]:
    """A rule, or the resource whose tags are concerned; `*` for lists."""
    if request.get("ResourceARN"):
        return [request.get("ResourceARN")]
    if request.operation == "PutEvents":
        return sorted({_bus_arn(request, entry.get("EventBusName")) for entry in request.get("Entries")})
    if request.operation in _BUSES:
        return [_bus_arn(request, request.get("Name") or request.get("EventBusName"))]
    named = _RULES.get(request.operation)
    if named is None:
        return []
    bus = _bus_name(request.get("EventBusName"))
    # Of the default bus, the ARN has the rule's name alone: rule-on-default-event-bus.
    path = request.get(named) if bus == DEFAULT_BUS else f"{bus}/{request.get(named)}"
    return [request.arn("events", f"rule/{path}")]


def _bus_name(name: str | None) -> str:
    return (name or DEFAULT_BUS).rpartition("event-bus/")[2]


def _bus_arn(request: RequestContext, name: str | None) -> str:
    return name if name and name.startswith("arn:") else request.arn("events", f"event-bus/{_bus_name(name)}")


def of_sns(request: RequestContext) -> list[str]:
    """The topic; `*` for lists and for what names a subscription alone: the page has no resource types there."""
    if request.operation == "CreateTopic":
        return [request.arn("sns", request.get("Name"))]
    topic = request.get("TopicArn") or request.get("ResourceArn") or request.get("TargetArn")
    return [topic] if topic else []
