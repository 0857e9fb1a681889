"""Policies of an organization, and what service control policies deny."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from harness.scripts import run_script
from sandbox_tests.cases.clients import client_of
from sandbox_tests.cases.organization_stack_sets import ADMINISTRATOR, MANAGEMENT, MEMBER, create, deploy, results
from sandbox_tests.cases.policies import ROOT, attach, document
from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT

if TYPE_CHECKING:
    from sandbox import Sandbox

SERVICE_CONTROL = {"Type": "SERVICE_CONTROL_POLICY", "Description": "", "Content": document("s3:*")}
EXPLICIT = "with an explicit deny in a service control policy"


@pytest.fixture
def organizations(sandbox: Sandbox) -> Any:
    return sandbox.client("organizations")


@pytest.mark.parametrize(
    "policy_type", ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY", "S3_POLICY"]
)
def test_a_policy_of_each_type(organizations: Any, client_error: Any, policy_type: str) -> None:
    request = {**SERVICE_CONTROL, "Type": policy_type, "Tags": [{"Key": "team", "Value": "platform"}]}
    summary = organizations.create_policy(Name="one", **request)["Policy"]["PolicySummary"]
    with client_error("DuplicatePolicyException"):
        organizations.create_policy(Name="one", **request)
    with client_error("PolicyTypeNotEnabledException"):
        organizations.attach_policy(PolicyId=summary["Id"], TargetId=MEMBER)
    organizations.enable_policy_type(RootId=ROOT, PolicyType=policy_type)
    organizations.attach_policy(PolicyId=summary["Id"], TargetId=MEMBER)
    assert summary in organizations.list_policies(Filter=policy_type)["Policies"]
    assert summary in organizations.list_policies_for_target(TargetId=MEMBER, Filter=policy_type)["Policies"]
    (target,) = organizations.list_targets_for_policy(PolicyId=summary["Id"])["Targets"]
    assert (target["TargetId"], target["Type"]) == (MEMBER, "ACCOUNT")
    assert organizations.list_tags_for_resource(ResourceId=summary["Id"])["Tags"] == request["Tags"]
    with client_error("PolicyInUseException"):
        organizations.delete_policy(PolicyId=summary["Id"])
    organizations.disable_policy_type(RootId=ROOT, PolicyType=policy_type)
    organizations.delete_policy(PolicyId=summary["Id"])
    with client_error("PolicyNotFoundException"):
        organizations.describe_policy(PolicyId=summary["Id"])


def test_the_policies_of_aws_stay(sandbox: Sandbox, organizations: Any, client_error: Any) -> None:
    organizations.enable_policy_type(RootId=ROOT, PolicyType="SERVICE_CONTROL_POLICY")
    for target in (ROOT, MEMBER):
        (summary,) = organizations.list_policies_for_target(TargetId=target, Filter="SERVICE_CONTROL_POLICY")[
            "Policies"
        ]
        assert (summary["Id"], summary["AwsManaged"]) == ("p-FullAWSAccess", True)
        with client_error("ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"):
            organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=target)
    with client_error("InvalidInputException", "IMMUTABLE_POLICY"):
        organizations.update_policy(PolicyId="p-FullAWSAccess", Content=document("s3:*"))
    with client_error("MalformedPolicyDocumentException"):
        organizations.create_policy(Name="no policy", **{**SERVICE_CONTROL, "Content": "{}"})
    with client_error("InvalidInputException", "INVALID_ENUM"):
        organizations.list_policies(Filter="NO_POLICY")
    sandbox.violations.clear()


def test_a_service_control_policy_denies_members_alone(sandbox: Sandbox) -> None:
    attach(sandbox, ROOT, document("cloudformation:*"))
    for account_id in (ADMINISTRATOR, MEMBER):
        with pytest.raises(ClientError) as caught:
            client_of(sandbox, "cloudformation", account_id).list_stacks()
        arn = f"arn:aws:iam::{account_id}:user/Administrator"
        assert caught.value.response["Error"]["Code"] == "AccessDenied"
        assert caught.value.response["Error"]["Message"] == (
            f"User: {arn} is not authorized to perform: cloudformation:ListStacks on resource: * {EXPLICIT}"
        )
    # "SCPs don't affect users or roles in the management account", and leave other actions alone.
    assert client_of(sandbox, "cloudformation", MANAGEMENT).list_stacks()["StackSummaries"] == []
    assert client_of(sandbox, "ssm", MEMBER).describe_parameters()["Parameters"] == []


def test_every_level_must_allow(sandbox: Sandbox, organizations: Any) -> None:
    attach(sandbox, ROOT, document("ssm:*", "sts:*", effect="Allow"))
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=ROOT)
    assert client_of(sandbox, "ssm", MEMBER).describe_parameters()["Parameters"] == []
    with pytest.raises(ClientError, match="because no service control policy allows the iam:ListRoles action"):
        client_of(sandbox, "iam", MEMBER).list_roles()


def test_conditions_on_region_and_principal(sandbox: Sandbox) -> None:
    exempt = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/OrganizationAccountAccessRole"}}
    outside = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    attach(sandbox, MEMBER, document("ssm:*", Condition={**exempt, **outside}))
    with pytest.raises(ClientError, match=EXPLICIT):
        client_of(sandbox, "ssm", MEMBER).describe_parameters()
    role_arn = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    assumed = sandbox.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="exempt")["Credentials"]
    assert client_of(sandbox, "ssm", credentials=assumed).describe_parameters()["Parameters"] == []


def test_stack_sets_are_denied_in_one_account(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    policy_id = attach(sandbox, MEMBER, document("cloudformation:*"))
    create(organization_stack_sets)
    operation = deploy(organization_stack_sets, "us-east-1")
    found = results(organization_stack_sets, operation)
    assert found[ADMINISTRATOR, "us-east-1"] == ("SUCCEEDED", None)
    status, reason = found[MEMBER, "us-east-1"]
    assert status == "FAILED"
    assert reason is not None
    assert ":assumed-role/stacksets-exec-" in reason
    assert "cloudformation:CreateStack" in reason
    assert reason.endswith(EXPLICIT)
    sandbox.client("organizations").detach_policy(PolicyId=policy_id, TargetId=MEMBER)


def test_a_denied_resource_of_a_stack_is_named(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    attach(sandbox, MEMBER, document("ssm:CreateParameter"))
    create(organization_stack_sets)
    operation = deploy(organization_stack_sets, "us-east-1")
    _, reason = results(organization_stack_sets, operation)[MEMBER, "us-east-1"]
    assert "ResourceType:AWS::SSM::Parameter" in str(reason)


def test_quick_setup_is_denied_and_explained(sandbox: Sandbox, quick_setup: Any) -> None:
    attach(sandbox, MEMBER, document("cloudformation:*"))
    created = quick_setup.create_configuration_manager(Name="hosts", ConfigurationDefinitions=[HOST_MANAGEMENT])
    sandbox.clock.advance(600)
    manager = quick_setup.get_configuration_manager(ManagerArn=created["ManagerArn"])
    deployment = next(one for one in manager["StatusSummaries"] if one["StatusType"] == "Deployment")
    assert deployment["Status"] == "FAILED"
    explained = run_script(sandbox, "report.py", "explain", "hosts")
    assert explained.returncode == 0, explained
    assert f"{MEMBER}" in explained.stdout
    assert EXPLICIT in explained.stdout
    assert "A service control policy denies what StackSets does in the account" in explained.stdout
