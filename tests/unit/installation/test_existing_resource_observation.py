"""`observe.py existing-resources`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox_tests.cases.quick_setup import policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Run


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
    assert "To create others instead, set name." in existing["iam-role/node"]["message"]
    assert "This installation created it" in existing["iam-instance-profile/node"]["message"]
    assert existing["iam-instance-profile/node"]["creation_mark"] == "ours/2026-01-01T00:00:00Z"


def test_what_the_compliance_report_needs(aws: Sandbox, run: Run) -> None:
    """What this installation created itself may be replaced."""
    for account_id, name in (("111111111111", "ours"), ("111111111111", "theirs"), ("333333333333", "elsewhere")):
        s3 = aws.client("s3", account_id=account_id)
        s3.create_bucket(Bucket=name)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [tag(name)]})
    resources = {
        "bucket_names": ["absent", "ours", "theirs", "elsewhere"],
        "workgroup_names": ["absent", "primary"],
        "database_names": ["absent"],
        "key_alias_names": ["alias/absent"],
    }
    query = {"installation": "ours", "resources": json.dumps(resources)}
    existing = json.loads(run("observe", "existing-resources", query=query).result["existing"])
    assert existing.keys() == {"s3-bucket/theirs", "s3-bucket/elsewhere", "athena-workgroup/primary"}
    assert "Installation theirs created it" in existing["s3-bucket/theirs"]["message"]
    assert "then set installation" not in existing["s3-bucket/theirs"]["message"]
    assert "It belongs to another account" in existing["s3-bucket/elsewhere"]["message"]
    assert "created manually or by another tool" in existing["athena-workgroup/primary"]["message"]


@pytest.mark.usefixtures("aws")
def test_a_plan_that_creates_nothing_asks_aws_for_nothing(run: Run, api_calls: Callable[[], list[str]]) -> None:
    resources = json.dumps({"stack_set_names": []})
    outcome = run("observe", "existing-resources", query={"installation": "ours", "resources": resources})
    assert (outcome.result["existing"], api_calls()) == ("{}", [])


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


def tag(installation: str) -> dict[str, str]:
    return {"Key": "systems-manager-organization:created", "Value": f"{installation}/2026-01-01T00:00:00Z"}
