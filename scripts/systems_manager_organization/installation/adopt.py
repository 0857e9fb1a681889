"""`report.py adopt`: import and moved blocks for existing resources that a plan would create."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import OPTIONAL_COMMON_KEYS
from systems_manager_organization.cli.terminal import pluralize
from systems_manager_organization.errors import QueryError
from systems_manager_organization.installation.existing.planned import TAGGED_BY, Candidate, ResourceLookup, beside
from systems_manager_organization.installation.setting_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query
    from systems_manager_organization.cli.terminal import Terminal
    from systems_manager_organization.installation.existing.planned import Existing

EXIT_OK, EXIT_INCOMPLETE = 0, 1

# Types whose id in the state is another one than the name.
_IDENTIFIED_BY_NAME = ("aws_cloudformation_stack", "aws_codebuild_project", "aws_iam_role")
# As modules/settings writes the triggers of its changes.
_SETTING_CHANGE = re.compile(r"(.*) -> (.*) \([^()]*\)")


def adopt(_query: Query, connect: Connect, terminal: Terminal) -> int:
    """Writes blocks to standard output; to standard error what changes, what remains to be done, and where it looked.

    Returns 0 when every existing resource has a block; 1 otherwise, or when the plan creates nothing that could exist.
    Raises QueryError when standard input is not a plan, or is one of another account.
    """
    plan = _plan(terminal)
    changes: list[dict[str, Any]] = plan["resource_changes"]
    candidates = list(_candidates(changes))
    blocks: list[str] = []
    incomplete = False
    with connect() as aws:
        _require_account(plan, aws.account_id)
        lookup = ResourceLookup(aws, candidates)
        for candidate in candidates:
            found = lookup.find(candidate)
            for resource in found:
                block, remark = _decide(candidate, resource, found, changes)
                blocks += [block] if block and block not in blocks else []
                incomplete = incomplete or not block
                terminal.echo(f"{candidate.address}: {remark}", err=True)
        where = f"account {aws.account_id} and Region {aws.region}"
    for line in _setting_lines(changes):
        terminal.echo(line, err=True)
    for block in blocks:
        for line in block.split("\n"):
            terminal.echo(line)
    if not lookup.looked_up:
        terminal.echo(f"Nothing was checked in {where}: the plan creates nothing that could exist.", err=True)
        return EXIT_INCOMPLETE
    number = pluralize(lookup.looked_up, "resource")
    none = "" if blocks or incomplete else " None of them exists."
    terminal.echo(f"Checked in {where}: {number} that the plan creates.{none}", err=True)
    return EXIT_INCOMPLETE if incomplete else EXIT_OK


def _plan(terminal: Terminal) -> Mapping[str, Any]:
    if terminal.stdin.isatty():
        raise QueryError("standard input has no plan: terraform show -json PLANFILE | report.py adopt")
    try:
        plan: Mapping[str, Any] = json.load(terminal.stdin)
        plan["resource_changes"]
    except (ValueError, KeyError, TypeError) as error:
        raise QueryError(
            f"standard input is not a plan in JSON ({error}): terraform show -json PLANFILE | report.py adopt"
        ) from error
    return plan


def _require_account(plan: Mapping[str, Any], account_id: str) -> None:
    """Raises QueryError when the plan was made with the credentials of other accounts only."""
    accounts = sorted(set(_caller_accounts(plan.get("prior_state", {}).get("values", {}).get("root_module", {}))))
    if accounts and account_id not in accounts:
        raise QueryError(
            f"the plan is of account {', '.join(accounts)}, but the credentials belong to account {account_id}. Use "
            "those with which the plan was made: --profile or --role-arn."
        )


def _caller_accounts(module: Mapping[str, Any]) -> Iterator[str]:
    for resource in module.get("resources", []):
        if resource["type"] == "aws_caller_identity":
            yield resource["values"]["account_id"]
    for child in module.get("child_modules", []):
        yield from _caller_accounts(child)


def _setting_lines(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the plan does to the settings that no resource manages, of each installation that it creates."""
    for change in changes:
        triggers = (change["change"].get("after") or {}).get("triggers_replace")
        if "create" not in change["change"]["actions"] or not isinstance(triggers, dict):
            continue
        texts = {key: str(text) for key, text in triggers.items() if key.partition("/")[0] in KINDS}
        found = {key: match for key, text in texts.items() if (match := _SETTING_CHANGE.fullmatch(text))}
        same = sorted(key for key, match in found.items() if match[1] == match[2])
        if same:
            yield f"{change['address']}: used as they are, and left so on destroy: {', '.join(same)}."
        if set(found) - set(same):
            differing = ", ".join(
                f"{key} ({found[key][1]} -> {found[key][2]})" for key in sorted(set(found) - set(same))
            )
            yield f"{change['address']}: changed, and restored on destroy unless retained: {differing}."


