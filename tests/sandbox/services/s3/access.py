"""Who may reach a bucket: its account, and others as far as its policy lets them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Access control lists are not
judged: new buckets have none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.policies.conditions import as_list, conditions_hold
from sandbox.policies.evaluation import Judgement, Need, covers
from sandbox.services.organizations.models import organization_of
from sandbox.services.s3.actions import s3_permissions
from sandbox.services.s3.models import bucket_of
from sandbox.services.sts.trust import Principal, is_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.policies.caller import Caller
    from sandbox.policies.request_context import RequestContext

# The sandbox's own transport has no encryption, and stands in for AWS's, which has.
_TRANSPORT = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}


def judge(bucket_name: str, principal: Principal, need: Need) -> Judgement:
    """Return what the policy of a bucket by itself says; "not allowed" where it has none.

    `need.context` is that of the request; the context of the transport is added. A condition that the sandbox cannot
    judge decides against the principal.
    """
    bucket = bucket_of(bucket_name)
    if bucket is None or bucket.policy is None:
        return "not allowed"
    statements = as_list(json.loads(bucket.policy)["Statement"])
    context = {**_TRANSPORT, **need.context}
    applying = [statement for statement in statements if is_named(statement, principal) and covers(statement, need)]
    if any(s["Effect"] == "Deny" and conditions_hold(s, context, unknown=True) for s in applying):
        return "denied"
    allowed = any(s["Effect"] == "Allow" and conditions_hold(s, context, unknown=False) for s in applying)
    return "allowed" if allowed else "not allowed"


def service_may(service_principal: str, action: str, bucket_name: str, key: str, context: Mapping[str, str]) -> bool:
    """Return whether the policy of a bucket lets an AWS service do this; `key` is "" for the bucket itself.

    `context` has what the service says of whom it works for: `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID`,
    `s3:x-amz-acl` (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
    """
    resource = f"arn:aws:s3:::{bucket_name}/{key}" if key else f"arn:aws:s3:::{bucket_name}"
    facts = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": service_principal, **context}
    return judge(bucket_name, Principal.service(service_principal), Need(action, resource, facts)) == "allowed"


def refusal_of(request: RequestContext, caller: Caller) -> str | None:
    """Return the words with which a bucket is closed to an account's user or role; None where it is open.

    ASSUMPTION: of the bucket's own account, what the bucket policy allows does not add to what the caller's policies
    allow. A bucket that is not there is nobody's.
    """
    bucket = bucket_of(str(request.get("Bucket")))
    if bucket is None or request.operation == "CreateBucket":
        return None
    organization = organization_of(request.account_id)
    facts = {"aws:PrincipalArn": caller.identity_arn, "aws:PrincipalAccount": request.account_id}
    if organization is not None:
        facts["aws:PrincipalOrgID"] = organization.established.id
    principal = Principal.identity(caller.identity_arn, request.account_id)
    for need in s3_permissions(request):
        judgement = judge(bucket.name, principal, Need(need.action, need.resource, {**facts, **need.context}))
        if judgement == "denied" or (judgement == "not allowed" and bucket.account_id != request.account_id):
            return _refused(caller, need, judgement)
    return None


def _refused(caller: Caller, need: Need, judgement: Judgement) -> str:
    """AWS's words: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html."""
    begin = f"User: {caller.arn} is not authorized to perform: {need.action} on resource: {need.resource}"
    if judgement == "denied":
        return f"{begin} with an explicit deny in a resource-based policy"
    return f"{begin} because no resource-based policy allows the {need.action} action"
