"""`ensure.py quick-setup-settings`: the role with which Quick Setup enables Explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.query import ROLE_ARN_PATTERN, ROLE_ARN_RULE, Key
from systems_manager_organization.setting import IrreversibleError, Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query


class QuickSetupSettings(Setting):
    def __init__(self, query: Query) -> None:
        self.subject = "Quick Setup's role for enabling Explorer"
        self.wanted = query["explorer_enabling_role_arn"]
        self.before = query["before"]

    def describe(self, aws: Connection) -> str:
        return aws.call(aws.quick_setup.get_service_settings)["ServiceSettings"].get("ExplorerEnablingRoleArn", "")

    def change(self, aws: Connection, _current: str, target: str) -> None:
        try:
            aws.call(aws.quick_setup.update_service_settings, ExplorerEnablingRoleArn=target)
        except ServiceError as error:
            # The API has no other way to unset it. botocore's model allows "", the reference's pattern does not:
            # https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_UpdateServiceSettings.html
            if target or error.code != "ValidationException":
                raise
            raise IrreversibleError("it was not set before and Quick Setup takes no empty one") from error


VERB = setting_verb(
    name="quick-setup-settings",
    summary="The role with which Quick Setup enables Explorer: ExplorerEnablingRoleArn of its service settings.",
    description="""\
Calls ssm-quicksetup:GetServiceSettings and UpdateServiceSettings; to restore, UpdateServiceSettings with what was set.
No version of the AWS provider has a resource for it; one that calls UpdateServiceSettings would replace this verb.""",
    keys=(Key("explorer_enabling_role_arn", "the role", ROLE_ARN_PATTERN, ROLE_ARN_RULE, required=True),),
    before=Key("before", "for restore: the role before; left out: none was set", ROLE_ARN_PATTERN, ROLE_ARN_RULE),
    make=QuickSetupSettings,
)
