"""Existing resources that modules besides the root module name. A finder returns None where there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any, Literal

from systems_manager_organization.creation_tag import CreationTag
from systems_manager_organization.errors import ServiceError
from systems_manager_organization.installation.existing.resources import (
    ExistingResource,
    describe_stack,
    describe_stack_set,
    find_instance_profiles,
    find_roles,
    find_stack,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from systems_manager_organization.aws.session import AwsSession

    Finder = Callable[[AwsSession, str], ExistingResource | None]


def _find_alarm(aws: AwsSession, name: str) -> ExistingResource | None:
    cloudwatch = aws.client("cloudwatch")
    found = aws.call(cloudwatch.describe_alarms, AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    # Of CBOR, in which botocore calls CloudWatch and CodeBuild, a list that AWS leaves out is no empty one.
    alarms = [*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ())]
    if not alarms:
        return None
    tags = aws.call(cloudwatch.list_tags_for_resource, ResourceARN=alarms[0]["AlarmArn"])["Tags"]
    return _existing("alarm", "alarm", name, CreationTag.of_list(tags))


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
        if not tag.installation:
            # The AWS provider tags it by another call. S3 deletes none that holds anything.
            remark = (
                "If an interrupted apply left it, empty and without tags, delete it: "
                f"aws s3api delete-bucket --bucket {quote(name)} --region {aws.region}."
            )
    return replace(_existing("s3-bucket", "bucket", name, tag, _is_own_data(tag)), remark=remark)


def _find_database(aws: AwsSession, name: str) -> ExistingResource | None:
    if not aws.call_or_none("EntityNotFoundException", aws.glue.get_database, Name=name):
        return None
    found = _existing("glue-database", "database", name, _tag_of_database(aws, name))
    return replace(found, id=f"{aws.account_id}:{name}")


def _find_table(aws: AwsSession, name: str) -> ExistingResource | None:
    """`name`: DATABASE/TABLE. It has the tag of its database."""
    database, _, table = name.partition("/")
    if not aws.call_or_none("EntityNotFoundException", aws.glue.get_table, DatabaseName=database, Name=table):
        return None
    found = _existing("glue-table", "table", name, _tag_of_database(aws, database))
    return replace(found, id=f"{aws.account_id}:{database}:{table}")


def _tag_of_database(aws: AwsSession, name: str) -> CreationTag:
    return CreationTag.of(aws.call(aws.glue.get_tags, ResourceArn=_arn(aws, "glue", f"database/{name}"))["Tags"])


def _find_document(aws: AwsSession, name: str) -> ExistingResource | None:
    if not aws.call_or_none("InvalidDocument", aws.ssm.describe_document, Name=name):
        return None
    tags = aws.call(aws.ssm.list_tags_for_resource, ResourceType="Document", ResourceId=name)["TagList"]
    return _existing("ssm-document", "document", name, CreationTag.of_list(tags))


def _find_document_of_stack(aws: AwsSession, name: str) -> ExistingResource | None:
    """`name`: STACK/DOCUMENT. Where the stack exists, the document is its own."""
    stack, _, document = name.partition("/")
    found = None if describe_stack(aws, stack) else _find_document(aws, document)
    delete = f"Delete it first: aws ssm delete-document --name {quote(document)} --region {aws.region}"
    return found and replace(found, is_importable=False, alternative=delete)


def _find_event_bus(aws: AwsSession, name: str) -> ExistingResource | None:
    events = aws.client("events")
    found = aws.call_or_none("ResourceNotFoundException", events.describe_event_bus, Name=name)
    return found and _existing("event-bus", "event bus", name, _tag_of_events(aws, found))


def _find_event_rule(aws: AwsSession, name: str) -> ExistingResource | None:
    """`name`: BUS/RULE."""
    bus, _, rule = name.partition("/")
    describe = aws.client("events").describe_rule
    found = aws.call_or_none("ResourceNotFoundException", describe, Name=rule, EventBusName=bus)
    return found and _existing("event-rule", "rule", name, _tag_of_events(aws, found))


def _tag_of_events(aws: AwsSession, found: Mapping[str, Any]) -> CreationTag:
    return CreationTag.of_list(aws.call(aws.client("events").list_tags_for_resource, ResourceARN=found["Arn"])["Tags"])


def _find_key_alias(aws: AwsSession, name: str) -> ExistingResource | None:
    """It has the tag of its key."""
    key = find_key(aws, name)
    if not key:
        return None
    tags = aws.call(aws.kms.list_resource_tags, KeyId=key["KeyId"])["Tags"]
    tag = CreationTag.of({tag["TagKey"]: tag["TagValue"] for tag in tags})
    found = _existing("key-alias", "key alias", name, tag, _is_own_data(tag))
    if key["KeyState"] != "PendingDeletion" or not tag.installation:
        return found
    # The AWS provider reads that such a key is gone. A destroy deletes the alias first: somebody else deletes this one.
    keep, enable, create = (
        f"aws kms {command} --region {aws.region}"
        for command in (
            f"cancel-key-deletion --key-id {key['KeyId']}",
            f"enable-key --key-id {key['KeyId']}",
            f"delete-alias --alias-name {quote(name)}",
        )
    )
    remark = (
        f"Its key is being deleted, and with it what the key encrypted. To keep it: {keep}; {enable}. "
        f"To create another key instead: {create}. Then plan again."
    )
    return replace(found, remark=remark, is_importable=False, is_always_refused=True)


def find_key(aws: AwsSession, alias: str) -> Mapping[str, Any] | None:
    """The key of an alias as KMS describes it. Raises ScriptError."""
    response = aws.call_or_none("NotFoundException", aws.kms.describe_key, KeyId=alias)
    return response["KeyMetadata"] if response else None


def _find_log_group(aws: AwsSession, name: str) -> ExistingResource | None:
    logs = aws.client("logs")
    groups = aws.paginate(logs.describe_log_groups, logGroupNamePrefix=name)
    if not any(group["logGroupName"] == name for group in groups):
        return None
    arn = _arn(aws, "logs", f"log-group:{name}")
    tags = aws.call(logs.list_tags_for_resource, resourceArn=arn)["tags"]
    return _existing("log-group", "log group", name, CreationTag.of(tags))


def _find_named_query(aws: AwsSession, name: str) -> ExistingResource | None:
    """`name`: WORKGROUP/QUERY. It has the tag of its workgroup."""
    workgroup, _, query = name.partition("/")
    beside = _find_workgroup(aws, workgroup)
    if not beside:
        return None
    for id_ in aws.paginate(aws.athena.list_named_queries, WorkGroup=workgroup):
        found = aws.call(aws.athena.get_named_query, NamedQueryId=id_)["NamedQuery"]
        if found["Name"] == query:
            return replace(_existing("athena-query", "named query", name, beside.tag), id=id_)
    return None


def _find_project(aws: AwsSession, name: str) -> ExistingResource | None:
    for found in aws.call(aws.client("codebuild").batch_get_projects, names=[name]).get("projects", ()):
        tag = CreationTag.of({tag["key"]: tag["value"] for tag in found.get("tags", [])})
        return _existing("codebuild-project", "CodeBuild project", name, tag)
    return None


def _find_schedule(aws: AwsSession, name: str) -> ExistingResource | None:
    """It has the tag of the project that it starts."""
    get_schedule = aws.client("scheduler").get_schedule
    found = aws.call_or_none("ResourceNotFoundException", get_schedule, Name=name)
    if not found:
        return None
    tag = CreationTag()
    if found["Target"]["Arn"] == _arn(aws, "codebuild", f"project/{name}"):
        project = _find_project(aws, name)
        if not project:
            # Somebody deleted the project alone. The schedule is in the state, and starts the next one of the name.
            return None
        tag = project.tag
    return replace(_existing("schedule", "schedule", name, tag), id=f"default/{name}")


def _find_stack(aws: AwsSession, name: str) -> ExistingResource | None:
    found = find_stack(aws, name)
    return found and replace(found, key=f"{found.key}/{name}", alternative="")


def _find_stack_set(aws: AwsSession, name: str, call_as: Literal["DELEGATED_ADMIN", "SELF"]) -> ExistingResource | None:
    found = describe_stack_set(aws, name, call_as)
    return _existing("stack-set", "StackSet", name, CreationTag.of_list(found.get("Tags", []))) if found else None


def _find_topic(aws: AwsSession, name: str) -> ExistingResource | None:
    arn = _arn(aws, "sns", name)
    found = aws.call_or_none("ResourceNotFound", aws.client("sns").list_tags_for_resource, ResourceArn=arn)
    return found and replace(_existing("sns-topic", "topic", name, CreationTag.of_list(found["Tags"])), id=arn)


def _find_workgroup(aws: AwsSession, name: str) -> ExistingResource | None:
    if not aws.call_or_none("InvalidRequestException", aws.athena.get_work_group, WorkGroup=name):
        return None
    arn = _arn(aws, "athena", f"workgroup/{name}")
    tags = aws.call(aws.athena.list_tags_for_resource, ResourceARN=arn)["Tags"]
    return _existing("athena-workgroup", "workgroup", name, CreationTag.of_list(tags))


def _existing(
    type_: str, description: str, name: str, tag: CreationTag, is_importable: bool = True
) -> ExistingResource:
    return ExistingResource(f"{type_}/{name}", f'{description} "{name}"', name, tag, is_importable=is_importable)


def _is_own_data(tag: CreationTag) -> bool:
    """An import would give the data of somebody else to a destroy."""
    return bool(tag.installation)


def _arn(aws: AwsSession, service: str, resource: str) -> str:
    return f"arn:{aws.identity.partition}:{service}:{aws.region}:{aws.account_id}:{resource}"


FINDERS: Mapping[str, Finder] = {
    "alarm_names": _find_alarm,
    "bucket_names": _find_bucket,
    "database_names": _find_database,
    "document_names": _find_document,
    "event_bus_names": _find_event_bus,
    "event_rule_names": _find_event_rule,
    "instance_profile_names": lambda aws, name: next(find_instance_profiles(aws, [name], ""), None),
    "key_alias_names": _find_key_alias,
    "log_group_names": _find_log_group,
    "named_query_names": _find_named_query,
    "own_stack_set_names": partial(_find_stack_set, call_as="SELF"),
    "project_names": _find_project,
    "role_names": lambda aws, name: next(find_roles(aws, [name], ""), None),
    "schedule_names": _find_schedule,
    "stack_document_names": _find_document_of_stack,
    "stack_names": _find_stack,
    "stack_set_names": partial(_find_stack_set, call_as="DELEGATED_ADMIN"),
    "table_names": _find_table,
    "topic_names": _find_topic,
    "workgroup_names": _find_workgroup,
}
"""By the list of `resources` that has the names."""
