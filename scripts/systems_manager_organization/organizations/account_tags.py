"""Tags of the organization's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems_manager_organization.aws.session import AwsSession


def read_account_tag(aws: AwsSession, account_ids: Iterable[str], key: str) -> dict[str, str]:
    """The value of a tag, by account; an account without the tag, or that has left, is not in it.

    The management account and a delegated administrator may call this. Raises ScriptError.
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html
    """
    started = {account_id: aws.start(_tag_of, aws, account_id, key) for account_id in account_ids}
    found = {account_id: value.result() for account_id, value in started.items()}
    return {account_id: value for account_id, value in found.items() if value}


def _tag_of(aws: AwsSession, account_id: str, key: str) -> str:
    list_ = aws.organizations.list_tags_for_resource
    response = aws.call_or_none("TargetNotFoundException", list_, ResourceId=account_id)
    # An account has at most 50 tags, which are one page.
    return next((tag["Value"] for tag in (response or {"Tags": []})["Tags"] if tag["Key"] == key), "")
