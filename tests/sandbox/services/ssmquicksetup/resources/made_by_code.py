"""What the Lambda functions and Automation runbooks of AWS's templates make, which no template declares.

What it is called is in made_by_code.json, beside the facts; one function here for each code that makes something.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from sandbox.policies.evaluation import Permission, Policy, evaluate_policies
from sandbox.services.cloudformation.stack_sets.member_roles import stack_sets_role
from sandbox.services.iam import auto_created_roles
from sandbox.services.iam.models import create_service_linked_role_once, documents_of, iam_backend_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.s3.access import evaluate
from sandbox.services.s3.models import find_bucket
from sandbox.services.ssm.instances import TERMINATED
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssmquicksetup import documents
from sandbox.services.ssmquicksetup.behavior import behavior
from sandbox.services.ssmquicksetup.resources.stacks import failure
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssmquicksetup.resources.stacks import Stack
    from sandbox.services.ssmquicksetup.resources.templates import Resource

BASELINE_OVERRIDES = "baseline_overrides.json"
ENABLE_DEFAULT_HOST_MANAGEMENT = "AWSQuickSetupType-EnableDHMC"
MANAGE_INSTANCE_PROFILE = "AWSQuickSetupType-ManageInstanceProfile"
MANAGE_PATCHED_INSTANCE = "AWSQuickSetup-CreateAndAttachIAMToEc2Node-${QSConfigurationId}"

# OpsCenter's functions, by the custom resources that run them.
_OPS_CENTER = {
    "OpsCenterAdminAccountLambdaTrigger": "OpsCenterAdminAccountLambdaFunction",
    "OpsCenterMemberAccountLambdaTrigger": "OpsCenterMemberAccountLambdaFunction",
}
# By which OpsCenter's functions know their roles again.
_OWNER_TAG = "QuickSetupID"


def make(stack: Stack) -> None:
    """Run the functions that the custom resources of a stack trigger."""
    for trigger, function in _OPS_CENTER.items():
        if stack.has(trigger):
            _make_ops_center_roles(stack, function)
    if stack.has("BaselineOverridesLambdaTrigger"):
        _make_baseline_bucket(stack, stack.resources["BaselineOverridesLambdaTrigger"])


def remove(stack: Stack) -> str | None:
    """Run the functions as the deletion of a stack triggers them; return why one failed, None if none did."""
    if behavior.tag_removal_fails and stack.has("NameTagDeleteMachine"):
        # ASSUMPTION(deletion-when-tags-fail): the words; the function raises "Name tags failed to delete".
        return _custom_resource_failure(stack, "NameTagDeleteMachine", "Name tags failed to delete.")
    for trigger, function in _OPS_CENTER.items():
        if stack.has(trigger):
            try:
                _delete_ops_center_roles(stack, function)
            except ServiceException as error:
                return _custom_resource_failure(stack, trigger, error.message)
    if stack.has("BaselineOverridesLambdaTrigger"):
        name = stack.resources["BaselineOverridesLambdaTrigger"].properties["BucketName"]
        bucket = find_bucket(name)
        if bucket is not None:
            bucket.keys.clear()
            s3_backends[stack.account_id]["aws"].delete_bucket(name)
    return None


def enable_default_host_management(stack: Stack, at: datetime) -> None:
    """AWSQuickSetupType-EnableDHMC: set the setting unless it has a role; nothing undoes it."""
    systems_manager = ssm_backend_of(stack.account_id, stack.region)
    if systems_manager.default_host_management_role is not None:
        return
    values = {"AWS::Region": stack.region}
    for role in documents.made_by(ENABLE_DEFAULT_HOST_MANAGEMENT, "role", values):
        auto_created_roles.create(
            stack.account_id, role.name, {"Service": role.service}, _policy_arns(stack, role.policies)
        )
    deploying_role = stack_sets_role(stack.account_id)
    for setting in documents.made_by(ENABLE_DEFAULT_HOST_MANAGEMENT, "setting", values):
        systems_manager.service_settings.update(
            setting.name,
            setting.value,
            modified_at=at,
            modified_by=f"arn:aws:sts::{stack.account_id}:assumed-role/{deploying_role}/QuickSetup",
        )


def manages_instance_profiles(stack: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return which code gives instances a profile, and the parameters that the associations of a stack give it."""
    by_name = {code.partition("$")[0]: code for code in (MANAGE_INSTANCE_PROFILE, MANAGE_PATCHED_INSTANCE)}
    for resource in stack.resources.values():
        document = str(resource.properties.get("Name", "")) if resource.type == "AWS::SSM::Association" else ""
        code = next((code for name, code in by_name.items() if document.startswith(name)), None)
        if code is not None:
            yield code, resource.properties["Parameters"]


