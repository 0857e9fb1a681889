"""An organization in the sandbox in which the checks find something."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox import Sandbox, Scenario
from tools.probe.model import Organization
from tools.probe.switches import SWITCHES, Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

# The scenario has an instance of the management account there.
REGION = "ap-northeast-1"
_REGIONS = f"{REGION},us-east-1"
_ADMINISTRATION, _EXECUTION = "AWS-QuickSetup-Probe-Administration", "AWS-QuickSetup-Probe-Execution"
_POLICIES = ("AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy")
# In a unit of Workloads.
_FAILING, _FAILING_ACCOUNT = "Host management of workloads", "666666666666"
# Longer than a deployment and its associations take.
_SECONDS = 600


@contextmanager
def started(falsified: str | None = None) -> Iterator[Organization]:
    """The organization, with four configurations, of which one failed in an account and Region.

    `falsified` is the id of an assumption in SWITCHES that is to be wrong there.
    """
    with Sandbox.start(Scenario.named("realistic")) as sandbox:
        prepare(sandbox)
        yield organization_of(sandbox, falsified)


def organization_of(sandbox: Sandbox, falsified: str | None = None) -> Organization:
    """The organization of a sandbox; a check that writes may use its first unit."""
    units = _units(sandbox)

    def client(service: str) -> Any:
        found = sandbox.client(service, region=REGION)
        return found if falsified is None else _falsified(found, *SWITCHES[falsified])

    # Polling advances the clock.
    return Organization(client, region=REGION, wait=lambda _: None, target=units[min(units)])


def _falsified(client: Any, operation: str, change: Answer) -> Any:
    """The client, with which an operation answers as it would if the assumption were wrong."""

    def answer(parsed: dict[str, Any], **_: object) -> None:
        change(parsed)

    client.meta.events.register(f"after-call.*.{operation}", answer)
    return client


def prepare(sandbox: Sandbox) -> None:
    """Do what the procedure does, and deploy."""
    organizations = sandbox.client("organizations")
    for principal in ("ssm.amazonaws.com", "ssm-quicksetup.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    sandbox.client("cloudformation").activate_organizations_access()
    organizations.register_delegated_administrator(
        AccountId=sandbox.scenario.accounts[0].id, ServicePrincipal="ssm-quicksetup.amazonaws.com"
    )
    _create_roles(sandbox)
    _make_nodes_managed(sandbox)
    _deploy(sandbox)
    _create_sync(sandbox)


def _units(sandbox: Sandbox) -> dict[str, str]:
    """Ids of the root's units, by name."""
    root = _root(sandbox)
    found = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    return {unit["Name"]: unit["Id"] for unit in found}


def _root(sandbox: Sandbox) -> str:
    return str(sandbox.client("organizations").list_roots()["Roots"][0]["Id"])


def _make_nodes_managed(sandbox: Sandbox) -> None:
    sandbox.client("ssm", region=REGION).update_service_setting(
        SettingId="/ssm/managed-instance/default-ec2-instance-management-role", SettingValue=_EXECUTION
    )


def _deploy(sandbox: Sandbox) -> None:
    root, account_id = _root(sandbox), sandbox.scenario.management_account.id
    quick_setup = sandbox.client("ssm-quicksetup", region=REGION)
    sandbox.fail_deployment(_FAILING, _FAILING_ACCOUNT, REGION, "Resource handler returned message: Access denied")
    organization = {"TargetOrganizationalUnits": root, "TargetRegions": _REGIONS}
    definitions = {
        "Default host management": _definition("DHMC", organization, UpdateSSMAgent="false"),
        "Patch policy": _patch_policy(account_id, organization),
        "Patch policy of the management account": _patch_policy(
            account_id, {"TargetAccounts": account_id, "TargetRegions": REGION}
        ),
        _FAILING: _definition(
            "SSMHostMgmt",
            {**organization, "TargetOrganizationalUnits": _units(sandbox)["Workloads"]},
            **_HOST_MANAGEMENT,
        ),
    }
    for name, definition in definitions.items():
        quick_setup.create_configuration_manager(Name=name, ConfigurationDefinitions=[definition])
    sandbox.clock.advance(_SECONDS)
    _deploy_again(quick_setup)
    sandbox.clock.advance(_SECONDS)


