"""IAM has AWS's service-linked roles and managed policies, and checks who is trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.services.iam.service_linked_roles import ROLE_NAMES

if TYPE_CHECKING:
    from sandbox import Sandbox

_ALLOWED = {"Effect": "Allow", "Action": "s3:GetObject"}


@pytest.fixture
def iam(sandbox: Sandbox) -> Any:
    return sandbox.client("iam")


def trust(**principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(("service_name", "role_name"), sorted(ROLE_NAMES.items()))
def test_service_linked_roles_have_their_real_names(iam: Any, service_name: str, role_name: str) -> None:
    role = iam.create_service_linked_role(AWSServiceName=service_name)["Role"]
    assert role["Arn"] == f"arn:aws:iam::111111111111:role/aws-service-role/{service_name}/{role_name}"


def test_an_update_of_a_role_keeps_what_it_does_not_name(iam: Any) -> None:
    document = trust(Service="ssm.amazonaws.com")
    iam.create_role(RoleName="One", AssumeRolePolicyDocument=document, Description="First.", MaxSessionDuration=7200)
    iam.update_role(RoleName="One", MaxSessionDuration=3600)
    iam.update_role(RoleName="One")
    role = iam.get_role(RoleName="One")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("First.", 3600)


def test_a_service_linked_role_is_unmodifiable(iam: Any, client_error: Any) -> None:
    iam.create_service_linked_role(AWSServiceName="ssm.amazonaws.com")
    with client_error("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="ssm.amazonaws.com")
    with client_error("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="ssm-quicksetup.amazonaws.com", CustomSuffix="mine")
    with client_error("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="nothing.amazonaws.com")
    name = "AWSServiceRoleForAmazonSSM"
    with client_error("UnmodifiableEntity"):
        iam.delete_role(RoleName=name)
    with client_error("UnmodifiableEntity"):
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(Service="ec2.amazonaws.com"))
    with client_error("UnmodifiableEntity"):
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMFullAccess")
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with client_error("NoSuchEntity"):
        iam.get_role(RoleName=name)


def test_aws_managed_policies(iam: Any, client_error: Any) -> None:
    iam.create_role(RoleName="Role", AssumeRolePolicyDocument=trust(Service="ssm.amazonaws.com"))
    arn = "arn:aws:iam::aws:policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy"
    iam.attach_role_policy(RoleName="Role", PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    attached = iam.list_attached_role_policies(RoleName="Role")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]
    with client_error("DeleteConflict"):
        iam.delete_role(RoleName="Role")
    with client_error("NoSuchEntity"):
        iam.attach_role_policy(RoleName="Role", PolicyArn="arn:aws:iam::aws:policy/NoPolicyOfAWS")
    with client_error("PolicyNotAttachable"):
        service_policy = "arn:aws:iam::aws:policy/aws-service-role/SSMQuickSetupRolePolicy"
        iam.attach_role_policy(RoleName="Role", PolicyArn=service_policy)


def test_a_trusted_role_must_exist(iam: Any, client_error: Any) -> None:
    document = trust(AWS="arn:aws:iam::111111111111:role/Administration")
    with client_error("MalformedPolicyDocument"):
        iam.create_role(RoleName="Execution", AssumeRolePolicyDocument=document)
    iam.create_role(RoleName="Administration", AssumeRolePolicyDocument=trust(Service="cloudformation.amazonaws.com"))
    iam.create_role(RoleName="Execution", AssumeRolePolicyDocument=document)
    with client_error("MalformedPolicyDocument"):
        iam.create_role(RoleName="Other", AssumeRolePolicyDocument="{}")


@pytest.mark.parametrize(
    ("service_name", "role_name"),
    [
        ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
        ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForelasticloadbalancing"),
    ],
)
def test_service_linked_roles_of_other_services(iam: Any, service_name: str, role_name: str) -> None:
    assert iam.create_service_linked_role(AWSServiceName=service_name)["Role"]["RoleName"] == role_name


def test_every_policy_of_aws_is_listed_and_attachable(iam: Any) -> None:
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 1000})
    listed = {policy["Arn"] for page in pages for policy in page["Policies"]}
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert {arn, "arn:aws:iam::aws:policy/job-function/Billing"} < listed
    iam.create_user(UserName="person")
    iam.attach_user_policy(UserName="person", PolicyArn=arn)
    assert iam.get_policy_version(PolicyArn=arn, VersionId=iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"])


def test_quotas_of_policies(iam: Any, client_error: Any) -> None:
    def document(characters: int) -> str:
        return json.dumps(
            {"Version": "2012-10-17", "Statement": [{**_ALLOWED, "Resource": f"arn:aws:s3:::{'a' * characters}"}]}
        )

    iam.create_role(RoleName="Role", AssumeRolePolicyDocument=trust(Service="ssm.amazonaws.com"))
    iam.put_role_policy(RoleName="Role", PolicyName="One", PolicyDocument=document(6_000))
    with client_error("LimitExceeded"):
        iam.put_role_policy(RoleName="Role", PolicyName="Two", PolicyDocument=document(6_000))
    # The quota is of all together, and a policy is replaced.
    iam.put_role_policy(RoleName="Role", PolicyName="One", PolicyDocument=document(8_000))
    with client_error("LimitExceeded"):
        iam.create_policy(PolicyName="Long", PolicyDocument=document(6_144))
    arns = [iam.create_policy(PolicyName=f"n{n}", PolicyDocument=document(1))["Policy"]["Arn"] for n in range(11)]
    for arn in (*arns[:10], arns[0]):
        iam.attach_role_policy(RoleName="Role", PolicyArn=arn)
    with client_error("LimitExceeded"):
        iam.attach_role_policy(RoleName="Role", PolicyArn=arns[10])
    with client_error("DeleteConflict"):
        iam.delete_policy(PolicyArn=arns[0])
    iam.delete_policy(PolicyArn=arns[10])
    with client_error("NoSuchEntity"):
        iam.list_entities_for_policy(PolicyArn=arns[10])
    assert [one["RoleName"] for one in iam.list_entities_for_policy(PolicyArn=arns[0])["PolicyRoles"]] == ["Role"]
