"""What a company requires of roles reaches every role of the modules and the examples."""

from __future__ import annotations

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

# Each folder with a role, called as a module. The name of a role that is an input needs no prefix.
_CALLS: dict[str, dict[str, Any]] = {
    ".": {"regions": ["us-east-1"], "python_command": None, "default_host_management": {}, **_ROLES, **_PREFIX},
    "modules/quick-setup": {**_ROLES, "role_name_prefix": "Corp-Other-"},
    "modules/default-host-management": {**_ROLES, "role_name": "Corp-Nodes"},
    "modules/patch-policy-node-role": {"name": "Corp-Node", "patch_policy_ids": ["ab12c"], "path": _PATH, **_COMPANY},
    "examples/hcp-terraform/credentials": {"organization": "corp", "workspace": "one", **_ROLES, **_PREFIX},
}
# Refused in the management account.
_ADMINISTRATOR_CALLS: dict[str, dict[str, Any]] = {
    "modules/automation-across-accounts": {
        "regions": ["us-east-1"],
        "administration_role_name": "Corp-Automation",
        "role_path": _PATH,
        **_COMPANY,
    },
    "modules/compliance-schedule": {
        "compliance_data": {"bucket_name": "patch-compliance", "stack_set_name": "patch-compliance"},
        "role_name_prefix": "Corp-",
        **_ROLES,
    },
}
# StackSets receives its name alone: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
_WITHOUT_PATH = "aws_iam_role.execution"


@pytest.fixture(scope="module")
def roles(workspaces: Workspaces, sandbox_of_session: Sandbox) -> dict[str, dict[str, Any]]:
    """The arguments of each planned role, by address."""
    sandbox_of_session.reset(Scenario.named("bare"))
    create_prerequisites(sandbox_of_session)
    register_administrator(sandbox_of_session)
    found: dict[str, dict[str, Any]] = {}
    for account_id, calls_of_account in ((None, _CALLS), (ADMINISTRATOR, _ADMINISTRATOR_CALLS)):
        calls = {
            folder.replace("/", "_").replace(".", "root"): {
                "source": f"../module/{folder}".removesuffix("/."),
                **inputs,
            }
            for folder, inputs in calls_of_account.items()
        }
        plan = workspaces.call_modules(calls, sandbox_of_session.environment(account_id)).plan()
        found |= {
            change["address"]: change["change"]["after"]
            for change in plan.document["resource_changes"]
            if change["type"] == "aws_iam_role"
        }
    return found


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
