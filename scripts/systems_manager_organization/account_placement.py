"""`ensure.py account-placement`: the organizational unit that an existing account is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError, ServiceError
from systems_manager_organization.query import Key, account_id_key
from systems_manager_organization.setting import Setting, setting_verb

if TYPE_CHECKING:
    from systems_manager_organization.connection import Connection
    from systems_manager_organization.query import Query

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
_ORGANIZATIONAL_UNIT_PATTERN = "ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}"
_ROOT_PATTERN = "r-[0-9a-z]{4,32}"
_ORGANIZATIONAL_UNIT_RULE = 'the id of an organizational unit, for example "ou-ab12-34cd56ef"'


class AccountPlacement(Setting):
    def __init__(self, query: Query) -> None:
        self.account_id = query["placed_account_id"]
        self.subject = f"Parent of account {self.account_id}"
        self.wanted = query["organizational_unit_id"]
        self.before = query["before"] or None

    def describe(self, aws: Connection) -> str:
        return parent_of(aws, self.account_id)

    def change(self, aws: Connection, current: str, target: str) -> None:
        if not current:
            raise QueryError(
                f'placed_account_id is "{self.account_id}", but the organization of account {aws.account_id} has no '
                "such account."
            )
        aws.call(
            aws.organizations.move_account,
            AccountId=self.account_id,
            SourceParentId=current,
            DestinationParentId=target,
        )


def parent_of(aws: Connection, account_id: str) -> str:
    """Id of the root or organizational unit that holds the account; "" when the organization has no such account."""
    try:
        parents = aws.call(aws.organizations.list_parents, ChildId=account_id)["Parents"]
    except ServiceError as error:
        if error.code != "ChildNotFoundException":
            raise
        return ""
    # "In the current release, a child can have only a single parent."
    # https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html
    return parents[0]["Id"]


VERB = setting_verb(
    name="account-placement",
    summary="The organizational unit that an account is in, for an account that Terraform does not own.",
    description="""\
Calls organizations:ListParents and MoveAccount; to restore, MoveAccount back, if the account is still where it was put.
Only aws_organizations_account can move an account, and it must own it. The resource proposed in
https://github.com/hashicorp/terraform-provider-aws/pull/42040 would replace this verb.""",
    keys=(
        account_id_key("placed_account_id", "the account that is moved", required=True),
        Key(
            "organizational_unit_id",
            "where it is put",
            _ORGANIZATIONAL_UNIT_PATTERN,
            _ORGANIZATIONAL_UNIT_RULE,
            required=True,
        ),
    ),
    before=Key(
        "before",
        "for restore: where it was",
        f"{_ROOT_PATTERN}|{_ORGANIZATIONAL_UNIT_PATTERN}",
        f'the id of a root, for example "r-ab12", or {_ORGANIZATIONAL_UNIT_RULE}',
    ),
    make=AccountPlacement,
)
