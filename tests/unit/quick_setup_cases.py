"""An organization in which Quick Setup has deployed something, and AWS's answers changed on their way."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT, PATCH_POLICY, changed, policy
from systems_manager_organization.aws.session import botocore_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.session import Session

    from sandbox import Sandbox

MANAGEMENT, ADMINISTRATOR, WORKLOAD = "111111111111", "222222222222", "333333333333"
ROOT = "r-sbox"
TAG = "systems-manager-organization:created"
DENIED = (
    f"User: arn:aws:sts::{WORKLOAD}:assumed-role/stacksets-exec-0123456789abcdef/QuickSetup is not authorized to "
    "perform: ssm:CreateAssociation with an explicit deny in a service control policy"
)
ADMINISTRATION, EXECUTION = "AWS-QuickSetup-Administration", "AWS-QuickSetup-Execution"


def prepare(aws: Sandbox) -> None:
    """All that Quick Setup needs, the roles of patch policies among it."""
    aws.client("cloudformation").activate_organizations_access()
    aws.client("organizations").enable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    make_roles(aws)


def make_roles(aws: Sandbox) -> None:
    iam = aws.client("iam")
    iam.create_role(
        RoleName=ADMINISTRATION, AssumeRolePolicyDocument=policy(Principal={"Service": "cloudformation.amazonaws.com"})
    )
    iam.put_role_policy(RoleName=ADMINISTRATION, PolicyName="Assume", PolicyDocument=policy(Resource="*"))
    iam.create_role(
        RoleName=EXECUTION,
        AssumeRolePolicyDocument=policy(Principal={"AWS": f"arn:aws:iam::{MANAGEMENT}:role/{ADMINISTRATION}"}),
    )
    iam.attach_role_policy(
        RoleName=EXECUTION, PolicyArn="arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy"
    )


def remove_administration_role(aws: Sandbox) -> None:
    iam = aws.client("iam")
    iam.delete_role_policy(RoleName=ADMINISTRATION, PolicyName="Assume")
    iam.delete_role(RoleName=ADMINISTRATION)


def create(
    aws: Sandbox,
    name: str = "scan",
    *,
    definition: dict[str, Any] = PATCH_POLICY,
    mark: str = "",
    completed: bool = True,
    **parameters: str | None,
) -> str:
    """The ARN of a new configuration manager, whose deployment is over unless `completed` is False."""
    made = aws.client("ssm-quicksetup").create_configuration_manager(
        Name=name,
        ConfigurationDefinitions=[changed(definition, **parameters)],
        Tags={TAG: mark} if mark else {},
    )
    arn = str(made["ManagerArn"])
    if completed:
        complete_deployment(aws, arn)
    return arn


def complete_deployment(aws: Sandbox, arn: str) -> None:
    """Lets as much time pass as a deployment and its associations take."""
    for _ in range(2):
        aws.clock.advance(120)
        aws.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)


def update(aws: Sandbox, arn: str, **parameters: str) -> None:
    """Changes parameters, which deploys again."""
    quick_setup = aws.client("ssm-quicksetup")
    (definition,) = quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
    quick_setup.update_configuration_definition(
        ManagerArn=arn, Id=definition["Id"], Parameters={**definition["Parameters"], **parameters}
    )
    complete_deployment(aws, arn)


def create_local(aws: Sandbox, name: str) -> str:
    """The ARN of a patch policy of the account itself."""
    return create(aws, name, TargetOrganizationalUnits=None, TargetAccounts=MANAGEMENT)


def host_management(regions: str) -> dict[str, Any]:
    return changed(HOST_MANAGEMENT, TargetRegions=regions)


def names(aws: Sandbox) -> list[str]:
    found = aws.client("ssm-quicksetup").list_configuration_managers()["ConfigurationManagersList"]
    return [manager["Name"] for manager in found]


def query_of(*configurations: dict[str, Any]) -> dict[str, str]:
    """A query as Terraform makes it, for these changes to a patch policy of the whole organization."""
    usual = {
        "name": "scan",
        "type": "AWSQuickSetupType-PatchPolicy",
        "organizational_unit_ids": [ROOT],
        "account_id": "",
        "regions": ["us-east-1"],
    }
    return {"configurations": json.dumps([{**usual, **configuration} for configuration in configurations])}


def modifying(operation: str, change: Callable[[dict[str, Any]], None]) -> Callable[..., Session]:
    """Sessions for which `change` has its way with each answer to an operation, as `cloudformation.ListStackSets`."""

    def session(**options: Any) -> Session:
        made = botocore_session(**options)
        made.get_component("event_emitter").register(f"after-call.{operation}", lambda parsed, **_event: change(parsed))
        return made

    return session


def with_status(
    kind: str, status: str, message: str = "", *, account_id: str = WORKLOAD, times: int = 1_000_000
) -> Callable[..., Session]:
    """Sessions for which Quick Setup returns this status of an account, for the first calls."""
    remaining = times

    def change(parsed: dict[str, Any]) -> None:
        nonlocal remaining
        remaining -= 1
        if remaining < 0:
            return
        for found in parsed["ConfigurationsList"]:
            if account_id == found["Account"]:
                others = [summary for summary in found["StatusSummaries"] if summary["StatusType"] != kind]
                status_summary = {"StatusType": kind, "Status": status, "StatusMessage": message}
                found["StatusSummaries"] = [*others, status_summary] if status else others

    return modifying("ssm-quicksetup.ListConfigurations", change)


def with_one_row(aws: Sandbox) -> Callable[..., Session]:
    """Sessions for which ListConfigurations has one row of a manager, with its status, in the account that asks."""
    manager_arn: ContextVar[str] = ContextVar("manager_arn")

    def collapse(parsed: dict[str, Any]) -> None:
        manager = aws.client("ssm-quicksetup").get_configuration_manager(ManagerArn=manager_arn.get())
        (definition,) = manager["ConfigurationDefinitions"]
        row = {
            "ManagerArn": manager_arn.get(),
            "ConfigurationDefinitionId": definition["Id"],
            "Type": definition["Type"],
            "Account": MANAGEMENT,
            "Region": "us-east-1",
            "StatusSummaries": manager["StatusSummaries"],
        }
        parsed.pop("NextToken", None)
        parsed["ConfigurationsList"] = [row]

    def remember(params: dict[str, Any], **_event: object) -> None:
        manager_arn.set(params["ManagerArn"])

    def session(**options: Any) -> Session:
        made = modifying("ssm-quicksetup.ListConfigurations", collapse)(**options)
        made.get_component("event_emitter").register(
            "provide-client-params.ssm-quicksetup.ListConfigurations", remember
        )
        return made

    return session
