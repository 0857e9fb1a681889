"""The roles by which service-managed StackSets work in a member account.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sandbox.policies.evaluation import Permission
from sandbox.services.iam import auto_created_roles
from sandbox.services.iam.models import create_service_linked_role_once
from sandbox.services.organizations.models import find_organization

if TYPE_CHECKING:
    from collections.abc import Iterable

STACK_SETS_MEMBER = "member.org.stacksets.cloudformation.amazonaws.com"


# The actions of types that are not called Create and the type's name; of all types in AWS's templates of Quick Setup.
_ACTIONS = {
    "AWS::Events::Rule": "events:PutRule",
    "AWS::IAM::ManagedPolicy": "iam:CreatePolicy",
    "AWS::IAM::Policy": "iam:PutRolePolicy",
    "AWS::Lambda::Function": "lambda:CreateFunction",
    "AWS::Lambda::Permission": "lambda:AddPermission",
    "AWS::S3::BucketPolicy": "s3:PutBucketPolicy",
    "AWS::SNS::Subscription": "sns:Subscribe",
    "AWS::SSM::ServiceSetting": "ssm:UpdateServiceSetting",
    "AWS::SSMGuiConnect::Preferences": "ssm-guiconnect:UpdateConnectionRecordingPreferences",
}


def prepare_members(account_ids: Iterable[str]) -> None:
    """Create the roles that the first service-managed StackSet creates in a member account; they remain."""
    for account_id in account_ids:
        create_service_linked_role_once(account_id, STACK_SETS_MEMBER)
        auto_created_roles.create(
            account_id,
            stack_sets_role(account_id),
            {"Service": STACK_SETS_MEMBER},
            ["arn:aws:iam::aws:policy/AdministratorAccess"],
        )


def stack_sets_role(account_id: str) -> str:
    """Return the name of the role by which StackSets works in a member account."""
    return f"stacksets-exec-{sha256(account_id.encode()).hexdigest()[:32]}"


def find_denial(
    location: tuple[str, str], role_name: str, action: str, stack_name: str, created: Iterable[tuple[str, str]] = ()
) -> str | None:
    """Return the failure reason if a service control policy denies the role the stack, or a resource in it.

    `created` are logical ids and types. The form of both messages: superwerker/superwerker issue 171, and the reason of
    a resource that failed. ASSUMPTION(service-control-of-stacks): a resource requires the action that its type's name
    tells, on any resource of its service.
    """
    account_id, region = location
    organization = find_organization(account_id)
    if organization is None:
        return None
    role = f"arn:aws:iam::{account_id}:role/{role_name}"
    context = {"aws:PrincipalArn": role, "aws:PrincipalAccount": account_id, "aws:RequestedRegion": region}

    def denial(action: str, arn: str) -> str | None:
        end = organization.service_control_denial(account_id, role, Permission(action, arn, context))
        user = f"arn:aws:sts::{account_id}:assumed-role/{role_name}/AWSCloudFormation"
        return end and f"User: {user} is not authorized to perform: {action} on resource: {arn} {end}"

    denied = denial(f"cloudformation:{action}", f"arn:aws:cloudformation:{region}:{account_id}:stack/{stack_name}/*")
    if denied is not None:
        return denied
    for logical_id, resource_type in created:
        service, kind = resource_type.split("::")[1].lower(), resource_type.rpartition("::")[2]
        arn_region = "" if service == "iam" else region
        required = _ACTIONS.get(resource_type, f"{service}:Create{kind}")
        denied = denial(required, f"arn:aws:{service}:{arn_region}:{account_id}:*")
        if denied is not None:
            return (
                f"ResourceLogicalId:{logical_id}, ResourceType:{resource_type}, "
                f'ResourceStatusReason:Resource handler returned message: "{denied}".'
            )
    return None
