"""AWS Cloud9, which moto lacks: environments that are there already, to be found and deleted."""

from __future__ import annotations

import sys

from sandbox.services.cloud9.models import cloud9_backends, cloud9_of, every_cloud9
from sandbox.services.moto_internals import add_service

__all__ = ["cloud9_backends", "cloud9_of", "every_cloud9", "install"]


def install() -> None:
    """Add this service to moto. Harmless when repeated."""
    add_service("cloud9", sys.modules[__name__], r"https?://cloud9\.(.+)\.amazonaws\.com")
