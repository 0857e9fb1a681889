"""What a company requires of roles reaches every role of the modules and the examples."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.complete import ADMINISTRATOR
from harness.examples import create_prerequisites, register_administrator
from harness.workspace import REPOSITORY
from sandbox import Scenario

if TYPE_CHECKING:
    from harness.workspace import Workspaces
    from sandbox import Sandbox

_BOUNDARY = "arn:aws:iam::111111111111:policy/Boundary"
_PATH = "/platform/"
_COMPANY = {"permissions_boundary": _BOUNDARY, "tags": {"Owner": "platform"}}
_ROLES = {**_COMPANY, "role_path": _PATH}
_PREFIX = {"role_name_prefix": "Corp-"}

_MEMBERS = {"member_role_path": _PATH, "member_permissions_boundary_name": "platform/Boundary"}

# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-organizations.html
_UNIFIED_CONSOLE = ("ssm-quicksetup.amazonaws.com", "resource-explorer-2.amazonaws.com")

# Each folder with a role, called as a module. The name of a role that is an input needs no prefix.
_CALLS: dict[str, dict[str, Any]] = {
    ".": {"regions": ["us-east-1"], "python_command": None, "default_host_management": {}, **_ROLES, **_PREFIX},
    "modules/quick-setup": {**_ROLES, "role_name_prefix": "Corp-Other-"},
    "modules/default-host-management": {**_ROLES, "role_name": "Corp-Nodes"},
    "modules/patch-policy-node-role": {"name": "Corp-Node", "patch_policy_ids": ["ab12c"], **_ROLES},
    "examples/hcp-terraform/credentials": {"organization": "corp", "workspace": "one", **_ROLES, **_PREFIX},
}
# Refused in the management account.
_ADMINISTRATOR_CALLS: dict[str, dict[str, Any]] = {
    "modules/automation-across-accounts": {
        "regions": ["us-east-1"],
        "administration_role_name": "Corp-Automation",
        "role_path": _PATH,
        "member_permissions_boundary_name": "platform/Boundary",
        "python_command": None,
        **_COMPANY,
    },
    "modules/session-manager-preferences": {"regions": ["us-east-1"], "python_command": None, **_MEMBERS},
    "modules/just-in-time-node-access": {
        "regions": ["us-east-1"],
        "unified_console": {"home_region": "us-east-1", "regions": ["us-east-1"], "targets": ["r-ab12"]},
        "events": {},
        "python_command": None,
        **_MEMBERS,
    },
    "modules/compliance-schedule": {
        "compliance_data": {"bucket_name": "patch-compliance", "stack_set_name": "patch-compliance"},
        "role_name_prefix": "Corp-",
        "python_command": None,
        **_ROLES,
    },
}
# StackSets receives its name alone: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
_WITHOUT_PATH = "aws_iam_role.execution"


@pytest.fixture(scope="module")
def changes(workspaces: Workspaces, sandbox_of_session: Sandbox) -> list[dict[str, Any]]:
    """The planned changes of all calls."""
    sandbox_of_session.reset(Scenario.named("bare"))
    create_prerequisites(sandbox_of_session)
    register_administrator(sandbox_of_session)
    organizations = sandbox_of_session.client("organizations")
    for principal in _UNIFIED_CONSOLE:
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=principal)
    found: list[dict[str, Any]] = []
    for account_id, calls_of_account in ((None, _CALLS), (ADMINISTRATOR, _ADMINISTRATOR_CALLS)):
        calls = {
            folder.replace("/", "_").replace(".", "root"): {
                "source": f"../module/{folder}".removesuffix("/."),
                **inputs,
            }
            for folder, inputs in calls_of_account.items()
        }
        plan = workspaces.call_modules(calls, sandbox_of_session.environment(account_id)).plan()
        found += plan.document["resource_changes"]
    return found


@pytest.fixture
def roles(changes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The arguments of each role, by address."""
    return {change["address"]: change["change"]["after"] for change in changes if change["type"] == "aws_iam_role"}


@pytest.fixture
def member_roles(changes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties of each role that a StackSet creates in every account, by the address of the StackSet."""
    return {
        change["address"]: resource["Properties"]
        for change in changes
        if change["type"] == "aws_cloudformation_stack_set"
        for resource in json.loads(change["change"]["after"]["template_body"])["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
    }


def test_every_role_of_a_stack_set(member_roles: dict[str, dict[str, Any]]) -> None:
    boundary = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/platform/Boundary"}
    for address, role in member_roles.items():
        assert role["PermissionsBoundary"] == boundary, address
        # An automation takes the name of the role that it assumes, and no path.
        assert role.get("Path") == (None if "automation" in address else _PATH), address
    declared = [
        file
        for file in (REPOSITORY / "modules").rglob("*.tf")
        if ".terraform" not in file.parts and "AWS::IAM::Role" in file.read_text()
    ]
    assert len(member_roles) == len(declared)


def test_every_role(roles: dict[str, dict[str, Any]]) -> None:
    for address, role in roles.items():
        assert role["permissions_boundary"] == _BOUNDARY, address
        assert role["tags"]["Owner"] == "platform", address
        assert role["name"].startswith("Corp-"), address
        assert role["path"] == ("/" if address.endswith(_WITHOUT_PATH) else _PATH), address


def test_no_role_is_missing(roles: dict[str, dict[str, Any]]) -> None:
    declared = {
        (file.parent.relative_to(REPOSITORY).as_posix(), name)
        for folder in ("modules", "examples")
        for file in (REPOSITORY / folder).rglob("*.tf")
        if ".terraform" not in file.parts
        for name in re.findall(r'^resource "aws_iam_role" "(\w+)"', file.read_text(), re.MULTILINE)
    }
    planned = {
        (folder, name)
        for folder in (*_CALLS, *_ADMINISTRATOR_CALLS)
        for address in roles
        for name in re.findall(rf"^module\.{folder.replace('/', '_')}\.aws_iam_role\.(\w+)", address)
    }
    assert planned == declared
