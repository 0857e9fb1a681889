"""CodeBuild of one account and Region: projects as they were created and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.codebuild.exceptions import InvalidInputException, ResourceNotFoundException
from moto.codebuild.models import CodeBuild, CodeBuildBackend, codebuild_backends

from sandbox.clock import clock
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.moto_internals import backend_of

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["SandboxCodeBuildBackend", "codebuild_backend_of", "codebuild_backends"]

# "The default is 60 minutes": botocore's model `codebuild`. Of the queue it has no default:
# https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html has 480 minutes.
_DEFAULTS = {"timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480, "projectVisibility": "PRIVATE"}
_PRINCIPAL = "codebuild.amazonaws.com"


class SandboxCodeBuildBackend(CodeBuildBackend):
    """moto's projects. moto drops what it does not know of a project, and cannot change one."""

    @property
    def _url_module(self) -> ModuleType:
        from sandbox.services.codebuild import urls

        return urls

    def keep(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """Keep the members of the request that created or changed the project, and return the project.

        What an update does not give stays: UpdateProject of the model requires the name alone. Raises
        ResourceNotFoundException, InvalidInputException.
        """
        project = self._project(name)
        self.require_role(given.get("serviceRole") or project.service_role)
        # moto writes 0 and None for what was not given.
        known = {key: value for key, value in project.project_metadata.items() if value}
        project.project_metadata.clear()
        project.project_metadata.update({**_DEFAULTS, **known, **_without_empty(given)})
        project.project_metadata["lastModified"] = clock.now().timestamp()
        project.service_role = project.project_metadata["serviceRole"]
        if given.get("concurrentBuildLimit") == -1:
            # As the AWS provider removes the limit.
            project.project_metadata.pop("concurrentBuildLimit", None)
        return project.project_metadata

    def delete_project(self, project_name: str) -> None:
        """Delete it by its name or, as the AWS provider does, its ARN."""
        super().delete_project(project_name.rpartition("/")[2])

    def _project(self, name: str) -> CodeBuild:
        project = self.codebuild_projects.get(name)
        if project is None:
            arn = f"arn:aws:codebuild:{self.region_name}:{self.account_id}:project/{name}"
            raise ResourceNotFoundException(f"The provided project {arn} does not exist")
        return project

    def require_role(self, arn: str) -> None:
        """Raises InvalidInputException. Its text is that for which the AWS provider waits.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/codebuild/project.go
        """
        name = arn.rpartition("/")[2]
        known = {role.name: role for role in iam_backend_of(self.account_id).get_roles()}
        role = known.get(name)
        if role is None or _PRINCIPAL not in role.assume_role_policy_document:
            raise InvalidInputException(
                "CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The "
                "provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The "
                f"role has the necessary trust policy configured. {arn}"
            )


def _without_empty(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None}


def codebuild_backend_of(account_id: str, region: str) -> SandboxCodeBuildBackend:
    """Return CodeBuild of an account and Region."""
    return backend_of(codebuild_backends, SandboxCodeBuildBackend, account_id, region)
