"""Handles requests to IAM."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.responses import IamResponse as MotoIamResponse

from sandbox.services.iam.models import SandboxIAMBackend, iam_backend_of
from sandbox.services.iam.simulation import simulate


class IamResponse(MotoIamResponse):
    """moto's operations on our backend."""

    @property
    def backend(self) -> SandboxIAMBackend:
        return iam_backend_of(self.current_account)

    def update_role(self) -> ActionResult:
        """Change what is given; moto also resets what is not.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
        """
        role = self.backend.get_role(self._get_param("RoleName"))
        role.description = self._get_param("Description", role.description)
        role.max_session_duration = self._get_param("MaxSessionDuration", role.max_session_duration)
        return EmptyResult()

    def list_entities_for_policy(self) -> ActionResult:
        """List them. Raises NoSuchEntity without the policy, which moto does not look for."""
        self.backend.get_policy(self._get_param("PolicyArn"))
        return super().list_entities_for_policy()

    def simulate_principal_policy(self) -> ActionResult:
        """Simulate the policies of a role, the only principal that is asked for."""
        role = self.backend.get_role_by_arn(self._get_param("PolicySourceArn"))
        results = simulate(self.backend, role, self._get_param("ActionNames", []))
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})
