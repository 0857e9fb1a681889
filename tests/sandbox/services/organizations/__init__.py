"""AWS Organizations: moto's, with AWS's rules."""

from __future__ import annotations

from sandbox.services.moto_internals import replace_backend
from sandbox.services.organizations.models import Organization, organization_of, organizations_backends

__all__ = ["Organization", "install", "organization_of", "organizations_backends", "reset"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(organizations_backends, Organization)


def reset() -> None:
    """Forget who belongs to which organization: moto's own reset leaves that behind."""
    organizations_backends.master_accounts.clear()
