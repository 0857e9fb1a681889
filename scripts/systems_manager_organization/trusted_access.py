"""`ensure.py trusted-access`: trusted access of one service to the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError
from systems_manager_organization.query import Key
from systems_manager_organization.setting import Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

# Enabled through Organizations, StackSets still says "You must enable organizations access to operate a service managed
# stack set": https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudformation.html
STACK_SETS_PRINCIPALS = ("member.org.stacksets.cloudformation.amazonaws.com", "stacksets.cloudformation.amazonaws.com")

ENABLED, DISABLED = "enabled", "disabled"


class TrustedAccess(Setting):
    def __init__(self, query: Query) -> None:
        self.principal = query["service_principal"]
        if self.principal in STACK_SETS_PRINCIPALS:
            raise QueryError(
                f'service_principal is "{self.principal}", but StackSets is activated by CloudFormation alone: '
                "enabled here, it would refuse to work. Use the verb stack-sets-access."
            )
        self.subject = f"Trusted access of {self.principal}"
        self.wanted = ENABLED
        self.before = query["before"] or None

    def describe(self, aws: Connection) -> str:
        enabled = aws.listed(aws.organizations.list_aws_service_access_for_organization, "EnabledServicePrincipals")
        # Lazily: no further page is asked for once it is found.
        is_on = any(principal.get("ServicePrincipal") == self.principal for principal in enabled)
        return ENABLED if is_on else DISABLED

    def change(self, aws: Connection, _current: str, target: str) -> None:
        organizations = aws.organizations
        operation = (
            organizations.enable_aws_service_access if target == ENABLED else organizations.disable_aws_service_access
        )
        aws.call(operation, ServicePrincipal=self.principal)


VERB = setting_verb(
    name="trusted-access",
    summary="Trusted access of one service to the organization, beside what is enabled already.",
    description="""\
Calls organizations:ListAWSServiceAccessForOrganization and EnableAWSServiceAccess; to restore, DisableAWSServiceAccess.
AWS provider 5 can only own the whole list of principals (aws_organizations_organization). Provider 6.39 has
aws_organizations_aws_service_access, which would replace this verb:
https://github.com/hashicorp/terraform-provider-aws/pull/46993""",
    keys=(
        Key(
            "service_principal",
            "the service that gets access",
            r"[a-z0-9-]+(\.[a-z0-9-]+){0,6}\.amazonaws\.com",
            'a service principal, for example "ssm.amazonaws.com"',
            required=True,
        ),
    ),
    before=Key("before", "for restore: what it was", f"{ENABLED}|{DISABLED}", f'"{ENABLED}" or "{DISABLED}"'),
    make=TrustedAccess,
)
