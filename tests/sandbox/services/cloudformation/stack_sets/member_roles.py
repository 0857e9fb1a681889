"""The roles by which service-managed StackSets work in a member account.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sandbox.services.iam import auto_created_roles
from sandbox.services.iam.models import create_service_linked_role_once

if TYPE_CHECKING:
    from collections.abc import Iterable

STACK_SETS_MEMBER = "member.org.stacksets.cloudformation.amazonaws.com"


def prepare_members(account_ids: Iterable[str]) -> None:
    """Create the roles that the first service-managed StackSet creates in a member account; they remain."""
    for account_id in account_ids:
        create_service_linked_role_once(account_id, STACK_SETS_MEMBER)
        auto_created_roles.create(
            account_id,
            stack_sets_role(account_id),
            {"Service": STACK_SETS_MEMBER},
            ["arn:aws:iam::aws:policy/AdministratorAccess"],
        )


def stack_sets_role(account_id: str) -> str:
    """Return the name of the role by which StackSets works in a member account."""
    return f"stacksets-exec-{sha256(account_id.encode()).hexdigest()[:32]}"
