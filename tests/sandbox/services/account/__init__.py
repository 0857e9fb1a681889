"""AWS Account Management: moto's, with the Regions of an account."""

from __future__ import annotations

from sandbox.services.account.models import SandboxAccountBackend, account_backends, account_of
from sandbox.services.moto_internals import replace_backend

__all__ = ["SandboxAccountBackend", "account_backends", "account_of", "install"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(account_backends, SandboxAccountBackend)
