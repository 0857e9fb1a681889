"""`ensure.py service-linked-role`: a role that one AWS service keeps for itself in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.query import Key
from systems_manager_organization.setting import Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

# Only AWS knows how a service names its role. StackSets' own are left out: its activation makes them.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html
ROLE_NAMES = {
    "accountdiscovery.ssm.amazonaws.com": "AWSServiceRoleForAmazonSSM_AccountDiscovery",
    "opsdatasync.ssm.amazonaws.com": "AWSServiceRoleForSystemsManagerOpsDataSync",
    "resource-explorer-2.amazonaws.com": "AWSServiceRoleForResourceExplorer",
    "ssm-quicksetup.amazonaws.com": "AWSServiceRoleForSSMQuickSetup",
    "ssm.amazonaws.com": "AWSServiceRoleForAmazonSSM",
}
PRESENT, ABSENT = "present", "absent"


class ServiceLinkedRole(Setting):
    always_retained: ClassVar[str] = "other features of Systems Manager in the account may use it"

    def __init__(self, query: Query) -> None:
        self.service_name = query["service_name"]
        self.role_name = ROLE_NAMES[self.service_name]
        self.subject = f"Service-linked role {self.role_name}"
        self.wanted = PRESENT
        self.before = None

    def describe(self, aws: Connection) -> str:
        try:
            aws.call(aws.iam.get_role, RoleName=self.role_name)
        except ServiceError as error:
            if error.code != "NoSuchEntity":
                raise
            return ABSENT
        return PRESENT

    def change(self, aws: Connection, _current: str, _target: str) -> None:
        aws.call(aws.iam.create_service_linked_role, AWSServiceName=self.service_name)


VERB = setting_verb(
    name="service-linked-role",
    summary="A role that an AWS service keeps for itself, which the console would create on the way.",
    description="""\
Calls iam:GetRole and CreateServiceLinkedRole. Is never restored.
aws_iam_service_linked_role fails when the role exists, and deletes it on destroy. One that can adopt what exists would
replace this verb.""",
    keys=(
        Key(
            "service_name",
            "the service whose role it is",
            "|".join(name.replace(".", r"\.") for name in ROLE_NAMES),
            f"one of {', '.join(ROLE_NAMES)}",
            required=True,
        ),
    ),
    before=None,
    make=ServiceLinkedRole,
)
