"""The organizational unit that an account is in, for an account that Terraform does not own.

Only aws_organizations_account can move an account, and it must own it. The resource proposed in
https://github.com/hashicorp/terraform-provider-aws/pull/42040 would replace this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError
from systems_manager_organization.organizations.accounts import get_parent, get_root_id
from systems_manager_organization.settings.setting import SettingKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.setting import Setting


class AccountPlacement(SettingKind):
    """The subject is the account, the value the id of the root or organizational unit that holds it."""

    name = "account-placement"
    # https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
    values = "|r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|elsewhere"

    def read(self, aws: AwsSession, settings: Sequence[Setting]) -> dict[str, str]:
        return {setting.key: get_parent(aws, setting.subject) if setting.subject else "" for setting in settings}

    def change(self, aws: AwsSession, setting: Setting, current: str, target: str) -> None:
        if not current:
            raise QueryError(
                f'account "{setting.subject}" cannot be placed in {target}: it is not in the organization of '
                f"account {aws.account_id}."
            )
        aws.call(
            aws.organizations.move_account,
            AccountId=setting.subject,
            SourceParentId=current,
            DestinationParentId=target,
        )

    def previous_or_substitute(self, aws: AwsSession, previous: str) -> str:
        """The root, if the organizational unit was deleted, or the account was created by this installation.

        The account must leave the organizational unit before that is deleted.
        """
        if not previous:
            return get_root_id(aws)
        if not previous.startswith("ou-"):
            return previous
        unit = aws.call_or_none(
            "OrganizationalUnitNotFoundException",
            aws.organizations.describe_organizational_unit,
            OrganizationalUnitId=previous,
        )
        return previous if unit else get_root_id(aws)
