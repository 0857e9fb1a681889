"""Why a deployment to one account and Region fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloud9.models import has_cloud9_instances
from sandbox.services.ssmquicksetup.configuration_types.catalog import PATCH_POLICY

if TYPE_CHECKING:
    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition

# ASSUMPTION, all of it: AWS documents nothing. That Quick Setup fails where a Cloud9 environment is was seen in the
# console, which gave no reason. The words are those of a stack whose association never becomes successful, as one that
# targets the stopped instance of an environment would; they do not name the environment.
CLOUD9_REASON = (
    "ResourceLogicalId:ScanForPatchesAssociation, ResourceType:AWS::SSM::Association, ResourceStatusReason:Resource "
    'handler returned message: "Exceeded attempts to wait" (HandlerErrorCode: NotStabilized).'
)


class Failures:
    """Deployments that shall fail, with the reason: what a service control policy does to a member account, say."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str, str], str] = {}

    def set(self, manager_name: str, account_id: str, region: str, reason: str | None) -> None:
        """Let every deployment of that manager to that account and Region fail; a reason of None lifts it."""
        if reason is None:
            self._reasons.pop((manager_name, account_id, region), None)
        else:
            self._reasons[manager_name, account_id, region] = reason

    def reason(self, manager: ConfigurationManager, definition: Definition, account_id: str, region: str) -> str | None:
        """Return why a deployment fails there now, None when it succeeds."""
        told = self._reasons.get((manager.name, account_id, region))
        if told is not None:
            return told
        if definition.type.name == PATCH_POLICY and has_cloud9_instances(account_id, region):
            return CLOUD9_REASON
        return None

    def clear(self) -> None:
        self._reasons.clear()


failures = Failures()
