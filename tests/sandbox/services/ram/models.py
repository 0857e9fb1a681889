"""AWS RAM of one account and Region."""

from __future__ import annotations

from typing import Any

from moto.ram.exceptions import OperationNotPermittedException
from moto.ram.models import ResourceAccessManagerBackend, ram_backends

from sandbox.services.iam.models import create_service_linked_role_once
from sandbox.services.organizations.models import find_organization

__all__ = ["SandboxRAMBackend", "ram_backends"]

_PRINCIPAL = "ram.amazonaws.com"


class SandboxRAMBackend(ResourceAccessManagerBackend):
    """moto's resource shares. Of who sees them, nothing is known here."""

    def enable_sharing_with_aws_organization(self) -> dict[str, Any]:
        """Enable trusted access and create the service-linked role, "from the management account" alone (model).

        ASSUMPTION(resource-sharing-is-repeatable): again changes nothing, and creates a role that is missing.
        """
        organization = find_organization(self.account_id)
        if organization is None or organization.account_id != self.account_id:
            raise OperationNotPermittedException
        organization.enable_aws_service_access(ServicePrincipal=_PRINCIPAL)
        create_service_linked_role_once(self.account_id, _PRINCIPAL)
        return {"returnValue": True}