def _deploy_again(quick_setup: Any) -> None:
    """A second operation for each StackSet."""
    for summary in quick_setup.list_configuration_managers()["ConfigurationManagersList"]:
        arn = summary["ManagerArn"]
        (definition,) = quick_setup.get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
        quick_setup.update_configuration_definition(
            ManagerArn=arn, Id=definition["Id"], Parameters=definition["Parameters"]
        )


def _create_sync(sandbox: Sandbox) -> None:
    sandbox.client("ssm", region=REGION).create_resource_data_sync(
        SyncName="organization",
        SyncType="SyncFromSource",
        SyncSource={
            "SourceType": "AwsOrganizations",
            "AwsOrganizationsSource": {"OrganizationSourceType": "EntireOrganization"},
            "SourceRegions": [REGION],
            "EnableAllOpsDataSources": True,
        },
    )
    sandbox.clock.advance(_SECONDS)


_HOST_MANAGEMENT = {
    "UpdateSsmAgent": "true",
    "UpdateEc2LaunchAgent": "false",
    "CollectInventory": "true",
    "ScanInstances": "false",
    "InstallCloudWatchAgent": "false",
    "UpdateCloudWatchAgent": "false",
    "IsPolicyAttachAllowed": "false",
}


def _definition(type_: str, targets: dict[str, str], **parameters: str) -> dict[str, Any]:
    return {"Type": f"AWSQuickSetupType-{type_}", "Parameters": {**parameters, **targets}}


def _patch_policy(account_id: str, targets: dict[str, str]) -> dict[str, Any]:
    baselines = {"UBUNTU": {"value": "pb-0123456789abcdef0", "label": "Own"}}
    return {
        **_definition(
            "PatchPolicy",
            targets,
            PatchPolicyName="Scan",
            SelectedPatchBaselines=json.dumps(baselines),
            PatchBaselineRegion=REGION,
            ConfigurationOptionsPatchOperation="Scan",
            ConfigurationOptionsScanValue="cron(0 1 * * ? *)",
        ),
        "LocalDeploymentAdministrationRoleArn": f"arn:aws:iam::{account_id}:role/{_ADMINISTRATION}",
        "LocalDeploymentExecutionRoleName": _EXECUTION,
    }


def _create_roles(sandbox: Sandbox) -> None:
    iam, account_id = sandbox.client("iam"), sandbox.scenario.management_account.id
    stack_sets = f"arn:aws:cloudformation:*:{account_id}:stackset/AWS-QuickSetup-*"
    condition = {"StringEquals": {"aws:SourceAccount": account_id}, "ArnLike": {"aws:SourceArn": stack_sets}}
    service = {"Service": "cloudformation.amazonaws.com"}
    iam.create_role(RoleName=_ADMINISTRATION, AssumeRolePolicyDocument=_policy(Principal=service, Condition=condition))
    administration = {"AWS": f"arn:aws:iam::{account_id}:role/{_ADMINISTRATION}"}
    iam.create_role(RoleName=_EXECUTION, AssumeRolePolicyDocument=_policy(Principal=administration))
    iam.put_role_policy(
        RoleName=_ADMINISTRATION,
        PolicyName="AssumeExecutionRole",
        PolicyDocument=_policy(Resource=f"arn:aws:iam::{account_id}:role/{_EXECUTION}"),
    )
    for name in _POLICIES:
        iam.attach_role_policy(RoleName=_EXECUTION, PolicyArn=f"arn:aws:iam::aws:policy/{name}")


def _policy(**parts: Any) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **parts}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
