"""Templates and calls of the tests of stacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import Sandbox

SYNC_TYPE = "AWS::SSM::ResourceDataSync"
ENTIRE = {"OrganizationSourceType": "EntireOrganization"}
FROM_SOURCE = "SyncFromSource"
DESTINATION = {"BucketName": "inventory", "BucketRegion": "us-east-1", "SyncFormat": "JsonSerDe"}
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "inventory"}}
# The handler's message for a sync that Systems Manager rejects.
INVALID = 'Resource handler returned message: "Invalid request provided: AWS::SSM::ResourceDataSync" (RequestToken: '


def explorer(sandbox: Sandbox) -> Any:
    """Systems Manager of the management account, once it has trusted access and with it the service-linked role."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    return sandbox.client("ssm")


def sync_properties(name: str = "organization", **source: Any) -> dict[str, Any]:
    """An organization's sync; `source` are members of its SyncSource."""
    defaults = {"SourceType": "AwsOrganizations", "SourceRegions": ["us-east-1"], "AwsOrganizationsSource": ENTIRE}
    return {"SyncName": name, "SyncType": "SyncFromSource", "SyncSource": {**defaults, **source}}


def template(properties: dict[str, Any], attributes: dict[str, Any] | None = None, **blocks: Any) -> str:
    """One resource `Sync`, with `attributes` such as its DeletionPolicy; `blocks` are added beside Resources."""
    sync = {"Type": SYNC_TYPE, **(attributes or {}), "Properties": properties}
    return json.dumps({**blocks, "Resources": {"Sync": sync, **blocks.get("Resources", {})}})


def create(cloudformation: Any, body: str, **options: Any) -> str:
    """Create the stack `explorer` and return its id."""
    return str(cloudformation.create_stack(StackName="explorer", TemplateBody=body, **options)["StackId"])


def update(cloudformation: Any, body: str) -> None:
    cloudformation.update_stack(StackName="explorer", TemplateBody=body)


def syncs(ssm: Any) -> dict[str, dict[str, Any]]:
    """The resource data syncs of the account and Region, by name."""
    return {sync["SyncName"]: sync for sync in ssm.list_resource_data_sync()["ResourceDataSyncItems"]}


def events(cloudformation: Any, stack: str) -> list[tuple[str, str]]:
    """Logical id and status of each event of a stack, the first one first."""
    found = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(found)]


def reasons(cloudformation: Any, stack: str) -> list[str]:
    """Why resources failed, the first one first."""
    found = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [event["ResourceStatusReason"] for event in reversed(found) if event["ResourceStatus"].endswith("_FAILED")]


def status(cloudformation: Any, stack: str) -> str:
    return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
