"""Handles requests to STS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse as MotoTokenResponse

from sandbox.services.moto_internals import backend_of
from sandbox.services.sts.federation import saml_identity, web_identity
from sandbox.services.sts.models import SandboxSTSBackend, sts_backends

if TYPE_CHECKING:
    from sandbox.services.sts.federation import FederatedIdentity


class TokenResponse(MotoTokenResponse):
    """moto's operations, behind the trust policy of the role."""

    @property
    def backend(self) -> SandboxSTSBackend:
        return backend_of(sts_backends, SandboxSTSBackend, self.current_account, self.partition)

    def assume_role(self) -> ActionResult:
        self.backend.require_assumable(
            self._get_param("RoleArn"),
            self.get_access_key(),
            self._get_param("ExternalId"),
            self._get_int_param("DurationSeconds", 3600),
        )
        return super().assume_role()

    def assume_role_with_web_identity(self) -> ActionResult:
        identity = web_identity(self.current_account, self._get_param("WebIdentityToken"))
        self._require_federated(identity)
        answer = super().assume_role_with_web_identity()
        return ActionResult(
            {
                **_answer_of(answer),
                "SubjectFromWebIdentityToken": identity.subject,
                "Provider": identity.provider_arn,
                "Audience": identity.audience,
            }
        )

    def assume_role_with_saml(self) -> ActionResult:
        role_arn, provider_arn = self._get_param("RoleArn"), self._get_param("PrincipalArn")
        identity = saml_identity(self.current_account, self._get_param("SAMLAssertion"), role_arn, provider_arn)
        self._require_federated(identity)
        answer = super().assume_role_with_saml()
        return ActionResult({**_answer_of(answer), "Subject": identity.subject, "Audience": identity.audience})

    def _require_federated(self, identity: FederatedIdentity) -> None:
        self.backend.require_federated(
            self._get_param("RoleArn"), identity, self._get_action(), self._get_int_param("DurationSeconds", 3600)
        )


def _answer_of(result: ActionResult) -> dict[str, Any]:
    """moto's answer, with the id of the role in place of an example's."""
    answer: dict[str, Any] = dict(cast("dict[str, Any]", result.result))
    answer["AssumedRoleUser"] = {**answer["AssumedRoleUser"], "AssumedRoleId": answer["Credentials"].user_id}
    return answer
