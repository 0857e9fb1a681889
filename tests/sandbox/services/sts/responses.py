"""Handles requests to STS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sts.responses import TokenResponse as MotoTokenResponse

from sandbox.services.moto_internals import backend_of
from sandbox.services.sts.models import SandboxSTSBackend, sts_backends

if TYPE_CHECKING:
    from moto.core.responses import ActionResult


class TokenResponse(MotoTokenResponse):
    """moto's operations, with AssumeRole behind the trust policy."""

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
