"""AWS CloudFormation: moto's, with stacks that fail, and StackSets that deploy to the organization."""

from __future__ import annotations

import moto.cloudformation.models

from sandbox.services.cloudformation.models import SandboxCloudFormationBackend, cloudformation_backends
from sandbox.services.cloudformation.stack_sets.deployments import account_moved
from sandbox.services.cloudformation.stack_sets.member_stacks import failures
from sandbox.services.cloudformation.stacks import Stack
from sandbox.services.moto_internals import replace_backend
from sandbox.services.organizations.membership import when_moved

__all__ = ["SandboxCloudFormationBackend", "cloudformation_backends", "fail_stack_instance", "install", "reset"]


def install() -> None:
    """Put this service in the place of moto's. Harmless when repeated."""
    replace_backend(cloudformation_backends, SandboxCloudFormationBackend)
    # By this name moto makes its stacks; ours take their place.
    moto.cloudformation.models.Stack = Stack  # type: ignore[misc]
    when_moved["cloudformation"] = account_moved


def reset() -> None:
    """Forget which stack instances shall fail: moto's own reset leaves that behind."""
    failures.clear()


def fail_stack_instance(stack_set_name: str, account_id: str, region: str, reason: str | None) -> None:
    """Make the StackSet's creations and updates in that account and Region fail, until None is given for a reason."""
    failures.set(stack_set_name, (account_id, region), reason)
