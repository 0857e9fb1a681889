"""AWS STS: moto's, behind the roles' trust policies."""

from __future__ import annotations

from sandbox.services.moto_internals import replace_backend
from sandbox.services.sts.models import SandboxSTSBackend, sts_backends

__all__ = ["SandboxSTSBackend", "install", "sts_backends"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(sts_backends, SandboxSTSBackend)
