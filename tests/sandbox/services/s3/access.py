"""Access to a bucket: by its account, and by others as its policy allows.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Access control lists are not
judged: new buckets have none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.policies.evaluation import Decision, Permission
from sandbox.services.s3.actions import s3_permissions
from sandbox.services.s3.models import find_bucket
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal, evaluate_resource_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.policies.request_context import Caller, RequestContext

# The sandbox's own transport has no encryption, unlike AWS's.
_TRANSPORT = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}


def evaluate(bucket_name: str, principal: Principal, permission: Permission) -> Decision:
    """Evaluate the policy of a bucket; "implicitDeny" if it has none.

    `need.context` is that of the request; the context of the transport is added. A condition that the sandbox cannot
    judge decides against the principal.
    """
    bucket = find_bucket(bucket_name)
    if bucket is None or bucket.policy is None:
        return "implicitDeny"
    context = {**_TRANSPORT, **permission.context}
    return evaluate_resource_policy(bucket.policy, principal, replace(permission, context=context))


def is_service_allowed(
    service_principal: str, action: str, bucket_name: str, key: str, context: Mapping[str, str]
) -> bool:
    """Return whether the policy of a bucket allows an AWS service the action; `key` is "" for the bucket itself.

    `context` has the service's condition keys: `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID`,
    `s3:x-amz-acl` (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
    """
    resource = f"arn:aws:s3:::{bucket_name}/{key}" if key else f"arn:aws:s3:::{bucket_name}"
    facts = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": service_principal, **context}
    return evaluate(bucket_name, Principal.service(service_principal), Permission(action, resource, facts)) == "allowed"


def bucket_denial(request: RequestContext, caller: Caller) -> str | None:
    """Return the error message for a user or role without access to the bucket; None if access is allowed.

    Stricter than AWS: of the bucket's own account, what the bucket policy allows does not add to what the caller's
    policies allow. A bucket that does not exist has no owner.
    """
    bucket = find_bucket(str(request.get("Bucket")))
    if bucket is None or request.operation == "CreateBucket":
        return None
    facts = principal_context(caller.identity_arn, request.account_id)
    principal = Principal.identity(caller.identity_arn, request.account_id)
    for permission in s3_permissions(request):
        decision = evaluate(
            bucket.name,
            principal,
            Permission(permission.action, permission.resource, {**facts, **permission.context}),
        )
        if decision == "explicitDeny" or (decision == "implicitDeny" and bucket.account_id != request.account_id):
            return _denial_message(caller, permission, decision)
    return None


def _denial_message(caller: Caller, permission: Permission, decision: Decision) -> str:
    """AWS's message: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html."""
    begin = f"User: {caller.arn} is not authorized to perform: {permission.action} on resource: {permission.resource}"
    if decision == "explicitDeny":
        return f"{begin} with an explicit deny in a resource-based policy"
    return f"{begin} because no resource-based policy allows the {permission.action} action"
