"""What the Lambda functions and Automation runbooks of AWS's templates make, which no template declares.

One function for each, called where the facts have the resource that runs it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.s3.models import s3_backends

from sandbox.policies.evaluation import Permission, Policy, evaluate_policies
from sandbox.services.cloudformation.stack_sets.member_roles import stack_sets_role
from sandbox.services.iam import auto_created_roles
from sandbox.services.iam.models import create_service_linked_role_once, iam_backend_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.s3.access import evaluate
from sandbox.services.s3.models import find_bucket
from sandbox.services.ssm.instances import TERMINATED
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.service_settings import DEFAULT_HOST_MANAGEMENT as SETTING
from sandbox.services.ssmquicksetup.roles import documents_of
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssmquicksetup.resources.stacks import Stack
    from sandbox.services.ssmquicksetup.resources.templates import Resource

DEFAULT_HOST_MANAGEMENT_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"
INSTANCE_ROLE = "AmazonSSMRoleForInstancesQuickSetup"
BASELINE_OVERRIDES = "baseline_overrides.json"
ACCOUNT_DISCOVERY = "accountdiscovery.ssm.amazonaws.com"

# By the trigger that makes them, https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-quick-setup-cross-account.html
# The page names no policies of these roles, and the sandbox gives them none.
_OPS_CENTER_ROLES = {
    "OpsCenterAdminAccountLambdaTrigger": (
        "OpsItem-CrossAccountManagementRole",
        "AWS-SystemsManager-AutomationAdministrationRole",
    ),
    "OpsCenterMemberAccountLambdaTrigger": (
        "OpsItem-CrossAccountExecutionRole",
        "AWS-SystemsManager-AutomationExecutionRole",
    ),
}


def make(stack: Stack, parameters: Mapping[str, str]) -> None:
    """Run the functions that the custom resources of a stack trigger."""
    for trigger in _OPS_CENTER_ROLES:
        if stack.has(trigger):
            _make_ops_center_roles(stack, trigger, parameters)
    if stack.has("BaselineOverridesLambdaTrigger"):
        _make_baseline_bucket(stack, stack.resources["BaselineOverridesLambdaTrigger"])


def remove(stack: Stack) -> None:
    """Run the functions as the deletion of a stack triggers them.

    OpsCenter's delete the roles of OpsItems, and not those of Automation: ASSUMPTION(ops-center-roles): also where the
    role was there before.
    """
    for trigger, names in _OPS_CENTER_ROLES.items():
        if stack.has(trigger):
            auto_created_roles.delete(stack.account_id, names[0])
    if stack.has("BaselineOverridesLambdaTrigger"):
        name = stack.resources["BaselineOverridesLambdaTrigger"].properties["BucketName"]
        bucket = find_bucket(name)
        if bucket is not None:
            bucket.keys.clear()
            s3_backends[stack.account_id]["aws"].delete_bucket(name)


def enable_default_host_management(stack: Stack, at: datetime) -> None:
    """AWSQuickSetupType-EnableDHMC: set the setting unless it has a role; nothing undoes it."""
    systems_manager = ssm_backend_of(stack.account_id, stack.region)
    if systems_manager.default_host_management_role is not None:
        return
    role_name = f"AWS-QuickSetup-SSM-DefaultEC2MgmtRole-{stack.region}"
    auto_created_roles.create(
        stack.account_id, role_name, {"Service": "ssm.amazonaws.com"}, [DEFAULT_HOST_MANAGEMENT_POLICY]
    )
    deploying_role = stack_sets_role(stack.account_id)
    systems_manager.service_settings.update(
        SETTING,
        role_name,
        modified_at=at,
        modified_by=f"arn:aws:sts::{stack.account_id}:assumed-role/{deploying_role}/QuickSetup",
    )


def manage_instance_profile(stack: Stack, instance: ManagedInstance, parameters: Mapping[str, str], tag: str) -> None:
    """AWSQuickSetupType-ManageInstanceProfile and CreateAndAttachIAMToEc2Node.

    An instance without a profile gets Quick Setup's; the role of another one gets policies and tag if that is allowed.
    """
    if instance.status == TERMINATED:
        return
    if instance.instance_profile is None:
        instance.instance_profile = INSTANCE_ROLE
    elif instance.instance_profile != INSTANCE_ROLE and parameters.get("IsPolicyAttachAllowed") != "true":
        return
    # ASSUMPTION(node-is-managed-by-any-profile): profile and role have one name.
    role_name = instance.instance_profile
    auto_created_roles.create(stack.account_id, role_name, {"Service": "ec2.amazonaws.com"})
    iam = iam_backend_of(stack.account_id)
    # The policy of nodes that a patch policy targets, and that of Host Management.
    access = "AWSQuickSetupPatchPolicyBaselineAccess" if tag else "AmazonSSMPatchAssociation"
    for policy in ("AmazonSSMManagedInstanceCore", access):
        iam.attach_role_policy(f"arn:aws:iam::aws:policy/{policy}", role_name)
    if tag:
        iam.tag_role(role_name, [{"Key": f"QSConfigId-{tag}", "Value": tag}])


def can_read_baselines(bucket_name: str, account_id: str, instance: ManagedInstance) -> bool:
    """Return whether the role of a node may read the baselines of a patch policy.

    Both the bucket's policy and the role's have to allow it: the bucket is another account's. Quick Setup attaches
    AWSQuickSetupPatchPolicyBaselineAccess, which compares the owner of the bucket with the principal.
    """
    roles, bucket = iam_backend_of(account_id).get_roles(), find_bucket(bucket_name)
    role = next((role for role in roles if role.name == instance.instance_profile), None)
    if role is None or bucket is None:
        return False
    context = {**principal_context(role.arn, account_id), "aws:ResourceAccount": bucket.account_id}
    organization = find_organization(bucket.account_id)
    if organization is not None:
        context["aws:ResourceOrgID"] = organization.established.id
    permission = Permission("s3:GetObject", f"arn:aws:s3:::{bucket_name}/{BASELINE_OVERRIDES}", context)
    by_role = evaluate_policies([Policy(document) for document in documents_of(role)], permission)
    by_bucket = evaluate(bucket_name, Principal.identity(role.arn, account_id), permission)
    return by_role == by_bucket == "allowed"


def _make_ops_center_roles(stack: Stack, trigger: str, parameters: Mapping[str, str]) -> None:
    """Roles that exist are used as they are. They are made in one Region: ASSUMPTION(global-resources-region)."""
    if stack.region != parameters["QSGlobalResourcesRegion"]:
        return
    administrator = parameters["DelegatedAccountId"]
    if trigger == "OpsCenterAdminAccountLambdaTrigger":
        organization = find_organization(administrator)
        for account_id in {administrator, organization.account_id} if organization else {administrator}:
            create_service_linked_role_once(account_id, ACCOUNT_DISCOVERY)
        # ASSUMPTION(ops-center-roles): of OpsItems. Those of Automation:
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-multiple-accounts-regions.html
        principal = {"Service": "ssm.amazonaws.com"}
    else:
        principal = {"AWS": f"arn:aws:iam::{administrator}:root"}
    for name in _OPS_CENTER_ROLES[trigger]:
        auto_created_roles.create(stack.account_id, name, principal)


def _make_baseline_bucket(stack: Stack, trigger: Resource) -> None:
    """The bucket of a patch policy, which nodes read their baselines from, as BaselineOverridesLambdaFunction makes it.

    ASSUMPTION(definition-id-is-configuration-id): of the tag, and of the bucket's name.
    """
    name, configuration_id = trigger.properties["BucketName"], trigger.properties["QSConfigId"]
    if find_bucket(name) is None:
        s3_backends[stack.account_id]["aws"].create_bucket(name, stack.region)
    s3_backends[stack.account_id]["aws"].put_object(name, BASELINE_OVERRIDES, b"[]")
    baselines = f"arn:aws:s3:::{name}/{BASELINE_OVERRIDES}"
    statements = [
        {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{name}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "DenyAllButPrincipalsWithTag",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": baselines,
            "Condition": {"StringNotEquals": {f"aws:PrincipalTag/QSConfigId-{configuration_id}": configuration_id}},
        },
        {
            "Sid": "Target",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": baselines,
            **_targeted_principals(stack, trigger),
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
    s3_backends[stack.account_id]["aws"].put_bucket_policy(name, policy)


def _targeted_principals(stack: Stack, trigger: Resource) -> dict[str, Any]:
    """Return who may read the baselines. The function looks at the first target alone."""
    if trigger.properties["TargetEntities"] == "LA":
        return {"Principal": {"AWS": stack.account_id}}
    organization_id, targets = trigger.properties["PrincipalOrgId"], trigger.properties["OrgUnits"]
    if targets[0].startswith("r-"):
        return {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization_id}}}
    paths = [f"{organization_id}/*/{unit}/*" for unit in targets if unit.startswith("ou-")]
    return {"Principal": "*", "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": paths}}}
