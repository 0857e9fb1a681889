"""`observe.py existing-resources`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox import Fault
from sandbox_tests.cases.quick_setup import policy
from systems_manager_organization.creation_tag import TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run

# An installation of the same call, whose state was lost.
_EARLIER = "20250101T000000Z-abcdef"


def test_what_exists_has_its_creator(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    names = ["node", "absent"]
    query = {"installation": "ours", "resources": json.dumps({"role_names": names, "instance_profile_names": names})}
    assert json.loads(run("observe", "existing-resources", query=query).result["existing"]) == {}
    assert set(api_calls()) == {"sts:GetCallerIdentity", "iam:GetRole", "iam:GetInstanceProfile"}

    iam = aws.client("iam")
    iam.create_role(
        RoleName="node",
        AssumeRolePolicyDocument=policy(Principal={"Service": "ec2.amazonaws.com"}),
        Tags=[tag("theirs")],
    )
    iam.create_instance_profile(InstanceProfileName="node", Tags=[tag("ours")])
    existing = json.loads(run("observe", "existing-resources", query=query).result["existing"])
    assert existing.keys() == {"iam-role/node", "iam-instance-profile/node"}
    assert 'role "node" already exists. Installation theirs created it' in existing["iam-role/node"]["message"]
    assert "To create another one instead, set name." in existing["iam-role/node"]["message"]
    assert "This installation created it" in existing["iam-instance-profile/node"]["message"]
    assert existing["iam-instance-profile/node"]["creation_mark"] == "ours/2026-01-01T00:00:00Z"


def test_what_the_compliance_report_needs(aws: Sandbox, run: Run) -> None:
    """An import would give the data of others to a destroy."""
    for account_id, name in (("111111111111", "ours"), ("111111111111", "theirs"), ("333333333333", "elsewhere")):
        s3 = aws.client("s3", account_id=account_id)
        s3.create_bucket(Bucket=name)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [tag(name)]})
    aws.client("s3").create_bucket(Bucket="untagged")
    resources = {
        "bucket_names": ["absent", "ours", "theirs", "elsewhere", "untagged"],
        "workgroup_names": ["absent", "primary"],
        "database_names": ["absent"],
        "key_alias_names": ["alias/absent"],
        "inputs": {"bucket_names": "bucket_name"},
    }
    query = {"installation": "ours", "resources": json.dumps(resources)}
    existing = json.loads(run("observe", "existing-resources", query=query).result["existing"])
    buckets = {f"s3-bucket/{name}" for name in ("ours", "theirs", "elsewhere", "untagged")}
    assert existing.keys() == {*buckets, "athena-workgroup/primary"}
    delete = "delete it: aws s3api delete-bucket --bucket untagged --region us-east-1. Nothing was changed."
    assert {key for key in existing if delete in existing[key]["message"]} == {"s3-bucket/untagged"}
    assert "Installation theirs created it" in existing["s3-bucket/theirs"]["message"]
    assert "To create another one instead, set bucket_name." in existing["s3-bucket/theirs"]["message"]
    assert "adopt >> adopted.tf" in existing["s3-bucket/ours"]["message"]
    assert "adopt" not in existing["s3-bucket/elsewhere"]["message"]
    assert "It belongs to another account" in existing["s3-bucket/elsewhere"]["message"]
    assert "created manually or by another tool" in existing["athena-workgroup/primary"]["message"]


def test_each_kind_with_its_creator(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    """By somebody without the tag, and by another installation."""
    lists = {
        "alarm": "alarm_names",
        "codebuild-project": "project_names",
        "event-bus": "event_bus_names",
        "event-rule": "event_rule_names",
        "key-alias": "key_alias_names",
        "log-group": "log_group_names",
        "schedule": "schedule_names",
        "sns-topic": "topic_names",
        "ssm-document": "document_names",
    }
    names = {key: ["foreign", "theirs", "absent"] for key in lists.values()}
    names |= {"event_rule_names": ["foreign/of-foreign", "theirs/of-theirs", "foreign/absent", "absent/of-theirs"]}
    names |= {"key_alias_names": ["alias/foreign", "alias/theirs", "alias/absent"]}
    query = {"installation": "ours", "resources": json.dumps(names)}
    assert json.loads(run("observe", "existing-resources", query=query).result["existing"]) == {}
    # What does not exist is asked for once.
    assert api_calls().count("logs:ListTagsForResource") == api_calls().count("ssm:ListTagsForResource") == 0

    _create_each(aws, "foreign", {})
    _create_each(aws, "theirs", tag("theirs"))
    existing = json.loads(run("observe", "existing-resources", query=query).result["existing"])
    expected = {name for names_ in names.values() for name in names_ if "absent" not in name}
    assert {key.partition("/")[2] for key in existing} == expected
    assert {key.partition("/")[0] for key in existing} == lists.keys()
    for key, found in existing.items():
        foreign = "foreign" in key
        assert ("created manually" if foreign else "Installation theirs created it") in found["message"], key
        assert found["creation_mark"] == ("" if foreign else "theirs/2026-01-01T00:00:00Z")
        # A key that holds the data of others is not imported.
        assert ("adopt >> adopted.tf" in found["message"]) == (key != "key-alias/alias/foreign"), key


@pytest.mark.usefixtures("aws")
def test_a_plan_that_creates_nothing_asks_aws_for_nothing(run: Run, api_calls: Callable[[], list[str]]) -> None:
    resources = json.dumps({"stack_set_names": []})
    outcome = run("observe", "existing-resources", query={"installation": "ours", "resources": resources})
    assert (outcome.result["existing"], api_calls()) == ("{}", [])


def test_keys_without_an_alias(aws: Sandbox, run: Run, api_calls: Callable[[], list[str]]) -> None:
    """Where the state has another one they are warned of; where it has none, a plan is refused that creates one."""
    call = "20260101T000000Z-abcdef"
    kms = aws.client("kms")
    created = {
        (description, installation): kms.create_key(
            Description=description, Tags=[{"TagKey": TAG, "TagValue": f"{installation}/2026-01-01T00:00:00Z"}]
        )["KeyMetadata"]["KeyId"]
        for installation in (call, _EARLIER, "20260101T000000Z-000000")
        for description in ("in the state", "to be created", "of another module")
    }
    known = created["in the state", call]
    resources: dict[str, object] = {"keys": {"in the state": [known], "to be created": []}}
    query = {"installation": call, "resources": json.dumps(resources)}
    result = run("observe", "existing-resources", query=query).result
    existing = json.loads(result["existing"])
    assert existing.keys() == {f"kms-key/{created['to be created', found]}" for found in (call, _EARLIER)}
    own, earlier = (existing[f"kms-key/{created['to be created', found]}"]["message"] for found in (call, _EARLIER))
    assert 'The key "to be created" already exists' in own
    assert "This installation created it" in own
    assert f'a state that was lost (then set installation = "{_EARLIER}", and plan again)' in earlier
    warnings = json.loads(result["unused_keys"])
    assert warnings.keys() == {created["in the state", _EARLIER]}
    assert "aws kms schedule-key-deletion --key-id" in warnings[created["in the state", _EARLIER]]
    calls = api_calls()
    # That of the state is known by its id.
    assert [calls.count(name) for name in ("resourcegroupstaggingapi:GetResources", "kms:DescribeKey")] == [1, 5]

    # With an alias, its key is imported. One of a given name has no other.
    kms.create_alias(AliasName="alias/report", TargetKeyId=created["to be created", _EARLIER])
    query = {"installation": call, "resources": json.dumps({**resources, "key_alias_names": ["alias/report"]})}
    result = run("observe", "existing-resources", query=query).result
    assert json.loads(result["existing"]).keys() == {"key-alias/alias/report"}
    query = {"installation": "given", "resources": json.dumps(resources)}
    result = run("observe", "existing-resources", query=query).result
    assert (result["existing"], result["unused_keys"]) == ("{}", "{}")


def test_keys_are_not_required_to_be_read(aws: Sandbox, run: Run) -> None:
    query = {"installation": "ours", "resources": json.dumps({"keys": {"Key.": []}})}
    for service, operation in (("sts", "GetCallerIdentity"), ("resourcegroupstaggingapi", "GetResources")):
        aws.faults.inject(Fault(service, operation, "access_denied", times=9))
        result = run("observe", "existing-resources", query=query).result
        assert (result["existing"], result["unused_keys"]) == ("{}", "{}")
        aws.faults.reset()
    failed = run("observe", "existing-resources", query={**query, "resources": json.dumps({"keys": {"Key.": [1]}})})
    assert "the object keys (description of a KMS key to ids)" in failed.stderr


def test_a_stack_set_of_the_management_account_can_be_imported(aws: Sandbox, run: Run) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.activate_organizations_access()
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation.create_stack_set(
        StackSetName="settings",
        TemplateBody=template,
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
        Tags=[tag("ours")],
    )
    query = {"installation": "ours", "resources": json.dumps({"own_stack_set_names": ["settings", "absent"]})}
    existing = json.loads(run("observe", "existing-resources", query=query).result["existing"])
    assert existing.keys() == {"stack-set/settings"}
    assert "This installation created it" in existing["stack-set/settings"]["message"]
    assert "report.py adopt >> adopted.tf" in existing["stack-set/settings"]["message"]


def _create_each(aws: Sandbox, name: str, tag_: dict[str, str]) -> None:
    tags = [tag_] if tag_ else []
    lower = [{key.lower(): value for key, value in tag_.items()}] if tag_ else []
    by_key = {tag_["Key"]: tag_["Value"]} if tag_ else {}
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="LessThanThreshold",
        EvaluationPeriods=1,
        MetricName="Metric",
        Namespace="Theirs",
        Period=60,
        Statistic="Sum",
        Threshold=1,
        Tags=tags,
    )
    role_arn = aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=policy(Principal={"Service": "codebuild.amazonaws.com"})
    )["Role"]["Arn"]
    project = aws.client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": f"{name}/program/"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "image", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role_arn,
        tags=lower,
    )["project"]
    events = aws.client("events")
    events.create_event_bus(Name=name, Tags=tags)
    events.put_rule(Name=f"of-{name}", EventBusName=name, EventPattern='{"source": ["theirs"]}', Tags=tags)
    kms = aws.client("kms")
    key_tags = [{f"Tag{key}": value for key, value in tag_.items()}] if tag_ else []
    key = kms.create_key(Tags=key_tags)["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key["KeyId"])
    aws.client("logs").create_log_group(logGroupName=name, **({"tags": by_key} if by_key else {}))
    aws.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": project["arn"], "RoleArn": role_arn},
    )
    aws.client("sns").create_topic(Name=name, Tags=tags)
    content = json.dumps({"schemaVersion": "2.2", "mainSteps": []})
    aws.client("ssm").create_document(Name=name, DocumentType="Command", Content=content, Tags=tags)


def tag(installation: str) -> dict[str, str]:
    return {"Key": "systems-manager-organization:created", "Value": f"{installation}/2026-01-01T00:00:00Z"}
