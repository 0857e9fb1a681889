"""`SimulatePrincipalPolicy` of roles, by the sandbox's own evaluation of policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.policies.evaluation import Permission, Policy, evaluate_policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moto.iam.models import IAMBackend, ManagedPolicy, Role


def simulate(backend: IAMBackend, role: Role, actions: Sequence[str]) -> list[dict[str, Any]]:
    """Return the model's EvaluationResults, of every resource, for a role with its permissions boundary."""
    attached = [_default_version(policy) for policy in role.managed_policies.values()]
    inline = [Policy(unquote(document)) for document in role.policies.values()]
    boundary = role.permissions_boundary
    limits = None if boundary is None else [_default_version(backend.get_policy(boundary["PermissionsBoundaryArn"]))]
    results = []
    for action in actions:
        decision = evaluate_policies([*attached, *inline], Permission(action))
        if decision == "allowed" and limits is not None:
            decision = evaluate_policies(limits, Permission(action))
        results.append({"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": decision})
    return results


def _default_version(policy: ManagedPolicy) -> Policy:
    return next(Policy(version.document) for version in policy.versions if version.is_default)
