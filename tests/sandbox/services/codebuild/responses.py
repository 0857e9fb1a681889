"""Handles requests to CodeBuild."""

from __future__ import annotations

import json
from typing import Any

from moto.codebuild.responses import CodeBuildResponse as MotoCodeBuildResponse
from moto.core.responses import ActionResult

from sandbox.services.codebuild.models import SandboxCodeBuildBackend, codebuild_backend_of


class CodeBuildResponse(MotoCodeBuildResponse):
    """moto's operations on our backend, with changes of projects."""

    @property
    def codebuild_backend(self) -> SandboxCodeBuildBackend:
        return codebuild_backend_of(self.current_account, self.region)

    def create_project(self) -> ActionResult:
        self.codebuild_backend.require_role(self._get_param("serviceRole"))
        super().create_project()
        return self.update_project()

    def update_project(self) -> ActionResult:
        """https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html"""
        given: dict[str, Any] = json.loads(self.body)
        return ActionResult({"project": self.codebuild_backend.keep(given["name"], given)})
