"""Before an administrator is deregistered: `ensure.py settings` and `report.py restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox_tests.cases.organization_stack_sets import create as create_stack_set
from sandbox_tests.cases.organization_stack_sets import template
from sandbox_tests.cases.quick_setup import INSTANCE_MANAGEMENT, changed, policy
from unit.cases import (
    ACCOUNT_PLACEMENT,
    ADMINISTRATOR,
    DELEGATED_ADMINISTRATOR,
    INSTALLATION,
    TRUSTED_ACCESS,
    parent,
    recorded,
    registered,
    root_id,
    settings_query,
    trusted,
)
from unit.quick_setup_cases import create, names, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from sandbox.faults import Kind
    from unit.conftest import Run

_GUARD = {"member_role_name": "OrganizationAccountAccessRole", "regions": '["eu-west-1", "us-east-1"]'}
_STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
_SERVICES = ("resource-explorer-2.amazonaws.com", _STACK_SETS, "ssm-quicksetup.amazonaws.com", "ssm.amazonaws.com")
_OTHER = "333333333333"


def _create_sync(aws: Sandbox, name: str) -> None:
    aws.client("ssm", ADMINISTRATOR).create_resource_data_sync(
        SyncName=name,
        SyncType="SyncFromSource",
        SyncSource={
            "SourceType": "AwsOrganizations",
            "SourceRegions": ["us-east-1"],
            "AwsOrganizationsSource": {"OrganizationSourceType": "EntireOrganization"},
        },
    )


def _explorer(aws: Sandbox) -> Callable[[], object]:
    aws.client("iam", ADMINISTRATOR).create_service_linked_role(AWSServiceName="accountdiscovery.ssm.amazonaws.com")
    _create_sync(aws, "explorer")
    # Quick Setup's own, of a configuration that the management account deploys and deletes.
    _create_sync(aws, "OpsCenter-DA-ResourceDataSync")
    ssm = aws.client("ssm", ADMINISTRATOR)
    return lambda: ssm.delete_resource_data_sync(SyncName="explorer", SyncType="SyncFromSource")


def _stack_set(aws: Sandbox) -> Callable[[], object]:
    """That of the administrator, that of another administrator, and one of the management account."""
    cloudformation = aws.client("cloudformation", ADMINISTRATOR, "eu-west-1")
    create_stack_set(cloudformation, Description=f"Patch compliance. Created by account {ADMINISTRATOR}.")
    create_stack_set(cloudformation, StackSetName="others", Description=f"Roles. Created by account {_OTHER}.")
    aws.client("cloudformation").create_stack_set(
        StackSetName="own", PermissionModel="SERVICE_MANAGED", TemplateBody=template(), Description="Own."
    )
    return lambda: cloudformation.delete_stack_set(StackSetName="settings", CallAs="DELEGATED_ADMIN")


def _make_roles(aws: Sandbox) -> dict[str, str]:
    """Those with which Quick Setup deploys to the administrator account itself."""
    iam = aws.client("iam", ADMINISTRATOR)
    trust = policy(Principal={"Service": "cloudformation.amazonaws.com"})
    arn = iam.create_role(RoleName="AWS-QuickSetup-Administration", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="AWS-QuickSetup-Administration", PolicyName="Assume", PolicyDocument=policy(Resource="*")
    )
    iam.create_role(RoleName="AWS-QuickSetup-Execution", AssumeRolePolicyDocument=policy(Principal={"AWS": arn}))
    return {
        "LocalDeploymentAdministrationRoleArn": arn,
        "LocalDeploymentExecutionRoleName": "AWS-QuickSetup-Execution",
    }


def _manager(aws: Sandbox) -> Callable[[], object]:
    """That of the organization, and one of the account itself, which takes no registration."""
    quick_setup = aws.client("ssm-quicksetup", ADMINISTRATOR)
    roles = _make_roles(aws)
    local = changed(INSTANCE_MANAGEMENT, TargetOrganizationalUnits=None, TargetAccounts=ADMINISTRATOR)
    quick_setup.create_configuration_manager(Name="local", ConfigurationDefinitions=[{**local, **roles}])
    arn = quick_setup.create_configuration_manager(Name="hosts", ConfigurationDefinitions=[INSTANCE_MANAGEMENT])[
        "ManagerArn"
    ]

    def delete() -> None:
        quick_setup.delete_configuration_manager(ManagerArn=arn)
        aws.clock.advance(600)

    return delete


_LOSSES = {
    "AWS would delete its resource data syncs of the organization: explorer (us-east-1)": _explorer,
    "it could no longer change or delete the StackSets that it created: settings (eu-west-1)": _stack_set,
    "what its configuration managers deployed to the organization: hosts (arn:aws:ssm-quicksetup:us-east-1:": _manager,
}


@pytest.fixture
def desired(aws: Sandbox, run: Run) -> list[dict[str, Any]]:
    """What an installation has applied: the administrator of four services, in its unit."""
    prepare(aws)
    organizations = aws.client("organizations")
    for principal in _SERVICES:
        if principal != _STACK_SETS:
            organizations.enable_aws_service_access(ServicePrincipal=principal)
    settings = [
        TRUSTED_ACCESS.desired(aws),
        ACCOUNT_PLACEMENT.desired(aws, previous=root_id(aws)),
        *(DELEGATED_ADMINISTRATOR.desired(aws, key=f"delegated-administrator/{name}") for name in _SERVICES),
    ]
    applied = run("ensure", "settings", query=settings_query(*settings, **_GUARD))
    assert applied.status == 0, applied
    return settings


def _administrators(aws: Sandbox) -> dict[str, list[str]]:
    found: dict[str, list[str]] = aws.snapshot()["delegated_administrators"]
    return found


@pytest.mark.parametrize("loss", _LOSSES, ids=["syncs", "stack-sets", "managers"])
def test_what_would_be_lost_keeps_every_registration(
    aws: Sandbox, run: Run, desired: list[dict[str, Any]], loss: str
) -> None:
    delete = _LOSSES[loss](aws)
    unit = parent(aws)
    query = settings_query(*desired, action="restore", **_GUARD)
    outcome = run("ensure", "settings", query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"account {ADMINISTRATOR} cannot be deregistered" in outcome.stderr
    assert loss in outcome.stderr
    assert "Destroy the configuration of the administrator account first" in outcome.stderr
    for unharmed in ("OpsCenter-DA", "others (", "own (", "local ("):
        assert unharmed not in outcome.stderr
    assert _administrators(aws) == {name: [ADMINISTRATOR] for name in _SERVICES}
    assert (parent(aws), trusted(aws)) == (unit, "enabled")
    assert set(recorded(aws)) == {setting["key"] for setting in desired}

    delete()
    assert run("ensure", "settings", query=query).status == 0
    assert (_administrators(aws), parent(aws), recorded(aws)) == ({}, root_id(aws), {})


def test_an_account_that_is_replaced_is_not_moved_either(aws: Sandbox, run: Run, desired: list[dict[str, Any]]) -> None:
    _explorer(aws)
    unit = parent(aws)
    others = [
        {**one, "value": _OTHER} if one["key"].startswith("delegated-administrator/") else {**one, "subject": _OTHER}
        for one in desired[1:]
    ]
    outcome = run("ensure", "settings", query=settings_query(desired[0], *others, **_GUARD))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"because {next(iter(_LOSSES))}" in outcome.stderr
    assert _administrators(aws) == {name: [ADMINISTRATOR] for name in _SERVICES}
    assert parent(aws) == unit


def test_a_service_that_is_no_longer_wanted(aws: Sandbox, run: Run, desired: list[dict[str, Any]]) -> None:
    """Another service than StackSets loses none of them."""
    _stack_set(aws)
    without = {name: [one for one in desired if not one["key"].endswith(name)] for name in _SERVICES[:2]}
    refused = run("ensure", "settings", query=settings_query(*without[_STACK_SETS], **_GUARD))
    assert (refused.status, refused.stdout) == (1, "")
    assert f"as the delegated administrator of {_STACK_SETS}, because" in refused.stderr
    assert run("ensure", "settings", query=settings_query(*without[_SERVICES[0]], **_GUARD)).status == 0
    assert _administrators(aws) == {name: [ADMINISTRATOR] for name in _SERVICES[1:]}


def test_nothing_is_deleted_before_a_lost_state_is_refused(
    aws: Sandbox, run: Run, desired: list[dict[str, Any]]
) -> None:
    assert desired
    create(aws, mark=f"{INSTALLATION}/2026-11-28T10:12:48Z")
    delete = _manager(aws)
    arguments = ("--yes", "--deployed", "--member-role-name", _GUARD["member_role_name"])
    outcome = run("report", "restore", *arguments)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert list(_LOSSES)[2] in outcome.stderr
    assert (names(aws), registered(aws)) == (["scan"], ADMINISTRATOR)

    delete()
    assert run("report", "restore", *arguments).status == 0
    assert (names(aws), _administrators(aws)) == ([], {})


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("ssm:ListResourceDataSync", "throttle"),
        ("ssm:ListResourceDataSync", "dropped"),
        ("cloudformation:ListStackSets", "server_error"),
        ("ssm-quicksetup:ListConfigurationManagers", "throttle"),
        ("ssm-quicksetup:ListConfigurationManagers", "server_error"),
        ("sts:AssumeRole", "throttle"),
    ],
)
def test_what_could_not_be_read_for_a_while_keeps_the_account_registered(
    aws: Sandbox, run: Run, desired: list[dict[str, Any]], call: str, kind: Kind
) -> None:
    before = _administrators(aws)
    service, _, operation = call.partition(":")
    aws.faults.inject(Fault(service, operation, kind, times=1000))
    outcome = run("ensure", "settings", query=settings_query(*desired, action="restore", **_GUARD))
    assert outcome.status == 1
    assert operation in outcome.stderr
    assert _administrators(aws) == before != {}


def test_an_unreadable_account_is_deregistered_with_a_warning(
    aws: Sandbox, run: Run, desired: list[dict[str, Any]]
) -> None:
    _explorer(aws)
    _manager(aws)
    aws.faults.inject(Fault("cloudformation", "ListStackSets", "access_denied", times=1000))
    query = settings_query(*desired, action="restore", **{**_GUARD, "member_role_name": "Nobody"})
    outcome = run("ensure", "settings", query=query)
    assert outcome.status == 0
    for kind in ("Explorer's resource data syncs", "Quick Setup's configuration managers"):
        assert f"{kind} in account {ADMINISTRATOR} could not be listed" in outcome.stderr
    assert f"StackSets of the organization in account {ADMINISTRATOR}, eu-west-1" in outcome.stderr
    assert _administrators(aws) == {}


def test_without_a_role_stack_sets_alone_are_checked(aws: Sandbox, run: Run, desired: list[dict[str, Any]]) -> None:
    _explorer(aws)
    _manager(aws)
    delete = _stack_set(aws)
    query = settings_query(*desired, action="restore", regions=_GUARD["regions"])
    outcome = run("ensure", "settings", query=query)
    assert outcome.status == 1
    assert f"because {list(_LOSSES)[1]}. None of" in outcome.stderr
    delete()
    assert run("ensure", "settings", query=query).status == 0
    assert "AssumeRole" not in {call.operation for call in aws.calls}
    assert _administrators(aws) == {}
