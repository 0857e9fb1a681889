"""AWS Systems Manager Quick Setup, which moto lacks."""

from __future__ import annotations

import sys

from sandbox.moto_internals import add_service
from sandbox.ssmquicksetup.deployment import failures
from sandbox.ssmquicksetup.models import every_quick_setup, quick_setup_of, settle, ssmquicksetup_backends

__all__ = [
    "every_quick_setup",
    "fail_deployment",
    "install",
    "quick_setup_of",
    "reset",
    "settle",
    "ssmquicksetup_backends",
]


def install() -> None:
    """Add this service to moto. Harmless when repeated."""
    add_service("ssmquicksetup", sys.modules[__name__], r"https?://ssm-quicksetup\.(.+)\.amazonaws\.com")


def reset() -> None:
    """Forget which deployments shall fail: moto's own reset leaves that behind."""
    failures.clear()


def fail_deployment(manager_name: str, account_id: str, region: str, reason: str | None) -> None:
    """Make deployments of that manager to that account and Region fail with the reason, until None is given for it."""
    failures.set(manager_name, account_id, region, reason)
