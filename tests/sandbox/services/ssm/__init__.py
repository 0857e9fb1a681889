"""AWS Systems Manager: moto's, with service settings, resource data syncs, AWS's patch baselines and managed nodes."""

from __future__ import annotations

from sandbox.services.cloudformation.templates import know_new_types
from sandbox.services.moto_internals import replace_backend
from sandbox.services.organizations.models import when_deregistered
from sandbox.services.ssm.models import SandboxSSMBackend, delete_organization_syncs, ssm_backends, systems_manager_of
from sandbox.services.ssm.resource_data_syncs.resource_type import ResourceDataSyncResource
from sandbox.services.ssm.resource_data_syncs.sync import SYSTEMS_MANAGER_PRINCIPAL

__all__ = ["ResourceDataSyncResource", "SandboxSSMBackend", "install", "ssm_backends", "systems_manager_of"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(ssm_backends, SandboxSSMBackend)
    know_new_types()
    when_deregistered[SYSTEMS_MANAGER_PRINCIPAL] = delete_organization_syncs
