"""CloudFormation over the wire."""

from __future__ import annotations

from moto.cloudformation.responses import CloudFormationResponse as MotoCloudFormationResponse
from moto.core.responses import ActionResult

from sandbox.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends


class CloudFormationResponse(MotoCloudFormationResponse):
    """moto's operations, and those of trusted access that it lacks."""

    def activate_organizations_access(self) -> ActionResult:
        self._backend.activate_organizations_access()
        return ActionResult({})

    def deactivate_organizations_access(self) -> ActionResult:
        self._backend.deactivate_organizations_access()
        return ActionResult({})

    def describe_organizations_access(self) -> ActionResult:
        return ActionResult({"Status": self._backend.organizations_access(self._get_param("CallAs", "SELF"))})

    @property
    def _backend(self) -> SandboxCloudFormationBackend:
        backend = cloudformation_backends[self.current_account][self.region]
        if not isinstance(backend, SandboxCloudFormationBackend):
            raise TypeError("sandbox.cloudformation.install() was not called before moto made its first backend")
        return backend
