"""What calls need beside their own action, as AWS's service authorization reference lists it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.authorization.required_permissions import required_permissions
from sandbox.authorization.resources import UnknownPermissionError
from sandbox.policies.evaluation import Permission
from sandbox.policies.request_context import RequestContext
from sandbox_tests.cases.organization_stack_sets import MEMBER, STACK_SET, deploy, template
from sandbox_tests.cases.quick_setup import ADMINISTRATION_ROLE, MANAGEMENT, PATCH_POLICY, SETTING

if TYPE_CHECKING:
    from sandbox import Sandbox

EXECUTION_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/AWS-QuickSetup-Execution"
TAGS = [{"Key": "Owner", "Value": "cloud"}]
PARAMETER = "arn:aws:cloudformation:us-east-1::type/resource/AWS-SSM-Parameter"


def required(sandbox: Sandbox, action: str, **parameters: Any) -> set[tuple[str, str]]:
    """Action and resource of all that the call needs but its own action."""
    return {
        (permission.action, permission.resource)
        for permission in all_required(sandbox, action, **parameters)
        if permission.action != action
    }


def all_required(sandbox: Sandbox, action: str, **parameters: Any) -> tuple[Permission, ...]:
    service, _, operation = action.partition(":")
    assert sandbox.scenario.management_account.id == MANAGEMENT
    return required_permissions(RequestContext(service, operation, parameters, MANAGEMENT, "us-east-1"))


def passed(arn: str, *services: str) -> set[Permission]:
    return {Permission("iam:PassRole", arn, {"iam:PassedToService": service}) for service in services}


def test_pass_role(sandbox: Sandbox) -> None:
    both = ("cloudformation.amazonaws.com", "ssm-quicksetup.amazonaws.com")
    found = set(
        all_required(sandbox, "ssm-quicksetup:CreateConfigurationManager", ConfigurationDefinitions=[PATCH_POLICY])
    )
    assert passed(ADMINISTRATION_ROLE, *both) | passed(EXECUTION_ROLE, *both) < found
    assert len(found) == 5

    explorer = f"arn:aws:iam::{MANAGEMENT}:role/Explorer"
    settings = all_required(sandbox, "ssm-quicksetup:UpdateServiceSettings", ExplorerEnablingRoleArn=explorer)
    assert set(settings[1:]) == passed(explorer, "ssm-quicksetup.amazonaws.com")
    assert not required(sandbox, "ssm-quicksetup:UpdateServiceSettings", ExplorerEnablingRoleArn="")

    setting = all_required(sandbox, "ssm:UpdateServiceSetting", SettingId=SETTING, SettingValue="service-role/Role")
    assert set(setting[1:]) == passed(f"arn:aws:iam::{MANAGEMENT}:role/service-role/Role", "ssm.amazonaws.com")
    assert setting[0].resource == f"arn:aws:ssm:us-east-1:{MANAGEMENT}:servicesetting{SETTING}"


def test_pass_role_for_an_existing_manager(sandbox: Sandbox, quick_setup: Any, roles: Any) -> None:
    assert roles is not None
    arn = quick_setup.create_configuration_manager(Name="scan", ConfigurationDefinitions=[PATCH_POLICY])["ManagerArn"]
    both = {("iam:PassRole", ADMINISTRATION_ROLE), ("iam:PassRole", EXECUTION_ROLE)}
    assert required(sandbox, "ssm-quicksetup:DeleteConfigurationManager", ManagerArn=arn) == both
    assert required(sandbox, "ssm-quicksetup:TagResource", ResourceArn=arn, Tags={}) == both
    assert required(sandbox, "ssm-quicksetup:GetConfigurationManager", ManagerArn=arn) == set()


def test_tags_at_the_creation(sandbox: Sandbox) -> None:
    role = f"arn:aws:iam::{MANAGEMENT}:role/path/Role"
    assert required(sandbox, "iam:CreateRole", RoleName="Role", Path="/path/", Tags=TAGS) == {("iam:TagRole", role)}
    assert required(sandbox, "iam:CreateRole", RoleName="Role", Path="/path/") == set()
    unit = f"arn:aws:organizations::{MANAGEMENT}:ou/o-sandbox0001/*"
    parameters = {"ParentId": "r-sbox", "Name": "Unit", "Tags": TAGS}
    assert required(sandbox, "organizations:CreateOrganizationalUnit", **parameters) == {
        ("organizations:TagResource", unit)
    }


def test_moving_an_account_concerns_three(sandbox: Sandbox) -> None:
    parameters = {"AccountId": "222222222222", "SourceParentId": "r-sbox", "DestinationParentId": "ou-sbox-12345678"}
    prefix = f"arn:aws:organizations::{MANAGEMENT}:"
    assert [permission.resource for permission in all_required(sandbox, "organizations:MoveAccount", **parameters)] == [
        f"{prefix}account/o-sandbox0001/222222222222",
        f"{prefix}root/o-sandbox0001/r-sbox",
        f"{prefix}ou/o-sandbox0001/ou-sbox-12345678",
    ]


def test_activation_of_stack_sets_creates_a_role(sandbox: Sandbox) -> None:
    service = "stacksets.cloudformation.amazonaws.com"
    role = f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/{service}/AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
    assert set(all_required(sandbox, "cloudformation:ActivateOrganizationsAccess")) == {
        Permission("cloudformation:ActivateOrganizationsAccess"),
        Permission("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": service}),
        Permission("iam:GetRole", role),
    }


def test_resource_sharing_creates_a_role(sandbox: Sandbox) -> None:
    service = "ram.amazonaws.com"
    role = f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/{service}/AWSServiceRoleForResourceAccessManager"
    assert set(all_required(sandbox, "ram:EnableSharingWithAwsOrganization")) == {
        Permission("ram:EnableSharingWithAwsOrganization"),
        Permission("iam:CreateServiceLinkedRole", role, {"iam:AWSServiceName": service}),
        Permission("organizations:DescribeOrganization"),
        Permission("organizations:EnableAWSServiceAccess", context={"organizations:ServicePrincipal": service}),
    }


def stack(name: str, **elements: str) -> str:
    sync = {
        "Type": "AWS::SSM::ResourceDataSync",
        "Properties": {
            "SyncName": name,
            "SyncType": "SyncFromSource",
            "SyncSource": {"SourceType": "SingleAccountMultiRegions", "SourceRegions": ["us-east-1"]},
        },
        **elements,
    }
    return json.dumps({"Resources": {"Sync": sync}})


def sync_arn(name: str) -> str:
    return f"arn:aws:ssm:us-east-1:{MANAGEMENT}:resource-data-sync/{name}"


def test_permissions_of_a_stack(sandbox: Sandbox, cloudformation: Any) -> None:
    one, listed = {"StackName": "One"}, ("ssm:ListResourceDataSync", "*")
    created = required(sandbox, "cloudformation:CreateStack", **one, TemplateBody=stack("one"))
    assert created == {listed, ("ssm:CreateResourceDataSync", sync_arn("one"))}
    assert required(sandbox, "cloudformation:DeleteStack", **one) == set()

    cloudformation.create_stack(StackName="One", TemplateBody=stack("one", DeletionPolicy="Retain"))
    assert required(sandbox, "cloudformation:DeleteStack", **one) == set()
    cloudformation.update_stack(StackName="One", TemplateBody=stack("one", DeletionPolicy="Delete"))
    assert required(sandbox, "cloudformation:DeleteStack", **one) == {
        listed,
        ("ssm:DeleteResourceDataSync", sync_arn("one")),
    }
    renamed = required(sandbox, "cloudformation:UpdateStack", **one, TemplateBody=stack("two"))
    assert renamed == {
        listed,
        ("ssm:CreateResourceDataSync", sync_arn("two")),
        ("ssm:DeleteResourceDataSync", sync_arn("one")),
    }
    changed = required(
        sandbox, "cloudformation:UpdateStack", **one, TemplateBody=stack("one", UpdateReplacePolicy="Delete")
    )
    assert changed == {listed, ("ssm:UpdateResourceDataSync", sync_arn("one"))}


def test_a_stack_with_a_role_requires_pass_role(sandbox: Sandbox) -> None:
    role = f"arn:aws:iam::{MANAGEMENT}:role/Stacks"
    found = required(
        sandbox, "cloudformation:CreateStack", StackName="One", TemplateBody=stack("one"), RoleARN=role, Tags=TAGS
    )
    tagged = ("cloudformation:TagResource", f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stack/One/*")
    assert found == {("iam:PassRole", role), tagged}


def test_unknown_resource_types(sandbox: Sandbox) -> None:
    template = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    with pytest.raises(UnknownPermissionError, match="AWS::SQS::Queue"):
        all_required(sandbox, "cloudformation:CreateStack", StackName="One", TemplateBody=template)
    with pytest.raises(UnknownPermissionError, match="sqs:ListQueues"):
        all_required(sandbox, "sqs:ListQueues")


TYPED = json.dumps({"Resources": {"Sync": {"Type": "AWS::SSM::Parameter"}, "Role": {"Type": "AWS::IAM::Role"}}})
TYPES = ("arn:aws:cloudformation:us-east-1::type/resource/AWS-IAM-Role", PARAMETER)


def resources(found: tuple[Permission, ...], action: str) -> set[str]:
    return {permission.resource for permission in found if permission.action == action}


def test_stack_sets(sandbox: Sandbox) -> None:
    one = {"StackSetName": "one"}
    arn = f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stackset/one:*"
    assert all_required(sandbox, "cloudformation:DeleteStackSet", **one) == (
        Permission("cloudformation:DeleteStackSet", arn),
    )
    created = all_required(sandbox, "cloudformation:CreateStackSet", **one, TemplateBody=TYPED, Tags=TAGS)
    assert resources(created, "cloudformation:CreateStackSet") == {arn, *TYPES}
    assert resources(created, "cloudformation:TagResource") == {arn}
    asking = ("organizations:ListDelegatedAdministrators", "*")
    assert required(sandbox, "cloudformation:UpdateStackSet", **one, CallAs="DELEGATED_ADMIN") == {asking}


def test_instances_of_a_stack_set_are_judged_by_target_and_type(sandbox: Sandbox, organization_stack_sets: Any) -> None:
    organization_stack_sets.create_stack_set(**STACK_SET, TemplateBody=template(), PermissionModel="SERVICE_MANAGED")
    stack_set = {f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stackset/settings:*"}
    target = f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stackset-target/settings:*/"
    targets = {"OrganizationalUnitIds": ["r-sbox"], "Accounts": [MEMBER]}
    for operation in ("CreateStackInstances", "DeleteStackInstances", "UpdateStackInstances"):
        action = f"cloudformation:{operation}"
        found = all_required(sandbox, action, **STACK_SET, DeploymentTargets=targets)
        assert resources(found, action) == stack_set | {PARAMETER, f"{target}r-sbox", f"{target}{MEMBER}"}

    deploy(organization_stack_sets)
    action = "cloudformation:UpdateStackSet"
    everywhere = all_required(sandbox, action, **STACK_SET, TemplateBody=TYPED)
    assert resources(everywhere, action) == stack_set | {f"{target}r-sbox", *TYPES}
    unchanged = all_required(sandbox, action, **STACK_SET, UsePreviousTemplate=True)
    assert resources(unchanged, action) == stack_set | {f"{target}r-sbox", PARAMETER}
    read = "cloudformation:DescribeStackSet"
    assert resources(all_required(sandbox, read, **STACK_SET), read) == stack_set


def test_a_template_in_a_bucket_is_judged_by_its_types(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="typed.json", Body=TYPED.encode())
    url = "https://templates.s3.amazonaws.com/typed.json"
    found = all_required(sandbox, "cloudformation:CreateStackSet", StackSetName="one", TemplateURL=url)
    assert set(TYPES) < resources(found, "cloudformation:CreateStackSet")


POLICY = "SSM-JustInTimeAccessDenyAccessOrgPolicy"
POLICY_ARN = f"arn:aws:ssm:us-east-1:{MANAGEMENT}:document/{POLICY}"
TOKEN_ROLE = ("iam:PassRole", f"arn:aws:iam::{MANAGEMENT}:role/SSM-JustInTimeAccessTokenRole")


def content(description: str) -> dict[str, Any]:
    return {
        "schemaVersion": "0.3",
        "description": description,
        "accessTokenRole": "SSM-JustInTimeAccessTokenRole",
        "AutoApprovalPolicyDocuments": [{"type": "Cedar", "content": "forbid (principal, action, resource);"}],
    }


def policy_stack(description: str = "One", **properties: str) -> str:
    document = {"Name": POLICY, "DocumentType": "AutoApprovalPolicy", "Content": content(description), **properties}
    return json.dumps({"Resources": {"Policy": {"Type": "AWS::SSM::Document", "Properties": document}}})


def on_the_policy(*actions: str) -> set[tuple[str, str]]:
    return {(f"ssm:{action}", POLICY_ARN) for action in actions}


def test_approval_policy_of_a_stack(sandbox: Sandbox, cloudformation: Any) -> None:
    one, new_version = {"StackName": "One"}, {"UpdateMethod": "NewVersion"}
    created = on_the_policy("CreateDocument", "AddTagsToResource", "GetDocument", "DescribeDocument") | {TOKEN_ROLE}
    deleted = on_the_policy("DeleteDocument", "DescribeDocument")
    action = "cloudformation:CreateStack"
    assert required(sandbox, action, **one, TemplateBody=policy_stack(**new_version)) == created
    passed_role = next(
        found
        for found in all_required(sandbox, action, **one, TemplateBody=policy_stack())
        if found.action == "iam:PassRole"
    )
    assert passed_role.context == {"iam:PassedToService": "justintimeaccess.ssm.amazonaws.com"}

    cloudformation.create_stack(**one, TemplateBody=policy_stack(**new_version), Tags=TAGS)
    action = "cloudformation:UpdateStack"
    updated = on_the_policy(
        "UpdateDocument", "UpdateDocumentDefaultVersion", "DescribeDocument", "ListTagsForResource"
    ) | {TOKEN_ROLE}
    assert required(sandbox, action, **one, TemplateBody=policy_stack("Two", **new_version)) == updated
    # Replaced: the default UpdateMethod, or another name.
    assert required(sandbox, action, **one, TemplateBody=policy_stack("Two")) == created | deleted
    renamed = required(sandbox, action, **one, TemplateBody=policy_stack(**{**new_version, "Name": "Other"}))
    assert deleted | {("ssm:CreateDocument", POLICY_ARN.replace(POLICY, "Other"))} < renamed
    tagged = ("cloudformation:TagResource", f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stack/One/*")
    retagged = required(sandbox, action, **one, Tags=[{"Key": "Team", "Value": "platform"}])
    assert retagged == on_the_policy("AddTagsToResource", "RemoveTagsFromResource") | {tagged}
    assert required(sandbox, action, **one, Tags=TAGS) == {tagged}
    assert required(sandbox, "cloudformation:DeleteStack", **one) == deleted


def test_documents(sandbox: Sandbox) -> None:
    named = {"Name": POLICY, "Content": json.dumps(content("One"))}
    created = on_the_policy("AddTagsToResource", "GetDocument") | {TOKEN_ROLE}
    assert required(sandbox, "ssm:CreateDocument", **named, Tags=TAGS) == created
    assert required(sandbox, "ssm:UpdateDocument", **named) == {TOKEN_ROLE}
    calendar = {"Name": POLICY, "Content": "BEGIN:VCALENDAR"}
    assert required(sandbox, "ssm:CreateDocument", **calendar) == on_the_policy("GetDocument")
