"""Amazon Athena: ours, with DuckDB behind it, for moto's answers what it is told to."""

from __future__ import annotations

import sys

from sandbox.services.athena.models import AthenaBackend, athena_backends, every_athena
from sandbox.services.moto_internals import add_service

__all__ = ["AthenaBackend", "athena_backends", "every_athena", "install"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    add_service("athena", sys.modules[__name__], r"https?://athena\.(.+)\.amazonaws\.com")
