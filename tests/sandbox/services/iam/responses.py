"""IAM over the wire."""

from __future__ import annotations

from moto.iam.responses import IamResponse as MotoIamResponse

from sandbox.services.iam.models import SandboxIAMBackend, roles_of


class IamResponse(MotoIamResponse):
    """moto's operations on our backend."""

    @property
    def backend(self) -> SandboxIAMBackend:
        return roles_of(self.current_account)
