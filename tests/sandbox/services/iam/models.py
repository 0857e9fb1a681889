"""IAM with real service-linked roles, AWS managed policies and checked trust policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.iam.exceptions import (
    DeleteConflictException,
    InvalidInput,
    LimitExceededException,
    MalformedPolicyDocument,
    NoSuchEntity,
)
from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

from sandbox.services.iam import managed_policies
from sandbox.services.iam.exceptions import PolicyNotAttachableException, UnmodifiableEntityException
from sandbox.services.iam.service_linked_roles import PATH_PREFIX, ROLE_NAMES
from sandbox.services.moto_internals import backend_of, is_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.iam.models import Group, PolicyVersion, User

__all__ = ["SandboxIAMBackend", "create_service_linked_role_once", "documents_of", "iam_backend_of", "iam_backends"]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters of all inline policies of a
# role together, and of a managed policy; managed policies of a role.
INLINE_CHARACTERS, MANAGED_CHARACTERS, ATTACHED_POLICIES = 10_240, 6_144, 10


class SandboxIAMBackend(IAMBackend):
    """IAM of one account."""

    # Roles

    def create_role(
        self, role_name: str, assume_role_policy_document: str, path: str, *args: Any, **kwargs: Any
    ) -> Role:
        _require_valid_trust(assume_role_policy_document)
        return super().create_role(role_name, assume_role_policy_document, path or "/", *args, **kwargs)

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        self._require_modifiable(role_name)
        _require_valid_trust(policy_document)
        super().update_assume_role_policy(role_name, policy_document)

    def delete_role(self, role_name: str) -> None:
        self._require_modifiable(role_name)
        super().delete_role(role_name)

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        self._require_modifiable(role_name)
        others = [document for name, document in self.get_role(role_name).policies.items() if name != policy_name]
        _require_quota("role", role_name, INLINE_CHARACTERS, *others, policy_json)
        super().put_role_policy(role_name, policy_name, policy_json)

    def delete_role_policy(self, role_name: str, policy_name: str) -> None:
        self._require_modifiable(role_name)
        super().delete_role_policy(role_name, policy_name)

    def create_trusted_role(
        self, name: str, principal: Mapping[str, Any], *, path: str = "/", description: str = "", **options: Any
    ) -> Role:
        """Create a role that the principal, an element of a trust policy, can assume."""
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        return self.create_role(
            name,
            json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            path,
            permissions_boundary=None,
            description=description,
            tags=[],
            max_session_duration="3600",
            **options,
        )

    # Users

    def documents_of_user(self, user: User) -> list[str]:
        """Return the documents of the user's own policies, and of those of the user's groups."""
        entities: list[User | Group] = [user]
        entities += self.get_groups_for_user(user.name)
        return [document for entity in entities for document in documents_of(entity)]

    # AWS managed policies

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._load(policy_arn)
        super().attach_user_policy(policy_arn, user_name)

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._load(policy_arn)
        super().attach_group_policy(policy_arn, group_name)

    def list_policies(
        self,
        marker: str | None,
        max_items: int,
        only_attached: bool,
        path_prefix: str,
        scope: str,
    ) -> tuple[Iterable[ManagedPolicy], str | None]:
        if scope != "Local" and not only_attached:
            for policy_arn in managed_policies.arns():
                self._load(policy_arn)
        return super().list_policies(marker, max_items, only_attached, path_prefix, scope)

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._require_modifiable(role_name)
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html: PolicyNotAttachable is for the
        # policies of service-linked roles.
        if policy_arn.startswith(f"arn:aws:iam::aws:policy{PATH_PREFIX}"):
            raise PolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role.")
        self._load(policy_arn)
        attached = self.get_role(role_name).managed_policies
        if policy_arn in attached:
            return
        if len(attached) >= ATTACHED_POLICIES:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPerRole: {ATTACHED_POLICIES}")
        super().attach_role_policy(policy_arn, role_name)

    def detach_role_policy(self, policy_arn: str, role_name: str) -> None:
        self._require_modifiable(role_name)
        super().detach_role_policy(policy_arn, role_name)

    def get_policy(self, policy_arn: str) -> ManagedPolicy:
        self._load(policy_arn)
        return super().get_policy(policy_arn)

    # Customer managed policies

    def create_policy(
        self, description: str, path: str, policy_document: str, policy_name: str, tags: list[dict[str, str]]
    ) -> ManagedPolicy:
        _require_quota("policy", policy_name, MANAGED_CHARACTERS, policy_document)
        return super().create_policy(description, path, policy_document, policy_name, tags)

    def create_policy_version(self, policy_arn: str, policy_document: str, set_as_default: bool) -> PolicyVersion:
        _require_quota("policy", policy_arn.rpartition("/")[2], MANAGED_CHARACTERS, policy_document)
        return super().create_policy_version(policy_arn, policy_document, set_as_default)

    def delete_policy(self, policy_arn: str) -> None:
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html: detach it from all entities before.
        if self.get_policy(policy_arn).attachment_count:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        super().delete_policy(policy_arn)

    # Service-linked roles

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Role:
        role_name = ROLE_NAMES.get(service_name)
        if role_name is None:
            # ASSUMPTION(iam-other-service-linked-roles): every service that moto knows has one, with the name it gives.
            if not is_service(service_name.removesuffix(".amazonaws.com").rpartition(".")[2]):
                raise InvalidInput(f"AWS service name {service_name} is not valid.")
            return super().create_service_linked_role(service_name, description, suffix)
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html: CustomSuffix is for
        # services that support it; none of these does.
        if suffix:
            raise InvalidInput(f"Custom suffix is not allowed for {service_name}")
        if any(role.name == role_name for role in self.get_roles()):
            raise InvalidInput(
                f"Service role name {role_name} has been taken in this account, please try a different suffix."
            )
        return self.create_trusted_role(
            role_name,
            {"Service": service_name},
            path=f"{PATH_PREFIX}{service_name}/",
            description=description,
            linked_service=service_name,
        )

    def delete_service_linked_role(self, role_name: str) -> str:
        role = self.get_role(role_name)
        if not role.path.startswith(PATH_PREFIX):
            raise NoSuchEntity(f"{role_name} is not a service-linked role.")
        super().delete_role(role_name)
        return f"task{role.path}{role_name}/{uuid4()}"

    def _load(self, policy_arn: str) -> None:
        if policy_arn not in self.managed_policies:
            policy = managed_policies.load(policy_arn, self.account_id)
            if policy is not None:
                self.managed_policies[policy_arn] = policy

    def _require_modifiable(self, role_name: str) -> None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html: only the service changes its
        # role.
        if self.get_role(role_name).path.startswith(PATH_PREFIX):
            raise UnmodifiableEntityException(role_name)


def documents_of(entity: Role | User | Group) -> list[str]:
    """Return the documents of the policies of a role, user or group."""
    attached = [
        version.document
        for policy in entity.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    inline = entity.policies.values()
    return [str(document) for document in [*inline, *attached] if document]


def iam_backend_of(account_id: str) -> SandboxIAMBackend:
    """Return the IAM of an account."""
    return backend_of(iam_backends, SandboxIAMBackend, account_id)


def create_service_linked_role_once(account_id: str, service_name: str) -> None:
    """Create a service-linked role, as services do, unless it exists.

    Raises InvalidInput for what is no service.
    """
    backend, role_name = iam_backend_of(account_id), ROLE_NAMES.get(service_name)
    if role_name is None or all(role.name != role_name for role in backend.get_roles()):
        backend.create_service_linked_role(service_name, "", "")


def _require_quota(kind: str, name: str, quota: int, *documents: str) -> None:
    """Raise LimitExceeded: "IAM doesn't count white space when calculating the size of a policy"."""
    if sum(len("".join(document.split())) for document in documents) > quota:
        raise LimitExceededException(f"Maximum policy size of {quota} bytes exceeded for {kind} {name}")


def _require_valid_trust(document: str) -> None:
    IAMTrustPolicyDocumentValidator(document).validate()
    statements = json.loads(document)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        for name in [named] if isinstance(named, str) else named:
            _require_existing_principal(name)


def _require_existing_principal(name: str) -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html: IAM saves a role's
    # ARN as that role's unique id, so a role that does not exist cannot be named.
    prefix, _, resource = name.partition(":role/")
    if not resource or not prefix.startswith("arn:aws:iam::"):
        return
    roles = iam_backend_of(prefix.removeprefix("arn:aws:iam::")).get_roles()
    if all(role.arn != name for role in roles):
        raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{name}"')
