"""AWS managed policies, each created at the first use of its ARN.

moto can load all of them into every account: 200 accounts then take minutes and gigabytes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import NoSuchEntity
from moto.iam.models import AWSManagedPolicy


def policy_arn(name: str) -> str:
    """Return the ARN of an AWS managed policy. Raises NoSuchEntity when moto's copy of AWS's list lacks the name."""
    for arn, policy in _policies().items():
        if policy["Name"] == name:
            return arn
    raise NoSuchEntity(f"AWS has no managed policy {name}.")


def arns() -> list[str]:
    """Return the ARNs of the policies that are not for service-linked roles alone."""
    return [arn for arn in _policies() if ":policy/aws-service-role/" not in arn]


def load(arn: str, account_id: str) -> AWSManagedPolicy | None:
    """Return the policy as the account sees it, None when AWS has none of that ARN."""
    data = _policies().get(arn)
    if data is None:
        return None
    return AWSManagedPolicy.from_data(data["Name"], account_id, "us-east-1", data)


@cache
def _policies() -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return {f"arn:aws:iam::aws:policy{data['Path']}{name}": {**data, "Name": name} for name, data in policies.items()}
