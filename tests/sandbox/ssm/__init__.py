"""AWS Systems Manager: moto's, with service settings, resource data syncs, AWS's patch baselines and managed nodes."""

from __future__ import annotations

from sandbox.moto_internals import replace_backend
from sandbox.ssm.models import SandboxSSMBackend, ssm_backends, systems_manager_of

__all__ = ["SandboxSSMBackend", "install", "ssm_backends", "systems_manager_of"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(ssm_backends, SandboxSSMBackend)
