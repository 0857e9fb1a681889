"""Amazon S3: moto's, with the rules of buckets and of who may reach them."""

from __future__ import annotations

from sandbox.services.moto_internals import replace_backend
from sandbox.services.s3.models import SandboxS3Backend, s3_backends

__all__ = ["SandboxS3Backend", "install", "reset", "s3_backends"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(s3_backends, SandboxS3Backend)


def reset() -> None:
    """Forget whose the names of buckets are, which moto keeps beside the backends."""
    s3_backends.bucket_accounts.clear()
