"""Configurations that one apply would create at once, where Quick Setup works on one at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from systems_manager_organization.findings import Finding
from systems_manager_organization.left_over import UNFINISHED, mark
from systems_manager_organization.names import PATCH_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from systems_manager_organization.configurations import Configuration
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.managers import Manager

SEVERAL_AT_ONCE = "SEVERAL_AT_ONCE"


def creation_findings(
    aws: Connection, managers: Iterable[Manager], configurations: Iterable[Configuration]
) -> Iterator[Finding]:
    """Whether patch policies of one turn are still to be created, two or more: Terraform starts them together.

    The management account's own comes after its policy's, and other types follow by precondition. A manager is asked
    for its mark only where two or more may be missing, so that nobody is where all is well. Raises ScriptError.
    """
    of_name: defaultdict[str, list[Manager]] = defaultdict(list)
    for manager in managers:
        if manager.type == PATCH_POLICY:
            of_name[manager.name].append(manager)
    turns: defaultdict[int, list[str]] = defaultdict(list)
    for found in configurations:
        if found.type == PATCH_POLICY and not found.account_id:
            turns[found.turn].append(found.name)
    for _, names in sorted(turns.items()):
        created = _to_create(aws, names, of_name)
        if len(created) > 1:
            # "Another request is being processed. Wait a few minutes and try again":
            # https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html
            yield Finding(
                SEVERAL_AT_ONCE,
                ", ".join(sorted(created)),
                "These patch policies are still to be created, and have the same turn. One apply creates them at once, "
                "and Quick Setup, which works on one at a time, answers ConflictException to all but one.",
                "Give each another turn (1 to 5), or apply with -parallelism=1 (on HCP Terraform by the environment "
                'variable TF_CLI_ARGS_apply="-parallelism=1"), or apply again until all are there.',
            )


def _to_create(aws: Connection, names: Iterable[str], of_name: Mapping[str, list[Manager]]) -> list[str]:
    """Those of these policies that no manager has, or an unfinished one alone; none where they cannot be two."""
    unsettled = [
        name for name in names if all(manager.deployment_status != "SUCCEEDED" for manager in of_name.get(name, []))
    ]
    if len(unsettled) < 2:
        return []
    return [
        name for name in unsettled if all(mark(aws, manager.arn) == UNFINISHED for manager in of_name.get(name, []))
    ]
