"""`ensure.py configuration-registration`: says on a configuration manager that Terraform has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.left_over import IDS_PATTERN, IDS_RULE, TAG, identifier, mark, mark_of
from systems_manager_organization.query import Key
from systems_manager_organization.setting import Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query


class ConfigurationRegistration(Setting):
    always_retained = "the tag goes with the configuration manager"

    def __init__(self, query: Query) -> None:
        self.arn = query["manager_arn"]
        self.subject = f"Tag {TAG} of configuration manager {identifier(self.arn)}"
        self.wanted = mark_of(query["left_over"])
        self.before = None

    def describe(self, aws: Connection) -> str:
        return mark(aws, self.arn)

    def change(self, aws: Connection, _current: str, target: str) -> None:
        aws.call(aws.quick_setup.tag_resource, ResourceArn=self.arn, Tags={TAG: target})


VERB = setting_verb(
    name="configuration-registration",
    summary="Says on a configuration manager that Terraform has it in its state.",
    description="""\
Calls ssm-quicksetup:GetConfigurationManager and TagResource.
aws_ssmquicksetup_configuration_manager keeps nothing of a creation that fails or is interrupted; a release that does
(https://github.com/hashicorp/terraform-provider-aws/issues/43920) would replace this verb.""",
    keys=(
        Key(
            "manager_arn",
            "the configuration manager",
            r"arn:aws:ssm-quicksetup:[a-z0-9-]+:[0-9]{12}:configuration-manager/[0-9a-f-]{36}",
            "the ARN of a configuration manager",
            required=True,
        ),
        Key("left_over", "what was cleared away before it was created", IDS_PATTERN, IDS_RULE),
    ),
    before=None,
    make=ConfigurationRegistration,
)
