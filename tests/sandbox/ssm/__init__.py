"""AWS Systems Manager: moto's, with service settings, resource data syncs, AWS's patch baselines and managed nodes."""

from __future__ import annotations

from sandbox.cloudformation.templates import know_new_types
from sandbox.moto_internals import replace_backend
from sandbox.organizations.models import when_deregistered
from sandbox.ssm.models import SandboxSSMBackend, delete_organization_syncs, ssm_backends, systems_manager_of
from sandbox.ssm.resource_data_sync import SYSTEMS_MANAGER_PRINCIPAL
from sandbox.ssm.resource_data_sync_resource import ResourceDataSyncResource

__all__ = ["ResourceDataSyncResource", "SandboxSSMBackend", "install", "reset", "ssm_backends", "systems_manager_of"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(ssm_backends, SandboxSSMBackend)
    know_new_types()
    when_deregistered[SYSTEMS_MANAGER_PRINCIPAL] = delete_organization_syncs


def reset() -> None:
    """Forget up to when buckets are up to date: moto's own reset leaves that behind."""
    # Not before: Quick Setup, which has to be caught up with first, imports this package.
    from sandbox.ssm.upkeep import upkeep

    upkeep.reset()
