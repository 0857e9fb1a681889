"""Roles that deployments make in the accounts they go to."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from sandbox.iam.models import create_service_linked_role_once, roles_of

if TYPE_CHECKING:
    from collections.abc import Iterable

STACK_SETS_MEMBER = "member.org.stacksets.cloudformation.amazonaws.com"


def exists(account_id: str, role_name: str) -> bool:
    """Return whether the account has a role of that name, whoever made it."""
    return any(role.name == role_name for role in roles_of(account_id).get_roles())


def make(account_id: str, role_name: str, principal: dict[str, str], policy_arns: Iterable[str] = ()) -> None:
    """Make a role that the principal (`{"Service": ...}` or `{"AWS": ...}`) may assume, unless the account has it."""
    if exists(account_id, role_name):
        return
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
    roles = roles_of(account_id)
    roles.create_role(
        role_name,
        json.dumps(trust),
        "/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    for policy_arn in policy_arns:
        roles.attach_role_policy(policy_arn, role_name)


def take_away(account_id: str, role_name: str) -> None:
    """Delete a role with the policies that it has (ASSUMPTION: also those that somebody gave it since)."""
    roles = roles_of(account_id)
    if not exists(account_id, role_name):
        return
    role = roles.get_role(role_name)
    for policy_arn in list(role.managed_policies):
        roles.detach_role_policy(policy_arn, role_name)
    for policy_name in list(role.policies):
        roles.delete_role_policy(role_name, policy_name)
    roles.delete_role(role_name)


def prepare_members(account_ids: Iterable[str]) -> None:
    """Make what the first service-managed stack set makes in a member account; it stays there.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    """
    for account_id in account_ids:
        create_service_linked_role_once(account_id, STACK_SETS_MEMBER)
        make(
            account_id,
            stack_sets_role(account_id),
            {"Service": STACK_SETS_MEMBER},
            ["arn:aws:iam::aws:policy/AdministratorAccess"],
        )


def stack_sets_role(account_id: str) -> str:
    """Return the name of the role by which StackSets works in a member account."""
    return f"stacksets-exec-{sha256(account_id.encode()).hexdigest()[:32]}"
