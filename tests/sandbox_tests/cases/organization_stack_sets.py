"""Service-managed StackSets in the scenario `bare`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.stack_sets import AccountRegion, operation_results

if TYPE_CHECKING:
    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, MEMBER = "111111111111", "222222222222", "333333333333"
ROOT = "r-sbox"
PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
NAME = "settings"
STACK_SET: dict[str, Any] = {"StackSetName": NAME, "CallAs": "DELEGATED_ADMIN"}
ALL_AT_ONCE = {"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100, "RegionConcurrencyType": "PARALLEL"}


def template(value: str = "one", **parameters: Any) -> str:
    """A parameter of Systems Manager, `/settings`, with this value."""
    properties = {"Name": "/settings", "Type": "String", "Value": value}
    resources = {"Setting": {"Type": "AWS::SSM::Parameter", "Properties": properties}}
    return json.dumps({"Resources": resources, **({"Parameters": parameters} if parameters else {})})


def create(cloudformation: Any, body: str | None = None, **options: Any) -> None:
    """Create the StackSet, with automatic deployment by default."""
    defaults = {"AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False}, **options}
    cloudformation.create_stack_set(
        **{**STACK_SET, "TemplateBody": body or template(), "PermissionModel": "SERVICE_MANAGED", **defaults}
    )


def targeted(*regions: str, unit_id: str = ROOT, **options: Any) -> dict[str, Any]:
    """The parameters of CreateStackInstances, and of its update and deletion; `options` override them."""
    defaults = {"DeploymentTargets": {"OrganizationalUnitIds": [unit_id]}, "Regions": list(regions or ("us-east-1",))}
    return {**STACK_SET, **defaults, "OperationPreferences": ALL_AT_ONCE, **options}


def finished(cloudformation: Any, operation_id: str) -> dict[str, Any]:
    """Poll the operation until it ends."""
    for _ in range(10):
        response = cloudformation.describe_stack_set_operation(**STACK_SET, OperationId=operation_id)[
            "StackSetOperation"
        ]
        if response["Status"] not in {"QUEUED", "RUNNING"}:
            return dict(response)
    raise AssertionError(f"operation {operation_id} never ends")


def deploy(cloudformation: Any, *regions: str, **options: Any) -> dict[str, Any]:
    """Create instances and return the finished operation."""
    return finished(
        cloudformation, cloudformation.create_stack_instances(**targeted(*regions, **options))["OperationId"]
    )


def instances(cloudformation: Any) -> dict[AccountRegion, tuple[str, str]]:
    """Status and detailed status of each instance."""
    pages = cloudformation.get_paginator("list_stack_instances").paginate(**STACK_SET)
    return {
        (one["Account"], one["Region"]): (one["Status"], one["StackInstanceStatus"]["DetailedStatus"])
        for page in pages
        for one in page["Summaries"]
    }


def results(cloudformation: Any, operation: dict[str, Any]) -> dict[AccountRegion, tuple[str, str | None]]:
    """Status and reason of each result of an operation."""
    return operation_results(cloudformation, operation["OperationId"], **STACK_SET)


def parameter(sandbox: Sandbox, account_id: str, region: str = "us-east-1") -> str | None:
    """The value that a stack gave `/settings` in an account and Region, None if there is none."""
    found = sandbox.client("ssm", account_id, region).get_parameters_by_path(Path="/")["Parameters"]
    return str(found[0]["Value"]) if found else None


def join(sandbox: Sandbox) -> str:
    """Have an account join the organization, wait for what that sets off, and return its id."""
    organizations = sandbox.client("organizations")
    request = organizations.create_account(Email="new@example.com", AccountName="New")["CreateAccountStatus"]
    sandbox.clock.advance(60)
    status = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
    sandbox.clock.advance(60)
    return str(status["AccountId"])
