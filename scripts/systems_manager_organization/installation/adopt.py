"""`report.py adopt`: import and moved blocks for existing resources that a plan would create."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS
from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import QueryError
from systems_manager_organization.installation.existing_resources import find_account, find_roles, find_unit
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.organizations.accounts import get_root_id
from systems_manager_organization.quick_setup.configuration_managers import (
    creation_tag_of,
    get_configuration_manager,
    list_managers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.quick_setup.configuration_managers import Manager

EXIT_OK, EXIT_INCOMPLETE = 0, 1


@dataclass(frozen=True)
class Candidate:
    """A resource that the plan creates.

    Attributes:
        planned: its planned attributes.
        replaced: Terraform's `action_reason` if it replaces a resource in the state; else "".
    """

    address: str
    type: str
    planned: Mapping[str, Any]
    replaced: str

    @property
    def installation(self) -> str:
        return CreationTag.of(self.planned.get("tags") or {}).installation


@dataclass(frozen=True)
class Existing:
    """An existing resource that matches a candidate."""

    id: str
    tag: CreationTag


def adopt(_query: Query, connect: Connect, terminal: Terminal) -> int:
    """Writes blocks to standard output, and what remains to be done to standard error.

    Returns 0 when every existing resource has a block, else 1. Raises QueryError when standard input is not a plan.
    """
    changes = _changes(terminal)
    candidates = list(_candidates(changes))
    blocks: list[str] = []
    incomplete = False
    with connect() as aws:
        lookup = _Lookup(aws)
        for candidate in candidates:
            found = lookup.find(candidate)
            for resource in found:
                block, remark = _decide(candidate, resource, found, changes)
                blocks += [block] if block and block not in blocks else []
                if remark:
                    incomplete = incomplete or not block
                    terminal.echo(f"{candidate.address}: {remark}", err=True)
    for block in blocks:
        terminal.echo(block)
    if not blocks and not incomplete:
        terminal.echo("The plan creates no existing resource.", err=True)
    return EXIT_INCOMPLETE if incomplete else EXIT_OK


def _changes(terminal: Terminal) -> list[dict[str, Any]]:
    if terminal.stdin.isatty():
        raise QueryError("standard input has no plan: terraform show -json PLANFILE | report.py adopt")
    try:
        plan = json.load(terminal.stdin)
        changes: list[dict[str, Any]] = plan["resource_changes"]
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError(
            f"standard input is not a plan in JSON ({error}): terraform show -json PLANFILE | report.py adopt"
        ) from error
    return changes


def _candidates(changes: Iterable[Mapping[str, Any]]) -> Iterator[Candidate]:
    for change in changes:
        actions = change["change"]["actions"]
        if "create" in actions:
            yield Candidate(
                change["address"],
                change["type"],
                change["change"].get("after") or {},
                change.get("action_reason", "replaced") if "delete" in actions else "",
            )


class _Lookup:
    """Finds the existing resources that match a candidate."""

    def __init__(self, aws: AwsSession) -> None:
        self._aws = aws

    @cached_property
    def _managers(self) -> list[Manager]:
        """Listed once for all candidates."""
        return list_managers(self._aws)

    def find(self, candidate: Candidate) -> list[Existing]:
        """None, one or (configuration managers) several. Raises ScriptError."""
        planned, aws = candidate.planned, self._aws
        if candidate.type == "aws_iam_role":
            return [Existing(found.id, found.tag) for found in find_roles(aws, [planned["name"]])]
        if candidate.type == "aws_organizations_organizational_unit" and planned.get("parent_id"):
            unit = find_unit(aws, planned["name"], planned["parent_id"])
            return [Existing(unit.id, unit.tag)] if unit else []
        if candidate.type == "aws_organizations_account":
            accounts = AccountDirectory(aws).in_units([get_root_id(aws)])
            account = find_account(aws, accounts, planned["email"])
            return [Existing(account.id, account.tag)] if account else []
        if candidate.type == "aws_ssmquicksetup_configuration_manager":
            types = ",".join(sorted(found["type"] for found in planned["configuration_definition"]))
            return [
                Existing(manager.arn, creation_tag_of(get_configuration_manager(aws, manager.arn)))
                for manager in self._managers
                if (manager.name, manager.type) == (planned["name"], types)
            ]
        return []


def _decide(
    candidate: Candidate, found: Existing, existing: Sequence[Existing], changes: Iterable[Mapping[str, Any]]
) -> tuple[str, str]:
    """A block, or "", and a remark, or ""."""
    if candidate.replaced == "replace_because_tainted":
        return "", f"{found.id} is tainted in the state. To keep it: terraform untaint {_quote(candidate.address)}"
    if candidate.replaced:
        return "", (
            f"{found.id} is in the state, and the plan replaces it ({candidate.replaced}). This module refuses that: "
            "plan without -replace, or delete it in AWS first."
        )
    previous_address = next((change["address"] for change in changes if _deletes(change, found.id)), "")
    if previous_address:
        return _moved(previous_address, candidate.address), (
            f"{found.id} is in the state as {previous_address}, which the same plan deletes: the moved block keeps it."
        )
    if len(existing) > 1:
        ids = ", ".join(resource.id for resource in existing)
        return (
            "",
            f"{len(existing)} have this name: {ids}. Delete the others: report.py discard ARN",
        )
    installation = found.tag.installation
    if installation not in ("", candidate.installation):
        return "", (
            f"{found.id} was created by installation {installation} (plan of {found.tag.time}), and is not adopted. If "
            f'its state is lost, set the input installation = "{installation}" of the module, and plan and '
            "adopt again."
        )
    return _import(candidate.address, found.id), f"{found.id}, {found.tag.creator}: will be imported."


def _deletes(change: Mapping[str, Any], resource_id: str) -> bool:
    before = change["change"].get("before") or {}
    return change["change"]["actions"] == ["delete"] and resource_id in (
        before.get("id"),
        before.get("manager_arn"),
        before.get("arn"),
        before.get("name") if change["type"] == "aws_iam_role" else None,
    )


def _import(address: str, resource_id: str) -> str:
    return f'import {{\n  to = {address}\n  id = "{resource_id}"\n}}'


def _moved(previous_address: str, address: str) -> str:
    """The shortest moved block: of the module, if a module call was renamed."""
    before, after = _split_address(previous_address), _split_address(address)
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        before.pop()
        after.pop()
    return f"moved {{\n  from = {'.'.join(before)}\n  to   = {'.'.join(after)}\n}}"


def _split_address(address: str) -> list[str]:
    """`module.a["x.y"].aws_iam_role.b` to `module.a["x.y"]` and `aws_iam_role.b`."""
    parts = re.findall(r'[^.\[]+(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?', address)
    return [".".join(parts[index : index + 2]) for index in range(0, len(parts), 2)]


def _quote(address: str) -> str:
    return f"'{address}'"


COMMAND: Command[str] = Command(
    name="adopt",
    summary="Generates import and moved blocks for existing resources that a plan would create.",
    description="""\
Reads a plan in JSON, refused or not, from standard input:
  terraform plan -out=refused.tfplan
  terraform show -json refused.tfplan | report.py adopt >> adopted.tf
Checks whether each role, organizational unit, account and configuration manager that the plan creates already exists:
iam:GetRole, organizations:ListOrganizationalUnitsForParent, ListAccounts, ListTagsForResource,
ssm-quicksetup:ListConfigurationManagers, GetConfigurationManager. Writes an import block with its id, or a moved block
where the same plan deletes it at another address. What another installation created is ignored. Review the file, put
it next to the call of the module, apply, and delete it. Changes nothing.""",
    example="adopt < plan.json > adopted.tf",
    options=OPTIONAL_COMMON_KEYS,
    cli_handler=adopt,
)
