"""STS with caller identities and trust policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moto.iam.exceptions import NotFoundException
from moto.sts.exceptions import STSValidationError
from moto.sts.models import STSBackend, sts_backends

from sandbox.services.iam.models import iam_backend_of
from sandbox.services.organizations.models import find_organization
from sandbox.services.sts.exceptions import AccessDenied
from sandbox.services.sts.principal_context import principal_context
from sandbox.services.sts.trust import Principal, allows_assuming

if TYPE_CHECKING:
    from moto.iam.models import Role

    from sandbox.services.sts.federation import FederatedIdentity

__all__ = ["SandboxSTSBackend", "sts_backends"]

ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/.+")


class SandboxSTSBackend(STSBackend):
    """STS for the callers of one account."""

    def get_caller_identity(self, access_key_id: str, region: str) -> tuple[str, str, str]:
        assumed = self.get_assumed_role_from_access_key(access_key_id)
        if assumed is not None:
            return assumed.user_id, assumed.arn, assumed.account_id
        user = iam_backend_of(self.account_id).get_user_from_access_key_id(access_key_id)
        if user is not None:
            return user.id, user.arn, self.account_id
        # Every other key of the sandbox belongs to its account's administrator.
        return f"AIDASAND{self.account_id}", f"arn:aws:iam::{self.account_id}:user/Administrator", self.account_id

    def require_assumable(self, role_arn: str, access_key_id: str, external_id: str | None, duration: int) -> None:
        """Raise AccessDenied unless the role exists and its trust policy allows the caller.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html. The caller's own policies are not
        evaluated: an administrator may do everything, and so may a role that an administrator assumed.
        """
        _, caller_arn, _ = self.get_caller_identity(access_key_id, self.region_name)
        role = _find(role_arn)
        if role is None or not self._trusts(role, access_key_id, external_id):
            raise AccessDenied(
                f"User: {caller_arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            )
        _require_duration(role, duration)

    def require_federated(self, role_arn: str, identity: FederatedIdentity, action: str, duration: int) -> None:
        """Raise AccessDenied unless the role exists and its trust policy allows the identity.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html and
        https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
        """
        role, principal = _find(role_arn), Principal.federated(identity.provider_arn)
        if role is None or not allows_assuming(
            role.assume_role_policy_document, principal, identity.context, f"sts:{action}"
        ):
            # ASSUMPTION(sts-federation-messages): this text.
            raise AccessDenied(f"Not authorized to perform sts:{action}")
        _require_duration(role, duration)

    def _trusts(self, role: Role, access_key_id: str, external_id: str | None) -> bool:
        assumed = self.get_assumed_role_from_access_key(access_key_id)
        _, caller_arn, _ = self.get_caller_identity(access_key_id, self.region_name)
        arn = assumed.role_arn if assumed is not None else caller_arn
        context = principal_context(arn, self.account_id)
        if external_id is not None:
            context["sts:ExternalId"] = external_id
        return allows_assuming(role.assume_role_policy_document, Principal.identity(arn, self.account_id), context)


def _require_duration(role: Role, duration: int) -> None:
    if duration > int(role.max_session_duration or 3600):
        raise STSValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _find(role_arn: str) -> Role | None:
    match = ROLE_ARN.fullmatch(role_arn)
    if match is None:
        raise STSValidationError(f"{role_arn} is invalid")
    account_id = match.group(1)
    organization = find_organization(account_id)
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html: no access to a
    # closed account any more.
    if organization is not None and organization.get_account_by_id(account_id).status != "ACTIVE":
        return None
    try:
        return iam_backend_of(account_id).get_role_by_arn(role_arn)
    except NotFoundException:
        return None