def manage_instance_profile(stack: Stack, instance: ManagedInstance, code: str, parameters: Mapping[str, Any]) -> None:
    """AWSQuickSetupType-ManageInstanceProfile and CreateAndAttachIAMToEc2Node.

    The role of an instance's own profile gets the policies if that is allowed. Else Quick Setup's role and profile are
    made, and AWS-AttachIAMToInstance gives it to an instance that has none: it replaces nothing.
    """
    if instance.status == TERMINATED:
        return
    values = {"QSConfigurationId": stack.parameters["QSConfigurationId"]}
    (role,) = documents.made_by(code, "role", values)
    iam = iam_backend_of(stack.account_id)
    allowed = parameters.get("UpdateExistingProfiles", parameters.get("IsPolicyAttachAllowed")) == ["true"]
    role_name = instance.instance_profile if allowed and instance.instance_profile else role.name
    # ASSUMPTION(node-is-managed-by-any-profile): profile and role have one name.
    auto_created_roles.create(stack.account_id, role_name, {"Service": role.service})
    for policy_arn in parameters.get("ManagedPoliciesToAttach", _policy_arns(stack, role.policies)):
        iam.attach_role_policy(policy_arn, role_name)
    tags = documents.made_by(code, "role_tag", values)
    iam.tag_role(role_name, [{"Key": tag.name, "Value": tag.value} for tag in tags])
    if role_name != role.name:
        return
    for profile in documents.made_by(code, "instance_profile", values):
        if all(known.name != profile.name for known in iam.get_instance_profiles()):
            iam.create_instance_profile(profile.name, "/", [role_name])
    if instance.instance_profile is None:
        instance.instance_profile = role.name


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


def _makes_nothing(stack: Stack, function: str) -> bool:
    """Whether a function of OpsCenter does nothing in the account and Region of a stack.

    It makes roles in one Region, ASSUMPTION(global-resources-region), and those of members not in the administrator's
    account.
    """
    is_administrator = stack.account_id == stack.parameters["DelegatedAccountId"]
    is_global = stack.region == stack.parameters["QSGlobalResourcesRegion"]
    return not is_global or is_administrator != (function == "OpsCenterAdminAccountLambdaFunction")


def _make_ops_center_roles(stack: Stack, function: str) -> None:
    """Roles and policies that exist are used as they are."""
    if _makes_nothing(stack, function):
        return
    administrator = stack.parameters["DelegatedAccountId"]
    for linked in documents.made_by(function, "service_linked_role", {}):
        organization = find_organization(administrator)
        # In the management account Quick Setup itself makes it.
        for account_id in {administrator, organization.account_id} if organization else {administrator}:
            create_service_linked_role_once(account_id, linked.service)
    iam = iam_backend_of(stack.account_id)
    tags = [{"Key": _OWNER_TAG, "Value": stack.parameters["QSConfigurationId"]}]
    for policy in documents.made_by(function, "policy", {}):
        if _own_policy_arn(stack, policy.name) not in iam.managed_policies:
            # The facts have no documents, and nothing weighs the permissions of these roles.
            statement = {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": f"arn:aws:iam::{administrator}:role/*",
            }
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.create_policy("", "/", document, policy.name, tags)
    for role in documents.made_by(function, "role", {}):
        if auto_created_roles.exists(stack.account_id, role.name):
            continue
        principal = {"Service": role.service} if role.service else {"AWS": f"arn:aws:iam::{administrator}:root"}
        auto_created_roles.create(stack.account_id, role.name, principal, _policy_arns(stack, role.policies))
        iam.tag_role(role.name, tags)


def _delete_ops_center_roles(stack: Stack, function: str) -> None:
    """Delete the roles of OpsItems that OpsCenter made, with its policies alone; those of Automation stay."""
    if _makes_nothing(stack, function):
        return
    iam = iam_backend_of(stack.account_id)
    for role in documents.made_by(function, "role", {}):
        if not role.deleted or not auto_created_roles.exists(stack.account_id, role.name):
            continue
        known = iam.get_role(role.name)
        if all(tag["Key"] != _OWNER_TAG for tag in known.tags):
            continue
        for arn in set(_policy_arns(stack, role.policies)) & set(known.managed_policies):
            iam.detach_role_policy(arn, role.name)
        iam.delete_role(role.name)
    for policy in documents.made_by(function, "policy", {}):
        if policy.deleted and _own_policy_arn(stack, policy.name) in iam.managed_policies:
            iam.delete_policy(_own_policy_arn(stack, policy.name))


def _policy_arns(stack: Stack, names: Iterable[str]) -> list[str]:
    """Return the ARNs of policies: the account's own one of a name, else AWS's."""
    own = iam_backend_of(stack.account_id).managed_policies
    return [
        _own_policy_arn(stack, name) if _own_policy_arn(stack, name) in own else f"arn:aws:iam::aws:policy/{name}"
        for name in names
    ]


def _own_policy_arn(stack: Stack, name: str) -> str:
    return f"arn:aws:iam::{stack.account_id}:policy/{name}"


def _custom_resource_failure(stack: Stack, logical_id: str, message: str) -> str:
    return failure(
        stack.resources[logical_id],
        f"Received response status [FAILED] from custom resource. Message returned: {message}",
    )


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
