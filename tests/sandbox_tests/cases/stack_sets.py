"""How a test reads the StackSets of Quick Setup."""

from __future__ import annotations

from typing import Any

AccountRegion = tuple[str, str]


def stack_set_name(cloudformation: Any, **arguments: Any) -> str:
    """Return the StackSet of the targets, beside those of the management account and the administrator."""
    names = [
        str(one["StackSetName"]) for one in cloudformation.list_stack_sets(Status="ACTIVE", **arguments)["Summaries"]
    ]
    (name,) = [name for name in names if "-MA-" not in name and "-DA-" not in name]
    return name


def operations_of(cloudformation: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloudformation.list_stack_set_operations(StackSetName=name)["Summaries"]
    return found


def results_of(cloudformation: Any, name: str, **arguments: Any) -> dict[AccountRegion, tuple[str, str | None]]:
    newest = operations_of(cloudformation, name)[0]["OperationId"]
    return operation_results(cloudformation, newest, StackSetName=name, **arguments)


def instances_of(cloudformation: Any, name: str, **arguments: Any) -> dict[AccountRegion, str]:
    pages = cloudformation.get_paginator("list_stack_instances").paginate(StackSetName=name, **arguments)
    return {
        (instance["Account"], instance["Region"]): instance["StackInstanceStatus"]["DetailedStatus"]
        for page in pages
        for instance in page["Summaries"]
    }


def operation_results(
    cloudformation: Any, operation_id: str, **arguments: Any
) -> dict[AccountRegion, tuple[str, str | None]]:
    """Status and reason of each result of an operation."""
    paginator = cloudformation.get_paginator("list_stack_set_operation_results")
    return {
        (result["Account"], result["Region"]): (result["Status"], result.get("StatusReason"))
        for page in paginator.paginate(OperationId=operation_id, **arguments)
        for result in page["Summaries"]
    }
