"""AWS Systems Manager Quick Setup, which moto lacks."""

from __future__ import annotations

import sys

from sandbox.services.moto_internals import add_service
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.failures import failures
from sandbox.services.ssmquicksetup.models import every_quick_setup, quick_setup_of, settle, ssmquicksetup_backends

__all__ = [
    "add_server_parameter",
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
    """Forget which deployments shall fail, and what is added to parameters: moto's own reset leaves that behind."""
    failures.clear()
    server_parameters.clear()


def fail_deployment(manager_name: str, account_id: str, region: str, reason: str | None) -> None:
    """Make deployments of that manager to that account and Region fail with the reason, until None is given for it."""
    failures.set(manager_name, account_id, region, reason)


def add_server_parameter(manager_name: str, key: str, value: str) -> None:
    """Have Quick Setup add a parameter to what it keeps of that manager's definitions, at each creation and update."""
    server_parameters.add(manager_name, key, value)
