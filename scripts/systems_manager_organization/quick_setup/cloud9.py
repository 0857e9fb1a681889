"""AWS Cloud9 environments of member accounts.

Quick Setup has been seen to fail in accounts with one; AWS does not document it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.errors import OF_EVERY_ACCOUNT, ScriptError, ServiceError
from systems_manager_organization.plain_text import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.aws.account_sessions import AccountSession

# https://docs.aws.amazon.com/cloud9/latest/APIReference/API_DescribeEnvironments.html
_BATCH = 25

# "When you create an AWS Cloud9 development environment, AWS Cloud9 creates the service-linked role for you", and
# "before you can use IAM to delete a service-linked role, you must remove any AWS Cloud9 resources used by the role":
# https://docs.aws.amazon.com/cloud9/latest/user-guide/using-service-linked-roles.html
_SERVICE_LINKED_ROLE = "AWSServiceRoleForAWSCloud9"


@dataclass(frozen=True)
class Environment:
    """A development environment. `name` is "" if AWS does not return it."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return plain_text(f"{self.name} ({self.id})" if self.name else self.id)


def may_have_environments(member: AccountSession, region: str) -> bool:
    """Whether Cloud9's service-linked role exists: without it no Region of the account has an environment.

    It is one call in place of one for each Region. If the call fails otherwise, the result is True. `region`: any
    Region.
    """
    try:
        member.call("iam", region, "get_role", RoleName=_SERVICE_LINKED_ROLE)
    except OF_EVERY_ACCOUNT:
        raise
    except ScriptError as error:
        return not isinstance(error, ServiceError) or error.code != "NoSuchEntity"
    return True


def list_environments(member: AccountSession, region: str) -> list[Environment]:
    """The environments of an account in a Region, sorted. Raises ScriptError."""
    ids = list(member.paginate("cloud9", region, "list_environments"))
    return sorted(_describe(member, region, ids), key=str)


def _describe(member: AccountSession, region: str, ids: list[str]) -> Iterator[Environment]:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        environments = member.call("cloud9", region, "describe_environments", environmentIds=batch)["environments"]
        names = {environment["id"]: environment.get("name", "") for environment in environments}
        yield from (Environment(environment_id, names.get(environment_id, "")) for environment_id in batch)
