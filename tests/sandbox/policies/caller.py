"""Whose call policies are judged for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.policies.evaluation import Policy


@dataclass(frozen=True)
class Caller:
    """Who asks.

    `arn` is the caller's own, that of a session where a role was assumed. `identity_arn` is that of the user or role
    that has the policies. `session_policy` was handed to AssumeRole.
    """

    arn: str
    identity_arn: str
    session_policy: Policy | None = None
