"""AWS Cloud9 environments of member accounts.

Where one existed, the author of the procedure saw Quick Setup fail; AWS documents nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.members import Member

# https://docs.aws.amazon.com/cloud9/latest/APIReference/API_DescribeEnvironments.html
_MOST_DESCRIBED = 25


@dataclass(frozen=True)
class Environment:
    """A development environment. `name` is "" where the account does not tell it."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


def environments_in(member: Member, region: str) -> list[Environment]:
    """The environments of a member account in a Region, sorted. Raises ScriptError."""
    ids = list(member.listed("cloud9", region, "list_environments", "environmentIds", page_key="nextToken"))
    return sorted(_described(member, region, ids), key=str)


def _described(member: Member, region: str, ids: list[str]) -> Iterator[Environment]:
    for start in range(0, len(ids), _MOST_DESCRIBED):
        some = ids[start : start + _MOST_DESCRIBED]
        told = member.call("cloud9", region, "describe_environments", environmentIds=some)["environments"]
        names = {environment["id"]: environment.get("name", "") for environment in told}
        yield from (Environment(found, names.get(found, "")) for found in some)
