"""`observe.py existing-resources`: what a module besides the root module would create, and exists already."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from systems_manager_organization.cli.application import Command
from systems_manager_organization.cli.options import COMMON_KEYS
from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import ServiceError
from systems_manager_organization.installation.existing_resources import (
    RESOURCES,
    ExistingResource,
    describe_stack_set,
    explain_existing,
    find_instance_profiles,
    find_roles,
    parse_resources,
)
from systems_manager_organization.settings.records import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.cli.application import Connect
    from systems_manager_organization.cli.options import Query

SCHEMA_VERSION = "1"

_ANOTHER = "To create others instead, set name."


def observe(query: Query, connect: Connect) -> dict[str, str]:
    """A map of strings for the external data source:

    - `schema_version`: "1"
    - `account_id`: the account of the query
    - `existing`: JSON object from the key of an ExistingResource to `{message, creation_mark}`, the error message for a
      plan that creates it again
    """
    resources = parse_resources(query["resources"])
    existing: list[ExistingResource] = []
    # A plan that creates none of them needs no credentials.
    if any(resources.values()):
        with connect() as aws:
            existing = [
                *find_roles(aws, resources.get("role_names", []), _ANOTHER),
                *find_instance_profiles(aws, resources.get("instance_profile_names", []), _ANOTHER),
                *_find_reporting_resources(aws, resources),
            ]
    return {
        "schema_version": SCHEMA_VERSION,
        "account_id": query["account_id"],
        "existing": json.dumps(explain_existing(existing, query["installation"])),
    }


def _find_reporting_resources(aws: AwsSession, resources: Mapping[str, Any]) -> Iterator[ExistingResource]:
    """What modules/compliance-reporting makes, which nothing imports, and StackSets. Raises ScriptError."""
    for key, find in _FINDERS.items():
        for name in resources.get(key, []):
            found = find(aws, name)
            if found:
                yield found


def _find_bucket(aws: AwsSession, name: str) -> ExistingResource | None:
    tag, remark = CreationTag(), ""
    try:
        aws.call(aws.s3.head_bucket, Bucket=name, ExpectedBucketOwner=aws.account_id)
    except ServiceError as error:
        if error.code == "404":
            return None
        if error.code != "403":
            raise
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
        remark = "It belongs to another account: the name of a bucket is unique in AWS."
    else:
        tags = aws.call_or_none("NoSuchTagSet", aws.s3.get_bucket_tagging, Bucket=name)
        tag = CreationTag.of_list(tags["TagSet"] if tags else [])
    return _existing("s3-bucket", "bucket", name, tag, remark=remark, input_="bucket_name")


def _find_stack_set(aws: AwsSession, name: str, call_as: Literal["DELEGATED_ADMIN", "SELF"]) -> ExistingResource | None:
    found = describe_stack_set(aws, name, call_as)
    if not found:
        return None
    tag = CreationTag.of_list(found.get("Tags", []))
    return replace(_existing("stack-set", "StackSet", name, tag), is_importable=True)


def _find_workgroup(aws: AwsSession, name: str) -> ExistingResource | None:
    if not aws.call_or_none("InvalidRequestException", aws.athena.get_work_group, WorkGroup=name):
        return None
    arn = f"arn:aws:athena:{aws.region}:{aws.account_id}:workgroup/{name}"
    tags = aws.call(aws.athena.list_tags_for_resource, ResourceARN=arn)["Tags"]
    return _existing("athena-workgroup", "workgroup", name, CreationTag.of_list(tags))


def _find_database(aws: AwsSession, name: str) -> ExistingResource | None:
    if not aws.call_or_none("EntityNotFoundException", aws.glue.get_database, Name=name):
        return None
    arn = f"arn:aws:glue:{aws.region}:{aws.account_id}:database/{name}"
    return _existing(
        "glue-database", "database", name, CreationTag.of(aws.call(aws.glue.get_tags, ResourceArn=arn)["Tags"])
    )


def _find_alias(aws: AwsSession, name: str) -> ExistingResource | None:
    """It has the tag of its key."""
    response = aws.call_or_none("NotFoundException", aws.kms.describe_key, KeyId=name)
    if not response:
        return None
    tags = aws.call(aws.kms.list_resource_tags, KeyId=response["KeyMetadata"]["KeyId"])["Tags"]
    return _existing("key-alias", "key alias", name, CreationTag.of({tag["TagKey"]: tag["TagValue"] for tag in tags}))


def _existing(
    type_: str, description: str, name: str, tag: CreationTag, *, remark: str = "", input_: str = "name"
) -> ExistingResource:
    return ExistingResource(
        f"{type_}/{name}",
        f'{description} "{name}"',
        name,
        tag,
        remark=remark,
        alternative=f"To create another one instead, set {input_}.",
        is_importable=False,
    )


_FINDERS: Mapping[str, Callable[[AwsSession, str], ExistingResource | None]] = {
    "bucket_names": _find_bucket,
    "stack_set_names": partial(_find_stack_set, call_as="DELEGATED_ADMIN"),
    "own_stack_set_names": partial(_find_stack_set, call_as="SELF"),
    "workgroup_names": _find_workgroup,
    "database_names": _find_database,
    "key_alias_names": _find_alias,
}


COMMAND = Command(
    name="existing-resources",
    summary="Existing resources with the names that Terraform uses in an account and Region.",
    description="""\
Calls, for the kinds that --resources names, iam:GetRole, GetInstanceProfile, s3:HeadBucket, GetBucketTagging,
cloudformation:DescribeStackSet (as the delegated administrator, or of own ones), athena:GetWorkGroup,
ListTagsForResource, glue:GetDatabase, GetTags, kms:DescribeKey and ListResourceTags. The data sources of the AWS
provider fail where there is none.""",
    example="""existing-resources --account-id 333333333333 --region us-east-1 \\
    --resources '{"role_names": ["managed-node"]}'""",
    options=(*COMMON_KEYS, replace(INSTALLATION, required=False), RESOURCES),
    run=observe,
)
