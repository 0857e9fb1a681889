"""`ensure.py delegated-administrator-departure`: whether the administrator can be deregistered without a loss."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.command_line import Verb
from systems_manager_organization.crowd import each
from systems_manager_organization.errors import ScriptError, ServiceError
from systems_manager_organization.members import Members
from systems_manager_organization.names import MEMBER_ROLE_NAME, REGION_PATTERN, list_pattern
from systems_manager_organization.query import COMMON_KEYS, Key, account_id_key
from systems_manager_organization.resource_data_syncs import FROM_SOURCE, explorer_syncs_of_member

if TYPE_CHECKING:
    from systems_manager_organization.command_line import Connect
    from systems_manager_organization.members import Member
    from systems_manager_organization.query import Query


class DepartureError(ScriptError):
    """Deregistering the account now would make AWS delete something."""


@dataclass(frozen=True)
class _Look:
    """What there is in one Region: names of syncs, or why nobody could look (`""`: somebody did)."""

    region: str
    names: tuple[str, ...] = ()
    unreadable: str = ""


def check(query: Query, connect: Connect) -> str:
    """Says that no sync would be deleted, or that nobody could look, which must not keep a closed account registered.

    Raises DepartureError when one would be.
    """
    account_id, regions = query["administrator_account_id"], sorted(set(json.loads(query["regions"])))
    with connect() as aws:
        try:
            member = Members(aws, query["member_role_name"]).enter(account_id)
        except ServiceError as error:
            return _unseen(f"account {account_id}", error.message)
        looks = sorted(each(partial(_look, member), regions), key=lambda look: look.region)
    deleted = [f"{name} ({look.region})" for look in looks for name in look.names]
    if deleted:
        raise DepartureError(_obstacle(account_id, deleted))
    seen = ", ".join(look.region for look in looks if not look.unreadable)
    said = [f"Account {account_id} has no resource data sync of the organization in {seen}."] if seen else []
    said += [
        _unseen(f"account {account_id} and Region {look.region}", look.unreadable) for look in looks if look.unreadable
    ]
    return " ".join(said) or f"No Region was named to look for resource data syncs in, in account {account_id}."


def _look(member: Member, region: str) -> _Look:
    try:
        syncs = explorer_syncs_of_member(member, region)
    except ScriptError as error:
        return _Look(region, unreadable=error.message if isinstance(error, ServiceError) else str(error))
    # Quick Setup's own go with its configurations, and nobody else may delete them.
    return _Look(region, tuple(sync.name for sync in syncs if sync.is_of_organization and not sync.is_quick_setups))


def _unseen(where: str, why: str) -> str:
    return f"Nobody could look for Explorer's resource data syncs in {where}, and AWS deletes any that there are. {why}"


def _obstacle(account_id: str, deleted: list[str]) -> str:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator-deregister.html
    return (
        f"account {account_id} is to be deregistered as the delegated administrator, and AWS would delete the resource "
        f"data syncs of the organization that it made: {', '.join(deleted)}. Destroy the configuration of the "
        "administrator account first (the one that calls modules/explorer), then this one. Or delete the syncs, in "
        f"that account: aws ssm delete-resource-data-sync --region REGION --sync-type {FROM_SOURCE} --sync-name NAME"
    )


VERB = Verb(
    name="delegated-administrator-departure",
    summary="Refuses when deregistering the delegated administrator would delete Explorer's resource data syncs.",
    description="""\
Calls sts:AssumeRole for the administrator account, and there ssm:ListResourceDataSync in each Region. Changes nothing.
aws_organizations_delegated_administrator deregisters whatever there is; a data source that lists resource data syncs
could not take part in a destroy either, so that only a resource of its own would replace this verb.""",
    keys=(
        *COMMON_KEYS,
        account_id_key("administrator_account_id", "the delegated administrator", required=True),
        replace(
            MEMBER_ROLE_NAME, description="a role of that account, with its path, to look into it by", required=True
        ),
        Key(
            "regions",
            "Regions to look in",
            list_pattern(REGION_PATTERN, empty=True),
            'a JSON list of Regions, for example ["us-east-1"]',
            default="[]",
        ),
    ),
    run=check,
)
