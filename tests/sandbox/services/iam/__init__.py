"""AWS IAM: moto's, with AWS's managed policies and service-linked roles."""

from __future__ import annotations

from sandbox.services.iam.models import SandboxIAMBackend, create_service_linked_role_once, iam_backends, roles_of
from sandbox.services.moto_internals import replace_backend

__all__ = ["SandboxIAMBackend", "create_service_linked_role_once", "iam_backends", "install", "roles_of"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(iam_backends, SandboxIAMBackend)