def _candidates(changes: Iterable[Mapping[str, Any]]) -> Iterator[Candidate]:
    planned = {change["address"]: change["change"].get("after") or {} for change in changes}
    for change in changes:
        address, type_, actions = change["address"], change["type"], change["change"]["actions"]
        if "create" in actions:
            other = beside(address, type_, TAGGED_BY[type_]) if type_ in TAGGED_BY else ""
            # The database of tables has no index.
            tagged = planned.get(other) or planned.get(other.rpartition("[")[0]) or {}
            yield Candidate(
                address,
                type_,
                {"tags": tagged.get("tags"), **planned[address]},
                change.get("action_reason", "replaced") if "delete" in actions else "",
                ", ".join(".".join(map(str, path)) for path in change["change"].get("replace_paths", [])),
            )


def _decide(
    candidate: Candidate, found: Existing, existing: Sequence[Existing], changes: Iterable[Mapping[str, Any]]
) -> tuple[str, str]:
    """A block, or "", and a remark, or ""."""
    if candidate.replaced == "replace_because_tainted":
        return "", f"{found.id} is tainted in the state. To keep it: terraform untaint {_quote(candidate.address)}"
    if candidate.replaced == "replace_because_cannot_update":
        return "", (
            f"{found.id} is in the state, and AWS cannot change it as the configuration wants ({candidate.differing}). "
            "Give it another name too, or undo that."
        )
    if candidate.replaced:
        return "", (
            f"{found.id} is in the state, and the plan replaces it ({candidate.replaced}). This module refuses that: "
            "plan without -replace, or delete it in AWS first."
        )
    previous_address = next(
        (change["address"] for change in changes if change["type"] == candidate.type and _deletes(change, found.id)), ""
    )
    if previous_address:
        return _moved(previous_address, candidate.address), (
            f"{found.id} is in the state as {previous_address}, which the same plan deletes: the moved block keeps it."
        )
    if len(existing) > 1:
        ids = ", ".join(resource.id for resource in existing)
        return (
            "",
            f"{len(existing)} have this name: {ids}. Delete the others: report.py discard --deployed ARN",
        )
    installation = found.tag.installation
    if found.input:
        return "", (
            f"{found.id}, {found.tag.creator}: is not imported, as destroy would then delete it. Set {found.input}"
            f"{_if_lost(installation)}."
        )
    if installation not in ("", candidate.installation):
        return "", (
            f"{found.id} was created by installation {installation} (plan of {found.tag.time}), and is left alone"
            f"{_if_lost(installation)}."
        )
    if found.immutable:
        return "", f"{found.id} cannot be adopted: {found.immutable}, which AWS cannot change. Rename or delete it."
    return _import(
        candidate.address, found.id
    ), f"{found.id}, {found.tag.creator}: will be imported. {_effect(candidate, found)}"


def _if_lost(installation: str) -> str:
    return installation and (
        f'. If the state of installation {installation} is lost, set the input installation = "{installation}" of the '
        "module, and plan and adopt again"
    )


def _effect(candidate: Candidate, found: Existing) -> str:
    """What the apply changes, and what destroy does to it."""
    effect = f"Changes: {'; '.join(found.changes)}." if found.changes else "Nothing of it changes in AWS."
    if found.redeployed:
        effect += " Quick Setup deploys it again to its accounts and Regions."
    if not found.tag.installation:
        effect += (
            " Destroy deletes it, unless it is removed from the state first: terraform state rm "
            f"{_quote(candidate.address)}"
        )
    return effect


def _deletes(change: Mapping[str, Any], resource_id: str) -> bool:
    before = change["change"].get("before") or {}
    return change["change"]["actions"] == ["delete"] and resource_id in (
        before.get("id"),
        before.get("manager_arn"),
        before.get("arn"),
        before.get("name") if change["type"] in _IDENTIFIED_BY_NAME else None,
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
Checks whether what the plan creates by a name already exists: roles, organizational units, accounts, configuration
managers, stacks, StackSets, buckets and others, with the calls of observe.py organization and existing-resources.
Writes an import block with its id, or a moved block where the same plan deletes it at another address. For a unit or an
account that this installation did not create it names the input that uses it. What another installation created, and
buckets and keys of others, are left alone. For each import it says what the plan changes in AWS, and for the settings
what changes and what is used as it is. Review the file, put it next to the call of the module, apply, and delete it.
Changes nothing. It exits with 1 when something has no block.""",
    example="adopt < plan.json >> adopted.tf",
    options=OPTIONAL_COMMON_KEYS,
    cli_handler=adopt,
)
