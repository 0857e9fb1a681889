"""Service control policies of the tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox import Sandbox

ROOT = "r-sbox"


def document(*actions: str, effect: str = "Deny", **elements: Any) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*", **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attach(sandbox: Sandbox, target_id: str, content: str) -> str:
    """Attach a new service control policy; the type is enabled first where it is not."""
    organizations = sandbox.client("organizations")
    if not organizations.list_roots()["Roots"][0]["PolicyTypes"]:
        organizations.enable_policy_type(RootId=ROOT, PolicyType="SERVICE_CONTROL_POLICY")
    created = organizations.create_policy(
        Name=f"policy-{len(content)}-{target_id}", Description="", Type="SERVICE_CONTROL_POLICY", Content=content
    )
    policy_id = str(created["Policy"]["PolicySummary"]["Id"])
    organizations.attach_policy(PolicyId=policy_id, TargetId=target_id)
    return policy_id
