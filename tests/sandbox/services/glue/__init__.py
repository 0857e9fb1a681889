"""The AWS Glue Data Catalog: ours, for moto's needs packages that nothing else does."""

from __future__ import annotations

import sys

from sandbox.services.glue.models import GlueBackend, every_glue, glue_backends
from sandbox.services.moto_internals import add_service

__all__ = ["GlueBackend", "every_glue", "glue_backends", "install"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    add_service("glue", sys.modules[__name__], r"https?://glue\.(.+)\.amazonaws\.com")
