"""The resource ARNs of calls to EventBridge Scheduler, CodeBuild, CloudWatch and CloudWatch Logs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_scheduler.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_codebuild.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudwatch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_logs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.policies.request_context import RequestContext

DEFAULT_GROUP = "default"


def of_scheduler(request: RequestContext) -> list[str]:
    """A schedule, a group, or the resource whose tags are concerned; `*` for lists."""
    if request.get("ResourceArn"):
        return [request.get("ResourceArn")]
    name = request.get("Name")
    if name is None or request.operation.startswith("List"):
        return []
    if request.operation.endswith("ScheduleGroup"):
        return [request.arn("scheduler", f"schedule-group/{name}")]
    return [request.arn("scheduler", f"schedule/{request.get('GroupName') or DEFAULT_GROUP}/{name}")]


def of_codebuild(request: RequestContext) -> list[str]:
    """The project, also of a build; `*` for lists."""
    names = [*(request.get("names") or ()), request.get("projectName") or request.get("name")]
    builds = [*(request.get("ids") or ()), *([request.get("id")] if request.get("id") else [])]
    # An id of a build begins with the name of its project.
    named = [name for name in (*names, *(str(build).rpartition(":")[0] for build in builds)) if name]
    return [name if name.startswith("arn:") else request.arn("codebuild", f"project/{name}") for name in named]


def of_cloudwatch(request: RequestContext) -> list[str]:
    """An alarm; of reading all of them at once, any alarm."""
    if request.get("ResourceARN"):
        return [request.get("ResourceARN")]
    if request.operation == "DescribeAlarms":
        return [request.arn("cloudwatch", "alarm:*")]
    names = [*(request.get("AlarmNames") or ()), *([request.get("AlarmName")] if request.get("AlarmName") else [])]
    return [request.arn("cloudwatch", f"alarm:{name}") for name in names]


def of_logs(request: RequestContext) -> list[str]:
    """A log group; `*` for lists. The ARN of all operations but those on tags ends with `:*`.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    if request.get("resourceArn"):
        return [request.get("resourceArn")]
    name = request.get("logGroupName")
    return [request.arn("logs", f"log-group:{name}:*")] if name else []
