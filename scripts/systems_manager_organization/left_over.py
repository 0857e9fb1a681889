"""Configuration managers that an apply began to create and did not finish, told by a tag.

The AWS provider keeps a configuration manager in the state only once its deployment has succeeded. When the deployment
fails, or Terraform is killed while it waits, the manager stays in AWS and Terraform knows nothing of it; the next apply
would create a second one. https://github.com/hashicorp/terraform-provider-aws/issues/43920

So the module creates every manager with the tag `systems-manager-organization:apply` = `unfinished`, and says
`finished` when Terraform has it. What is unfinished at the next plan is left over. `finished after ID` remembers what
was cleared away for it: the next plan then sees the same as this one, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.managers import described

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection

TAG = "systems-manager-organization:apply"
UNFINISHED = "unfinished"
FINISHED = "finished"
_AFTER = f"{FINISHED} after "

# A tag's value has 256 characters, an id 36: whatever does not fit is cleared away by a later apply.
_MOST_IDS = 6

ID_PATTERN = "[0-9a-f-]{36}"
IDS_PATTERN = f"{ID_PATTERN}(,{ID_PATTERN}){{0,{_MOST_IDS - 1}}}"
IDS_RULE = "ids of configuration managers, joined by commas"


@dataclass(frozen=True)
class Remains:
    """What is known of one configuration name.

    Attributes:
        unfinished: ids that an apply left over, sorted, joined by commas; "" when there are none.
        cleared: the same, or else what was cleared away before the manager that is there now was created.
    """

    unfinished: str = ""
    cleared: str = ""


def mark_of(left_over: str) -> str:
    """The tag's value for a manager that Terraform has, `left_over` having been cleared away before."""
    return _AFTER + left_over if left_over else FINISHED


def remains(aws: Connection, arns: list[str]) -> Remains:
    """What the managers of one name say."""
    marks = {identifier(arn): mark(aws, arn) for arn in arns}
    unfinished = ",".join(sorted(found for found, said in marks.items() if said == UNFINISHED)[:_MOST_IDS])
    former = next((said.removeprefix(_AFTER) for said in marks.values() if said.startswith(_AFTER)), "")
    return Remains(unfinished, unfinished or former)


def mark(aws: Connection, arn: str) -> str:
    """The tag's value; "" when the manager has no such tag or is gone."""
    return str(described(aws, arn).get("Tags", {}).get(TAG, ""))


def identifier(arn: str) -> str:
    """The last part of a configuration manager's ARN."""
    return arn.rpartition("/")[2]
