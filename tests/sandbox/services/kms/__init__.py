"""AWS KMS: moto's."""

from __future__ import annotations

from sandbox.services.kms.models import SandboxKMSBackend, kms_backends
from sandbox.services.moto_internals import replace_backend

__all__ = ["SandboxKMSBackend", "install", "kms_backends"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(kms_backends, SandboxKMSBackend)
