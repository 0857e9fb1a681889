"""`report.py adopt`: import and moved blocks for what a plan would create although AWS has it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS
from systems_manager_organization.creation_tag import CreationMark
from systems_manager_organization.errors import QueryError
from systems_manager_organization.installation.existing_resources import existing_account, existing_roles, existing_unit
from systems_manager_organization.organizations.account_directory import AccountDirectory
from systems_manager_organization.organizations.accounts import root_id_of
from systems_manager_organization.quick_setup.configuration_managers import (
    creation_mark,
    get_configuration_manager,
    managers_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.quick_setup.configuration_managers import Manager

ALL_ADOPTED, SOME_LEFT = 0, 1


@dataclass(frozen=True)
class Candidate:
    """A resource that the plan creates.

    Attributes:
        planned: the attributes that it will have, as far as the plan knows them.
        replaced: why it is created in place of one that the state has: Terraform's `action_reason`; "" where it is not.
    """

    address: str
    type: str
    planned: Mapping[str, Any]
    replaced: str

    @property
    def installation(self) -> str:
        return CreationMark.of(self.planned.get("tags") or {}).installation


@dataclass(frozen=True)
class Found:
    """What AWS has in place of a candidate."""

    id: str
    mark: CreationMark


def adopt(_query: Query, connect: Connect, screen: Terminal) -> int:
    """Writes blocks to standard output, and to standard error what is left to the person.

    Returns 0 when there is a block for everything that exists, 1 when something is left. Raises QueryError where
    standard input is no plan.
    """
    changes = _changes(screen)
    candidates = list(_candidates(changes))
    blocks: list[str] = []
    left = False
    with connect() as aws:
        lookup = _Lookup(aws)
        for candidate in candidates:
            found = lookup.find(candidate)
            for one in found:
                block, remark = _decide(candidate, one, found, changes)
                blocks += [block] if block and block not in blocks else []
                if remark:
                    left = left or not block
                    screen.tell(f"{candidate.address}: {remark}")
    for block in blocks:
        screen.write(block)
    if not blocks and not left:
        screen.tell("The plan creates nothing that exists.")
    return SOME_LEFT if left else ALL_ADOPTED


def _changes(screen: Terminal) -> list[dict[str, Any]]:
    if screen.stdin.isatty():
        raise QueryError("there is no plan on standard input: terraform show -json PLANFILE | report.py adopt")
    try:
        plan = json.load(screen.stdin)
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
    """Looks for what a candidate would be, in AWS."""

    def __init__(self, aws: AwsSession) -> None:
        self._aws = aws

    @cached_property
    def _managers(self) -> list[Manager]:
        """Listed once, however many the plan creates."""
        return managers_of(self._aws)

    def find(self, candidate: Candidate) -> list[Found]:
        """None, one or (configuration managers) several. Raises ScriptError."""
        planned, aws = candidate.planned, self._aws
        if candidate.type == "aws_iam_role":
            return [Found(found.id, found.mark) for found in existing_roles(aws, [planned["name"]])]
        if candidate.type == "aws_organizations_organizational_unit" and planned.get("parent_id"):
            unit = existing_unit(aws, planned["name"], planned["parent_id"])
            return [Found(unit.id, unit.mark)] if unit else []
        if candidate.type == "aws_organizations_account":
            accounts = AccountDirectory(aws).in_units([root_id_of(aws)])
            account = existing_account(aws, accounts, planned["email"])
            return [Found(account.id, account.mark)] if account else []
        if candidate.type == "aws_ssmquicksetup_configuration_manager":
            types = ",".join(sorted(found["type"] for found in planned["configuration_definition"]))
            return [
                Found(manager.arn, creation_mark(get_configuration_manager(aws, manager.arn)))
                for manager in self._managers
                if (manager.name, manager.type) == (planned["name"], types)
            ]
        return []


def _decide(
    candidate: Candidate, found: Found, all_found: Sequence[Found], changes: Iterable[Mapping[str, Any]]
) -> tuple[str, str]:
    """A block, or "", and what a person has to know, or ""."""
    if candidate.replaced == "replace_because_tainted":
        return "", f"{found.id} is tainted in the state. To keep it: terraform untaint {_quoted(candidate.address)}"
    if candidate.replaced:
        return "", (
            f"{found.id} is in the state, and the plan replaces it ({candidate.replaced}). This module refuses that: "
            "plan without -replace, or delete it in AWS first."
        )
    former = next((change["address"] for change in changes if _deletes(change, found.id)), "")
    if former:
        return _moved(former, candidate.address), (
            f"{found.id} is in the state as {former}, which the same plan deletes: the moved block keeps it."
        )
    if len(all_found) > 1:
        ids = ", ".join(one.id for one in all_found)
        return (
            "",
            f"there are {len(all_found)} of this name: {ids}. Delete those that are not meant: report.py discard ARN",
        )
    installation = found.mark.installation
    if installation not in ("", candidate.installation):
        return "", (
            f"{found.id} was created by installation {installation} (plan of {found.mark.time}), and is left to it. If "
            f'the state of that one is lost, set the input installation = "{installation}" of the module, and plan and '
            "adopt again."
        )
    return _import(candidate.address, found.id), f"{found.id}, {found.mark.creator}: will be imported."


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


def _moved(former: str, address: str) -> str:
    """The shortest that says it: where a module call was renamed, the module."""
    before, after = _steps(former), _steps(address)
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        before.pop()
        after.pop()
    return f"moved {{\n  from = {'.'.join(before)}\n  to   = {'.'.join(after)}\n}}"


def _steps(address: str) -> list[str]:
    """`module.a["x.y"].aws_iam_role.b` to `module.a["x.y"]` and `aws_iam_role.b`."""
    parts = re.findall(r'[^.\[]+(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?', address)
    return [".".join(parts[index : index + 2]) for index in range(0, len(parts), 2)]


def _quoted(address: str) -> str:
    return f"'{address}'"


COMMAND: Command[str] = Command(
    name="adopt",
    summary="Import and moved blocks for what a plan would create although AWS has it.",
    description="""\
Reads a plan in JSON, refused or not, from standard input:
  terraform plan -out=refused.tfplan
  terraform show -json refused.tfplan | report.py adopt >> adopted.tf
For each role, organizational unit, account and configuration manager that the plan creates, looks whether AWS has it:
iam:GetRole, organizations:ListOrganizationalUnitsForParent, ListAccounts, ListTagsForResource,
ssm-quicksetup:ListConfigurationManagers, GetConfigurationManager. Writes an import block with its id, or a moved block
where the same plan deletes it at another address. What another installation created is left alone. Review the file, put
it beside the call of the module, apply, and delete it. Changes nothing.""",
    example="adopt < plan.json > adopted.tf",
    options=OPTIONAL_COMMON_KEYS,
    cli_handler=adopt,
)
