"""Handles requests to IAM."""

from __future__ import annotations

from moto.iam.responses import IamResponse as MotoIamResponse

from sandbox.services.iam.models import SandboxIAMBackend, iam_backend_of


class IamResponse(MotoIamResponse):
    """moto's operations on our backend."""

    @property
    def backend(self) -> SandboxIAMBackend:
        return iam_backend_of(self.current_account)
