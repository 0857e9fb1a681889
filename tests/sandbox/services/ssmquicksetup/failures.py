"""Failures of deployments to an account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.services.cloud9.models import has_cloud9_instances
from sandbox.services.injected_failures import InjectedFailures
from sandbox.services.ssmquicksetup.configuration_types.catalog import PATCH_POLICY

if TYPE_CHECKING:
    from sandbox.services.ssmquicksetup.manager import ConfigurationManager, Definition

# ASSUMPTION(cloud9-fails-patch-policies), all of it: AWS documents nothing. That Quick Setup fails where a Cloud9
# environment is was seen in the console, which gave no reason. The message is that of a stack whose association never
# becomes successful, as one that targets the stopped instance of an environment would; they do not name the
# environment.
CLOUD9_REASON = (
    "ResourceLogicalId:ScanForPatchesAssociation, ResourceType:AWS::SSM::Association, ResourceStatusReason:Resource "
    'handler returned message: "Exceeded attempts to wait" (HandlerErrorCode: NotStabilized).'
)


injected_failures = InjectedFailures()


def failure_reason(manager: ConfigurationManager, definition: Definition, account_id: str, region: str) -> str | None:
    """Return why a deployment to an account and Region fails, None if it succeeds."""
    reason = injected_failures.reason(manager.name, account_id, region)
    if reason is None and definition.type.name == PATCH_POLICY and has_cloud9_instances(account_id, region):
        return CLOUD9_REASON
    return reason
