"""AWS CloudFormation: moto's, with the activation of StackSets for the organization."""

from __future__ import annotations

from sandbox.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.moto_internals import replace_backend

__all__ = ["SandboxCloudFormationBackend", "cloudformation_backends", "install"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(cloudformation_backends, SandboxCloudFormationBackend)
