"""Tags of the organization's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.errors import OF_EVERY_ACCOUNT, ScriptError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.aws.session import AwsSession


def read_account_tag(
    aws: AwsSession, account_ids: Iterable[str], key: str
) -> tuple[dict[str, str], dict[str, ScriptError]]:
    """The value of a tag, and why it could not be read, by account; one without the tag, or that has left, is in none.

    The management account and a delegated administrator may call this. Raises what concerns every account.
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html
    """
    started = {account_id: aws.start(_tag_of, aws, account_id, key) for account_id in account_ids}
    found = {account_id: value.result() for account_id, value in started.items()}
    values = {account_id: value for account_id, value in found.items() if isinstance(value, str) and value}
    return values, {account_id: error for account_id, error in found.items() if isinstance(error, ScriptError)}


def _tag_of(aws: AwsSession, account_id: str, key: str) -> str | ScriptError:
    list_ = aws.organizations.list_tags_for_resource
    try:
        response = aws.call_or_none("TargetNotFoundException", list_, ResourceId=account_id)
    except OF_EVERY_ACCOUNT:
        raise
    except ScriptError as error:
        return error
    # An account has at most 50 tags, which are one page.
    return next((tag["Value"] for tag in (response or {"Tags": []})["Tags"] if tag["Key"] == key), "")
