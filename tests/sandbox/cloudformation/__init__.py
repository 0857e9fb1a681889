"""AWS CloudFormation: moto's, with the activation of StackSets for the organization, and stacks that fail."""

from __future__ import annotations

import moto.cloudformation.models

from sandbox.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.cloudformation.stacks import Stack
from sandbox.moto_internals import replace_backend

__all__ = ["SandboxCloudFormationBackend", "cloudformation_backends", "install"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(cloudformation_backends, SandboxCloudFormationBackend)
    # By this name moto makes its stacks; ours take their place.
    moto.cloudformation.models.Stack = Stack  # type: ignore[misc]
