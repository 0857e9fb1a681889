"""STS over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sts.responses import TokenResponse as MotoTokenResponse

from sandbox.services.sts.models import SandboxSTSBackend, sts_backends

if TYPE_CHECKING:
    from moto.core.responses import ActionResult


class TokenResponse(MotoTokenResponse):
    """moto's operations, with AssumeRole behind the trust policy."""

    @property
    def backend(self) -> SandboxSTSBackend:
        backend = sts_backends[self.current_account][self.partition]
        if not isinstance(backend, SandboxSTSBackend):
            raise TypeError("sandbox.services.sts.install() was not called before moto made its first backend")
        return backend

    def assume_role(self) -> ActionResult:
        self.backend.require_assumable(
            self._get_param("RoleArn"),
            self.get_access_key(),
            self._get_param("ExternalId"),
            self._get_int_param("DurationSeconds", 3600),
        )
        return super().assume_role()
