"""The request context of IAM: operation, parameters, account, Region and caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.policies.evaluation import Policy

# Of a service whose actions have another prefix than the name of the SDK client.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonresourcegrouptaggingapi.html
_PREFIXES = {"resourcegroupstaggingapi": "tag"}


@dataclass(frozen=True)
class RequestContext:
    """`service` is the name of the SDK client."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    account_id: str
    region: str

    @property
    def action(self) -> str:
        return f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"

    def get(self, name: str) -> Any:
        """A parameter of the request, or None."""
        return self.parameters.get(name)

    def arn(self, service: str, resource: str, *, account_id: str | None = None, region: str | None = None) -> str:
        """An ARN, by default in the account and Region of the call."""
        owner = self.account_id if account_id is None else account_id
        return f"arn:aws:{service}:{self.region if region is None else region}:{owner}:{resource}"


@dataclass(frozen=True)
class Caller:
    """The caller of an operation.

    `arn` is the caller's own, that of a session where a role was assumed. `identity_arn` is that of the user or role
    that has the policies. `session_policy` was handed to AssumeRole. `policies` are those of a user of IAM; None
    for the administrators and roles of the sandbox, which may do everything.
    """

    arn: str
    identity_arn: str
    session_policy: Policy | None = None
    policies: tuple[Policy, ...] | None = None
