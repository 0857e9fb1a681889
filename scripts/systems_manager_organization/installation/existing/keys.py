"""KMS keys without an alias and in no state.

A key has no name, and KMS has no token by which a repeated call is the same one. Where the answer of kms:CreateKey was
lost, the AWS SDK creates a second one; where an apply ended before the key was in the state, the next one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.creation_tag import TAG, CreationTag, is_of_same_call
from systems_manager_organization.errors import ScriptError
from systems_manager_organization.installation.existing.finders import find_key
from systems_manager_organization.installation.existing.resources import ExistingResource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession


def find_keys_without_alias(
    aws: AwsSession, installation: str, known: Mapping[str, Collection[str]]
) -> tuple[list[ExistingResource], dict[str, str]]:
    """The keys that a plan would create again, and by id a warning about each beside the one in the state.

    Enabled keys of a call of a module with one of its descriptions and no alias; those of `installation` first.
    `known`: by description, the ids of the keys in the state; none for one that the plan creates. Nothing is returned
    where they cannot be read, which no plan requires.
    """
    try:
        found = sorted(
            _find(aws, installation, known) if known and installation else (),
            key=lambda key: (key.tag.installation != installation, key.tag.time, key.id),
        )
    except ScriptError:
        return [], {}
    in_state = {_describe(description) for description, ids in known.items() if ids}
    return (
        [key for key in found if key.description not in in_state],
        {key.id: _warning(aws, key) for key in found if key.description in in_state},
    )


def _find(aws: AwsSession, installation: str, known: Mapping[str, Collection[str]]) -> Iterator[ExistingResource]:
    ids = {id_ for of_one in known.values() for id_ in of_one}
    # Its filter takes whole values, not prefixes.
    # https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    # ASSUMPTION(tagging-api-knows-keys-at-once): if it is late, the plan creates another key, and a later one warns.
    tagged = aws.client("resourcegroupstaggingapi").get_resources
    for resource in aws.paginate(tagged, ResourceTypeFilters=["kms:key"], TagFilters=[{"Key": TAG}]):
        tag = CreationTag.of_list(resource["Tags"])
        id_ = resource["ResourceARN"].rpartition("/")[2]
        if id_ in ids or not is_of_same_call(installation, tag.installation):
            continue
        key = find_key(aws, id_)
        if not key or key["KeyState"] != "Enabled" or key["Description"] not in known:
            continue
        if not any(True for _ in aws.paginate(aws.kms.list_aliases, KeyId=id_)):
            yield ExistingResource(
                f"kms-key/{id_}",
                _describe(key["Description"]),
                id_,
                tag,
                remark=f"No alias points to it. To create another one instead, {_ways_out(aws, id_)}.",
            )


def _describe(description: str) -> str:
    return f'key "{description}"'


def _warning(aws: AwsSession, key: ExistingResource) -> str:
    return (
        f"The {key.description} exists twice: {key.id}, {key.tag.creator} (plan of {key.tag.time}), has no alias and "
        "is not in the state. An answer of KMS was lost, or an apply ended. It is charged until you "
        f"{_ways_out(aws, key.id)}."
    )


def _ways_out(aws: AwsSession, id_: str) -> str:
    where = f"--region {aws.region}"
    return (
        "delete it, which can be cancelled for 30 days: aws kms schedule-key-deletion "
        f"--key-id {id_} --pending-window-in-days 30 {where}. If anything was encrypted with it, keep it, and take its "
        f"tag away: aws kms untag-resource --key-id {id_} --tag-keys {TAG} {where}"
    )
