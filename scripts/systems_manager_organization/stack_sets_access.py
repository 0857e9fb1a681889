"""`ensure.py stack-sets-access`: activation of CloudFormation StackSets for the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.query import Key
from systems_manager_organization.setting import Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

ENABLED, DISABLED = "ENABLED", "DISABLED"


class StackSetsAccess(Setting):
    """AWS also has DISABLED_PERMANENTLY and documents no difference: here both are DISABLED.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeOrganizationsAccess.html
    """

    def __init__(self, query: Query) -> None:
        self.subject = "CloudFormation StackSets access to the organization"
        self.wanted = ENABLED
        self.before = _plain(query["before"]) if query["before"] else None

    def describe(self, aws: Connection) -> str:
        return _plain(aws.call(aws.cloudformation.describe_organizations_access)["Status"])

    def change(self, aws: Connection, _current: str, target: str) -> None:
        cloudformation = aws.cloudformation
        if target == ENABLED:
            aws.call(cloudformation.activate_organizations_access)
        else:
            aws.call(cloudformation.deactivate_organizations_access)


def _plain(status: str) -> str:
    return ENABLED if status == ENABLED else DISABLED


VERB = setting_verb(
    name="stack-sets-access",
    summary="Activation of CloudFormation StackSets, by which Quick Setup deploys to other accounts.",
    description="""\
Calls cloudformation:DescribeOrganizationsAccess and ActivateOrganizationsAccess; to restore,
DeactivateOrganizationsAccess. No version of the AWS provider has a resource for it; one that calls
ActivateOrganizationsAccess would replace this verb.""",
    keys=(),
    before=Key(
        "before",
        "for restore: what it was",
        "ENABLED|DISABLED|DISABLED_PERMANENTLY",
        '"ENABLED", "DISABLED" or "DISABLED_PERMANENTLY"',
    ),
    make=StackSetsAccess,
)
