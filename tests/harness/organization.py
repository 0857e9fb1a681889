"""Reads and prepares the organization in the sandbox, with the credentials of its management account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox import Sandbox


def root_id(sandbox: Sandbox) -> str:
    (root,) = sandbox.client("organizations").list_roots()["Roots"]
    return str(root["Id"])


def child_units(sandbox: Sandbox, parent_id: str | None = None) -> dict[str, str]:
    """The ids of the organizational units of a parent, by default the root, by name."""
    found = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=parent_id or root_id(sandbox))
    return {unit["Name"]: unit["Id"] for unit in found["OrganizationalUnits"]}


def create_unit(sandbox: Sandbox, name: str) -> str:
    """The id of a new organizational unit in the root."""
    client = sandbox.client("organizations")
    created = client.create_organizational_unit(ParentId=root_id(sandbox), Name=name)["OrganizationalUnit"]
    return str(created["Id"])


def managers(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Name and ARN of every configuration manager, by name."""
    pages = sandbox.client("ssm-quicksetup").get_paginator("list_configuration_managers").paginate()
    return sorted(
        (manager["Name"], manager["ManagerArn"]) for page in pages for manager in page["ConfigurationManagersList"]
    )


def settle(sandbox: Sandbox) -> None:
    """Lets the associations of all configurations run, which no apply waits for."""
    sandbox.clock.advance(600)
    managers(sandbox)


def settings_records(sandbox: Sandbox, account_id: str | None = None, region: str | None = None) -> dict[str, object]:
    """The settings records in Parameter Store of an account, by default the management account's, by installation."""
    parameters = sandbox.client("ssm", account_id, region).get_parameters_by_path(
        Path="/systems-manager-organization", Recursive=True
    )
    return {found["Name"].rpartition("/")[2]: json.loads(found["Value"]) for found in parameters["Parameters"]}
