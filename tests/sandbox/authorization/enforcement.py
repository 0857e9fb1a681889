"""The policies of callers, and the errors for calls that they do not allow."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.authorization.required_permissions import required_permissions
from sandbox.authorization.resources import UnknownPermissionError
from sandbox.faults import Fault, failure_of
from sandbox.policies.evaluation import Permission, Policy, evaluate_policies
from sandbox.policies.request_context import Caller, RequestContext
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.moto_internals import backend_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.s3.access import bucket_denial
from sandbox.services.sts.models import SandboxSTSBackend, sts_backends
from sandbox.services.sts.principal_context import principal_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.protocol.errors import Failure
    from sandbox.protocol.operations import Operation


@dataclass(frozen=True)
class RecordedCall:
    """A call with the permissions that it requires."""

    identity_arn: str
    service: str
    operation: str
    required: tuple[Permission, ...]


class Permissions:
    """The policies of callers, and what calls needed.

    `recording` adds every call to `recorded`. It and `enforce` parse the parameters of each call again.
    """

    def __init__(self) -> None:
        self.recording = False
        self.recorded: list[RecordedCall] = []
        self._lock = threading.Lock()
        self._enforced: dict[str, tuple[Policy, ...]] = {}

    def concern(self, account_id: str, access_key: str) -> bool:
        """Whether a call with this key may be denied, or is recorded."""
        key = iam_backend_of(account_id).access_keys.get(access_key)
        organization = find_organization(account_id)
        return (
            self.recording
            or bool(self._enforced)
            or (key is not None and key.user_name is not None)
            or (organization is not None and organization.is_subject_to_service_control(account_id))
        )

    def enforce(self, identity: str, *documents: str | Mapping[str, Any]) -> None:
        """Enforce these policies for callers, in place of earlier ones.

        `identity` is the ARN of users or roles, with * and ?: `arn:aws:iam::111111111111:user/Administrator`. Without a
        document such a caller has no permissions. Their session policies are evaluated too, permissions boundaries
        and policies of resources other than buckets are not. Raises PolicyError.
        """
        policies = tuple(Policy(document) for document in documents)
        with self._lock:
            self._enforced[identity] = policies

    def denial(
        self, operation: Operation, parameters: Mapping[str, Any], account_id: str, region: str, access_key: str
    ) -> Failure | None:
        """Return the access denied error of the call; None if it is allowed.

        Service control policies, and the policies of users of IAM, are evaluated always. Raises UnknownPermissionError
        for a call with unknown required permissions of a caller with enforced policies.
        """
        caller = caller_of(account_id, access_key)
        with self._lock:
            enforced = next(
                (found for arn, found in self._enforced.items() if fnmatchcase(caller.identity_arn, arn)), None
            )
        request = RequestContext(operation.service, operation.name, parameters, account_id, region)
        required = _required(request, strictly=self.recording or enforced is not None)
        if self.recording:
            with self._lock:
                self.recorded.append(RecordedCall(caller.identity_arn, operation.service, operation.name, required))
        policies = caller.policies if enforced is None else enforced
        messages = (_denial_message(caller, policies, permission, request) for permission in required)
        message = next((message for message in messages if message is not None), None)
        return None if message is None else _denied(operation, message)

    def reset(self) -> None:
        """Remove all policies and recorded calls."""
        with self._lock:
            self.recording = False
            self.recorded.clear()
            self._enforced.clear()


def caller_of(account_id: str, access_key: str) -> Caller:
    """Return the caller with this access key of the account."""
    backend = backend_of(sts_backends, SandboxSTSBackend, account_id)
    session = backend.get_assumed_role_from_access_key(access_key)
    if session is not None:
        return Caller(session.arn, session.role_arn, Policy(session.policy) if session.policy else None)
    _, arn, _ = backend.get_caller_identity(access_key, backend.region_name)
    iam = iam_backend_of(account_id)
    user = iam.get_user_from_access_key_id(access_key)
    return Caller(arn, arn, policies=tuple(Policy(one) for one in iam.documents_of_user(user)) if user else None)


def _required(request: RequestContext, *, strictly: bool) -> tuple[Permission, ...]:
    try:
        return required_permissions(request)
    except UnknownPermissionError:
        if strictly:
            raise
        return (Permission(request.action),)


def bucket_policy_denial(
    operation: Operation, parameters: Mapping[str, Any], account_id: str, region: str, access_key: str
) -> Failure | None:
    """Return the access denied error of the bucket's policy; None if the policy allows the call."""
    if operation.service != "s3":
        return None
    request = RequestContext(operation.service, operation.name, parameters, account_id, region)
    message = bucket_denial(request, caller_of(account_id, access_key))
    return None if message is None else _denied(operation, message)


def _denial_message(
    caller: Caller, policies: tuple[Policy, ...] | None, permission: Permission, request: RequestContext
) -> str | None:
    """AWS's message: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""
    begin = f"User: {caller.arn} is not authorized to perform: {permission.action} on resource: {permission.resource}"
    context = {
        **principal_context(caller.identity_arn, request.account_id),
        **_resource_context(permission.resource),
        "aws:RequestedRegion": request.region,
    }
    permission = replace(permission, context={**context, **permission.context})
    organization = find_organization(request.account_id)
    if organization is not None:
        denial = organization.service_control_denial(request.account_id, caller.identity_arn, permission)
        if denial is not None:
            return f"{begin} {denial}"
    if policies is None:
        return None
    kinds = [("identity-based", policies)]
    if caller.session_policy is not None:
        kinds.append(("session", (caller.session_policy,)))
    for kind, those in kinds:
        decision = evaluate_policies(those, permission)
        article = "an" if kind == "identity-based" else "a"
        if decision == "explicitDeny":
            return f"{begin} with an explicit deny in {article} {kind} policy"
        if decision == "implicitDeny":
            return f"{begin} because no {kind} policy allows the {permission.action} action"
    return None


def _resource_context(resource: str) -> dict[str, str]:
    """The condition keys of the account that a resource is in.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid
    """
    account_id = resource.split(":")[4] if resource.startswith("arn:") else ""
    organization = find_organization(account_id) if account_id.isdigit() else None
    if organization is None:
        return {}
    return {"aws:ResourceAccount": account_id, "aws:ResourceOrgID": organization.established.id}


def _denied(operation: Operation, message: str) -> Failure:
    failure = failure_of(operation, Fault(operation.service, operation.name, "access_denied"))
    if failure is None:
        raise TypeError("a denial always has an answer")
    return replace(failure, message=message)
