"""Roles that deployments create in their target accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.iam.models import iam_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def exists(account_id: str, role_name: str) -> bool:
    """Return whether the account has a role of that name."""
    return any(role.name == role_name for role in iam_backend_of(account_id).get_roles())


def create(account_id: str, role_name: str, principal: dict[str, str], policy_arns: Iterable[str] = ()) -> None:
    """Create a role that the principal (`{"Service": ...}` or `{"AWS": ...}`) may assume, unless the account has it."""
    if exists(account_id, role_name):
        return
    roles = iam_backend_of(account_id)
    roles.create_trusted_role(role_name, principal)
    for policy_arn in policy_arns:
        roles.attach_role_policy(policy_arn, role_name)
